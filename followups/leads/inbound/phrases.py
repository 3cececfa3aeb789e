"""Phrases as the table of words holds them, and where they stand among the words of a message.

A phrase is one or more words. `call/text` is either of them, `unsubscrib*` any word that begins so, and `...` up to three
other words.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from followups.leads.inbound.letters import words_of

GAP = "..."
GAP_MAX = 3  # words
_BUCKET = 2  # letters by which the phrases that may begin with a word are found


class Place(NamedTuple):
    """One place of a phrase: the words that may stand there, and how others may begin; a gap is neither."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def takes(self, word: str) -> bool:
        """Whether this word may stand here."""
        return word in self.words or word.startswith(self.beginnings)


class Phrase(NamedTuple):
    """A phrase that can be looked for. A place that is None is a gap."""

    places: tuple[Place | None, ...]

    def end(self, words: Sequence[str], start: int) -> int | None:
        """Where it ends if it begins with the word at `start`; None where it does not."""
        return _end(self.places, words, start)


def _end(places: tuple[Place | None, ...], words: Sequence[str], at: int) -> int | None:
    for n, place in enumerate(places):
        if place is None:
            rest = places[n + 1 :]
            found = (_end(rest, words, at + skipped) for skipped in range(GAP_MAX + 1))
            return next((end for end in found if end is not None), None)
        if at >= len(words) or not place.takes(words[at]):
            return None
        at += 1
    return at


def parsed(text: str) -> Phrase:
    """The phrase that a row of the table holds.

    Raises:
        ValueError: it holds no word, begins or ends with a gap, or one of its words is none.

    """
    parts = text.split()
    places = tuple(None if part == GAP else _place(part) for part in parts)
    if not places or places[0] is None or places[-1] is None:
        raise ValueError("must begin and end with a word")
    return Phrase(places)


def _place(part: str) -> Place:
    words, beginnings = set(), []
    for alternative in part.split("/"):
        found = words_of(alternative.removesuffix("*"))
        if len(found) != 1:
            raise ValueError(f"{part} is not one word, nor words with / between them")
        if alternative.endswith("*"):
            if len(found[0]) < _BUCKET:
                raise ValueError(f"{part}: a beginning has at least {_BUCKET} letters")
            beginnings.append(found[0])
        else:
            words.add(found[0])
    return Place(frozenset(words), tuple(beginnings))


def require_written_out(phrase: str) -> None:
    """Refuse a phrase with alternatives or beginnings in it.

    Raises:
        ValueError: it has some.

    """
    if "".join(words_of(phrase)).isalnum() and not set(phrase).isdisjoint("*/"):
        raise ValueError("of this kind is written out: no * and no /")


def words_in(phrases: Iterable[Phrase]) -> Iterator[str]:
    """The words of these phrases, and how others of them begin."""
    for phrase in phrases:
        for place in filter(None, phrase.places):
            yield from place.words
            yield from place.beginnings


def spelling(text: str) -> str:
    """The one spelling of a phrase, by which no two rows are the same."""
    return re.sub(r"\s+", " ", text).strip().lower()


class Finder:
    """Some phrases, found among words in one pass."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_beginning: dict[str, list[Phrase]] = defaultdict(list)
        self._longest = 0  # words that a phrase may take, with its gaps
        for phrase in phrases:
            self._longest = max(self._longest, sum(1 if place else GAP_MAX for place in phrase.places))
            first = phrase.places[0]
            assert first is not None
            for letters in {word[:_BUCKET] for word in (*first.words, *first.beginnings)}:
                self._by_beginning[letters].append(phrase)

    def spans(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """From which word to before which other each of them stands, in the order in which they begin."""
        known: dict[
            tuple[str, ...], list[int]
        ] = {}  # how long those are that begin the same words: a text may repeat itself
        for start, word in enumerate(words):
            phrases = self._by_beginning.get(word[:_BUCKET])
            if not phrases:
                continue
            here = tuple(words[start : start + self._longest])
            if here not in known:
                known[here] = [end for end in (phrase.end(here, 0) for phrase in phrases) if end is not None]
            for length in known[here]:
                yield start, start + length

    def is_all(self, words: Sequence[str]) -> bool:
        """Whether one of them is all that is said."""
        return bool(words) and any(
            phrase.end(words, 0) == len(words) for phrase in self._by_beginning.get(words[0][:_BUCKET], ())
        )
