"""What a message says, in English and French: a pure function of its text and the table of words.

Only a message that is a stop word, or begins with one as a sentence, is an opt-out by itself. One that has such a word or a
wish among other words goes to a person: "stop that" and "stop by" look alike to a machine, and either mistake is a bad one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from followups.inbound.letters import words_of
from followups.inbound.models import InboundWord
from followups.inbound.phrases import Finder, parsed
from followups.inbound.quoting import own_words
from followups.leads.models import InboundMessage

Meaning = InboundMessage.Meaning
Kind = InboundWord.Kind
# What a person may decide.
DECIDED = [(meaning.value, meaning.label) for meaning in (Meaning.OPT_OUT, Meaning.REPLY, Meaning.RESUME)]
# A word of so many letters may be misspelt in one place. In a shorter one that makes other words: SHOP, STEP, SEND, FINE.
MISSPELT_FROM = 6
_LINE_END = re.compile(r"\n+")
_SENTENCE_END = re.compile(r"[\n.!;]+")  # "Stop? Why?" begins with no instruction
_CLAUSE_END = re.compile(r"[\n.!?;:,()\u2013\u2014]+|\s-+\s")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says. An opt-out may be one from every channel, and a reply one that asks to begin again."""

    meaning: str
    from_everything: bool = False
    wants_more: bool = False


REPLY = Reading(Meaning.REPLY)
DOUBTFUL = Reading(Meaning.DOUBTFUL)
_BY_KIND = {
    Kind.STOP_ALL: Reading(Meaning.OPT_OUT, from_everything=True),
    Kind.STOP: Reading(Meaning.OPT_OUT),
    Kind.STOP_ALONE: Reading(Meaning.OPT_OUT),
    Kind.START: Reading(Meaning.REPLY, wants_more=True),
}


ALONE = (Kind.STOP_ALL, Kind.STOP, Kind.STOP_ALONE)
FIRST = (Kind.STOP_ALL, Kind.STOP)


class Row(NamedTuple):
    """A word or phrase that is in force."""

    kind: str
    phrase: str


class Words:
    """The table of words, ready to read messages by."""

    def __init__(self, rows: Iterable[Row]) -> None:
        phrases: dict[str, list[str]] = {kind: [] for kind in Kind.values}
        for kind, phrase in rows:
            phrases[kind].append(phrase)
        # Those that stand alone are compared without the spaces: OPT OUT, OPTOUT and O P T O U T are one.
        self._alone = {kind: frozenset("".join(words_of(phrase)) for phrase in phrases[kind]) for kind in map(str, _BY_KIND)}
        self._signs = {word for words in self._alone.values() for word in words if not word.isalnum()}
        self._ordinary = frozenset("".join(words_of(phrase)) for phrase in phrases[Kind.HARMLESS])
        # Among other words one that stops by itself is a wish too.
        wishes = [*phrases[Kind.WISH], *phrases[Kind.STOP], *phrases[Kind.STOP_ALL]]
        self._courtesy, self._wishes, self._lone_wishes, self._harmless = (
            Finder(map(parsed, some))
            for some in (phrases[Kind.COURTESY], wishes, phrases[Kind.WISH_ALONE], phrases[Kind.HARMLESS])
        )

    def alone(self, words: Sequence[str], kinds: Iterable[str], *, misspelt: bool = True) -> Reading | None:
        """What is said where one of these kinds of words, but for courtesy, is all that is said; perhaps misspelt."""
        left = [word for word in self.without_courtesy(words) if word.isalnum() or word in self._signs]
        joined = "".join(left)
        if not joined:
            return None
        for is_meant in (self._is_listed, self._is_misspelt)[: 1 + misspelt]:
            for kind in kinds:
                if is_meant(left, joined, self._alone[kind]):
                    return _BY_KIND[Kind(kind)]
        return None

    def _is_listed(self, words: Sequence[str], joined: str, listed: frozenset[str]) -> bool:
        return joined in listed or all(word in listed for word in words)

    def _is_misspelt(self, words: Sequence[str], joined: str, listed: frozenset[str]) -> bool:
        if joined in self._ordinary:
            return False
        return any(len(word) >= MISSPELT_FROM and is_one_slip(joined, word) for word in listed)

    def without_courtesy(self, words: Sequence[str]) -> list[str]:
        """The words but those that change nothing beside others."""
        polite = {n for start, end in self._courtesy.spans(words) for n in range(start, end)}
        return [word for n, word in enumerate(words) if n not in polite]

    def has_wish(self, words: Sequence[str]) -> bool:
        """Whether a wish stands anywhere. One that is part of a harmless phrase is none."""
        harmless = list(self._harmless.spans(words))
        known, covered = 0, 0  # harmless phrases that begin so early, and the furthest that one of them reaches
        for start, end in self._wishes.spans(words):
            while known < len(harmless) and harmless[known][0] <= start:
                covered = max(covered, harmless[known][1])
                known += 1
            if end > covered:
                return True
        return False

    def is_lone_wish(self, clause: Sequence[str]) -> bool:
        """Whether a clause is such a wish and nothing else."""
        left = self.without_courtesy(clause)
        return "".join(left) in self._alone[Kind.STOP_ALONE] or self._lone_wishes.is_all(left)


@lru_cache(maxsize=4)
def prepared(rows: tuple[Row, ...]) -> Words:
    """The table with these rows: worked out once for each state of it."""
    return Words(rows)


def read(text: str, words: Words) -> Reading:
    """What the sender wants."""
    said = own_words(text)
    whole = words_of(said)
    first_line, first_sentence = (next(_parts(said, ends), []) for ends in (_LINE_END, _SENTENCE_END))
    found = words.alone(whole, ALONE) or words.alone(first_line, ALONE)
    found = found or words.alone(first_sentence, FIRST, misspelt=False)
    if found:
        return found
    if words.has_wish(whole) or any(map(words.is_lone_wish, _parts(said, _CLAUSE_END))):
        return DOUBTFUL
    return words.alone(whole, (Kind.START,)) or words.alone(first_sentence, (Kind.START,)) or REPLY


def _parts(text: str, ends: re.Pattern[str]) -> Iterator[list[str]]:
    return filter(None, map(words_of, ends.split(text)))


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two neighbours changed places."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    if len(typed) != len(meant):
        shorter, longer = sorted((typed, meant), key=len)
        return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))
    wrong = [n for n, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and typed[first] == meant[second] and typed[second] == meant[first]
    return len(wrong) == 1
