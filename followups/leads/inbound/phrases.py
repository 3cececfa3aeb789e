"""The phrases of the table of words, and the search for them in a message.

A phrase is one or more words. `call/text` matches either word, `unsubscrib*` matches any word that begins so, and `...`
matches up to three other words.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from followups.leads.inbound.letters import words_of

GAP = "..."
GAP_MAX = 3  # words
_BUCKET = 2  # letters; phrases are indexed by this many first letters of their first word


class PhrasePlace(NamedTuple):
    """One place in a phrase: the words that may stand there, and the beginnings of words that may stand there."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    def takes(self, word: str) -> bool:
        """Whether this word may stand at this place."""
        return word in self.words or word.startswith(self.beginnings)


class Phrase(NamedTuple):
    """A parsed phrase. A place that is None is a gap (`...`), where up to three other words may stand."""

    places: tuple[PhrasePlace | None, ...]

    def end(self, words: Sequence[str], start: int) -> int | None:
        """If the words from `start` on match the phrase, return the index after the last matching word, else None."""
        at = start
        for n, place in enumerate(self.places):
            if place is None:
                rest = Phrase(self.places[n + 1 :])
                found = (rest.end(words, at + skipped) for skipped in range(GAP_MAX + 1))
                return next((end for end in found if end is not None), None)
            if at >= len(words) or not place.takes(words[at]):
                return None
            at += 1
        return at


def parsed(text: str) -> Phrase:
    """Parse a phrase of the table.

    Raises:
        ValueError: the phrase holds no word, begins or ends with a gap, or has a part that is not a word.

    """
    parts = text.split()
    places = tuple(None if part == GAP else _place(part) for part in parts)
    if not places or places[0] is None or places[-1] is None:
        raise ValueError("must begin and end with a word")
    return Phrase(places)


def _place(part: str) -> PhrasePlace:
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
    return PhrasePlace(frozenset(words), tuple(beginnings))


def require_written_out(phrase: str) -> None:
    """Refuse a phrase that uses `/` or `*`: words of some kinds have to be written out.

    Raises:
        ValueError: the phrase uses `/` or `*`.

    """
    if "".join(words_of(phrase)).isalnum() and not set(phrase).isdisjoint("*/"):
        raise ValueError("of this kind is written out: no * and no /")


def words_in(phrases: Iterable[Phrase]) -> Iterator[str]:
    """Yield the words in these phrases. For a part such as `unsubscrib*`, yield the beginning."""
    for phrase in phrases:
        for place in filter(None, phrase.places):
            yield from place.words
            yield from place.beginnings


def spelling(text: str) -> str:
    """Return the phrase in lower case with single spaces. Phrases that are equal in this form count as the same."""
    return re.sub(r"\s+", " ", text).strip().lower()


class Finder:
    """A search that finds all of its phrases in a list of words in one pass."""

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
        """Yield the start and end index of each phrase found, in the order of their starts. The end is exclusive."""
        known: dict[tuple[str, ...], list[int]] = {}  # the lengths found for the same words before: a text may repeat itself
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
        """Whether one phrase covers all of the words."""
        return bool(words) and any(
            phrase.end(words, 0) == len(words) for phrase in self._by_beginning.get(words[0][:_BUCKET], ())
        )
