"""The rules that read a message in English or French: a pure function of its text and the table of words.

A message is an opt-out by itself only if it is a stop word, or its first sentence is one. A person decides a message with a
stop word or a wish among other words: "stop that" and "stop by" look alike to a machine, and both mistakes are bad.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from followups.leads.inbound.letters import words_of
from followups.leads.inbound.models import InboundMessage, InboundWord
from followups.leads.inbound.phrases import Finder, parsed, words_in
from followups.leads.inbound.quoting import own_words
from followups.leads.inbound.slips import MISSPELT_FROM, Speller, is_one_slip

Meaning = InboundMessage.Meaning
Kind = InboundWord.Kind
# The meanings that a person may decide.
DECIDED = [(meaning.value, meaning.label) for meaning in (Meaning.OPT_OUT, Meaning.REPLY, Meaning.RESUME)]
# Characters that are read at each end of a long text. It is several pages, and takes a fraction of a second.
READ_AT_EACH_END = 16 * 1024
_BLANK = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s+")
_LINE_END = re.compile(r"\n+")
_SENTENCE_END = re.compile(r"[\n.!;]+")  # "Stop? Why?" begins with no instruction
_CLAUSE_END = re.compile(r"[\n.!?;:,()\u2013\u2014]+|\s-+\s")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules read in a message: its meaning; whether it is an opt-out of every channel (`from_everything`); whether
    it asks for contact again (`wants_more`); and the language of the word that decided, ANY if both languages use it.
    """

    meaning: str
    from_everything: bool = False
    wants_more: bool = False
    language: str = InboundWord.Language.ANY


REPLY = Reading(Meaning.REPLY)
DOUBTFUL = Reading(Meaning.DOUBTFUL)
_BY_KIND = {
    Kind.STOP_ALL: Reading(Meaning.OPT_OUT, from_everything=True),
    Kind.STOP: Reading(Meaning.OPT_OUT),
    Kind.STOP_ALONE: Reading(Meaning.OPT_OUT),
    Kind.START: Reading(Meaning.REPLY, wants_more=True),
    Kind.HELP: Reading(Meaning.HELP),
}


ALONE = (Kind.STOP_ALL, Kind.STOP, Kind.STOP_ALONE)
FIRST = (Kind.STOP_ALL, Kind.STOP)


class Row(NamedTuple):
    """An enabled row of the table of words."""

    kind: str
    phrase: str
    language: str = InboundWord.Language.ANY


class Words:
    """The table of words, prepared for reading messages."""

    def __init__(self, rows: Iterable[Row]) -> None:
        phrases: dict[str, list[str]] = {kind: [] for kind in Kind.values}
        self._languages: dict[tuple[str, str], str] = {}  # of the words that mean something alone, by kind and word
        for kind, phrase, language in rows:
            phrases[kind].append(phrase)
            if kind in _BY_KIND:
                self._languages[kind, "".join(words_of(phrase))] = language
        # Words that mean something alone are compared without spaces: OPT OUT, OPTOUT and O P T O U T are the same.
        self._alone = {kind: frozenset("".join(words_of(phrase)) for phrase in phrases[kind]) for kind in map(str, _BY_KIND)}
        self._signs = {word for words in self._alone.values() for word in words if not word.isalnum()}
        self._ordinary = frozenset("".join(words_of(phrase)) for phrase in phrases[Kind.HARMLESS])
        # A stop word among other words is a wish.
        wishes = [*phrases[Kind.WISH], *phrases[Kind.STOP], *phrases[Kind.STOP_ALL]]
        self._courtesy, self._wishes, self._lone_wishes, self._harmless = (
            Finder(map(parsed, some))
            for some in (phrases[Kind.COURTESY], wishes, phrases[Kind.WISH_ALONE], phrases[Kind.HARMLESS])
        )
        # Spelling is corrected only for wishes of several words: a single word has too many ordinary neighbours.
        several = [phrase for phrase in map(parsed, wishes) if len(phrase.places) > 1]
        self._speller = Speller(words_in(several), [*self._ordinary, *words_in(map(parsed, phrases[Kind.HARMLESS]))])

    def alone(self, words: Sequence[str], kinds: Iterable[str], *, misspelt: bool = True) -> Reading | None:
        """Return the reading if the words, without courtesy phrases, are just one word of these kinds, else None.
        If `misspelt` is true, that word may have one typing slip."""
        left = self._said(words)
        joined = "".join(left)
        if not joined:
            return None
        for meant in (self._listed, self._misspelt)[: 1 + misspelt]:
            for kind in kinds:
                if word := meant(left, joined, self._alone[kind]):
                    return replace(_BY_KIND[Kind(kind)], language=self._languages[str(kind), word])
        return None

    def _listed(self, words: Sequence[str], joined: str, listed: frozenset[str]) -> str:
        """Return `joined` (the words without spaces) if it is listed, or the first word if each word is listed, else ""."""
        if joined in listed:
            return joined
        return words[0] if all(word in listed for word in words) else ""

    def _misspelt(self, words: Sequence[str], joined: str, listed: frozenset[str]) -> str:
        """Return the listed word that differs by one slip from `joined`, the words without spaces. An empty text if none."""
        if joined in self._ordinary:
            return ""
        return min((word for word in listed if len(word) >= MISSPELT_FROM and is_one_slip(joined, word)), default="")

    def _said(self, words: Sequence[str]) -> list[str]:
        """Return the words without courtesy phrases, and without signs, such as emoji, that are not in the table."""
        return [word for word in self.without_courtesy(words) if word.isalnum() or word in self._signs]

    def without_courtesy(self, words: Sequence[str]) -> list[str]:
        """Return the words that are no part of a courtesy phrase."""
        polite = {n for start, end in self._courtesy.spans(words) for n in range(start, end)}
        return [word for n, word in enumerate(words) if n not in polite]

    def has_wish(self, words: Sequence[str]) -> bool:
        """Whether the words contain a wish, perhaps misspelt. A wish within a harmless phrase does not count."""
        right = self._speller.put_right(words)
        return self._has_wish(words) or (right != words and self._has_wish(right))

    def _has_wish(self, words: Sequence[str]) -> bool:
        harmless = list(self._harmless.spans(words))
        known, covered = 0, 0  # harmless phrases passed so far, and the furthest end of any of them
        for start, end in self._wishes.spans(words):
            while known < len(harmless) and harmless[known][0] <= start:
                covered = max(covered, harmless[known][1])
                known += 1
            if end > covered:
                return True
        return False

    def is_lone_wish(self, clause: Sequence[str]) -> bool:
        """Whether the clause, without courtesy phrases, is just a phrase of the kind STOP_ALONE or WISH_ALONE."""
        left = self._said(clause)
        return "".join(left) in self._alone[Kind.STOP_ALONE] or self._lone_wishes.is_all(left)


def read(text: str, words: Words) -> Reading:
    """Read the text of a message by the table of words, and return what it means."""
    said = own_words(text)
    if len(said) > 2 * READ_AT_EACH_END:
        said = _BLANK.sub(" ", _BLANK_LINES.sub("\n", said))
    ends = _ends(said)
    reading = _read(ends, words)
    # The unread middle of a long text may contain a wish.
    return DOUBTFUL if ends != said and reading.meaning in (Meaning.REPLY, Meaning.HELP) else reading


def _ends(said: str) -> str:
    """If a text is long, return its beginning and its end, else all of it."""
    if len(said) <= 2 * READ_AT_EACH_END:
        return said
    return f"{said[:READ_AT_EACH_END]}\n{said[-READ_AT_EACH_END:]}"


def _read(said: str, words: Words) -> Reading:
    whole = words_of(said)
    first_line, first_sentence = (next(_parts(said, ends), []) for ends in (_LINE_END, _SENTENCE_END))
    found = words.alone(whole, ALONE) or words.alone(first_line, ALONE)
    found = found or words.alone(first_sentence, FIRST, misspelt=False)
    if found:
        return found
    if words.has_wish(whole) or any(map(words.is_lone_wish, _parts(said, _CLAUSE_END))):
        return DOUBTFUL
    asked = words.alone(whole, (Kind.HELP,), misspelt=False) or words.alone(first_line, (Kind.HELP,), misspelt=False)
    return asked or words.alone(whole, (Kind.START,)) or words.alone(first_sentence, (Kind.START,)) or REPLY


def _parts(text: str, ends: re.Pattern[str]) -> Iterator[list[str]]:
    return filter(None, map(words_of, ends.split(text)))
