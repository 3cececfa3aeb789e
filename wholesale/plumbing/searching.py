"""Finding rows of a table by words: the beginnings of names and addresses, numbers in any spelling, and e-mail addresses.

On PostgreSQL one index on an expression of the row's own columns serves it. It holds nothing that the row does not hold, so
erasing a person from the row also erases the person from the index. On SQLite the columns are compared with LIKE.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import phonenumbers
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet

from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.phones import formatted, parsed

TEXT_MAX_LENGTH = 100  # characters of what is searched for; the rest is ignored
WORDS_MAX = 6
_DIGITS_MIN = 3  # of a number of which only the beginning is given
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[+\d\s().\-/]+")
_POSTAL_CODE = re.compile(r"\b([a-z]\d[a-z])(\d[a-z]\d)\b")
# PostgreSQL's parser makes one token of two words with a hyphen, and of a host or a path. What joins them becomes a space, a
# letter with an accent becomes the letter, and an apostrophe disappears: O'Neil is oneil. `_folded` does the same. The list
# is short, because each letter of a row is compared with all of it when the row is written.
_ACCENTS, _PLAIN = "àâäáçéèêëîïíôöóûùüúÿñ", "aaaaceeeeiiiooouuuuyn"
_JOINS, _APOSTROPHES = "-./", "'\u2019"
_FROM, _TO = _ACCENTS + _JOINS + _APOSTROPHES, _PLAIN + " " * len(_JOINS)
_FOLD = str.maketrans(_ACCENTS + _JOINS, _TO, _APOSTROPHES)


def _folded(text: str) -> str:
    """Return the text in lower case, without accents and apostrophes, and with the two halves of a postal code apart."""
    return _POSTAL_CODE.sub(r"\1 \2", unicodedata.normalize("NFC", text).lower().translate(_FOLD))


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody searches for."""

    text: str
    words: tuple[str, ...]  # in lower case, without accents
    digits: tuple[str, ...] = ()  # of numbers with their country, or of their beginnings
    address: str = ""  # an e-mail address, or its beginning; then `words` are those before the @

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not self.words and not self.digits

    def begins_words_of(self, text: str) -> bool:
        """Whether each word begins a word of the text."""
        of_text = _WORD.findall(_folded(text))
        return bool(self.words) and all(any(one.startswith(word) for one in of_text) for word in self.words)

    def count_in(self, text: str) -> int:
        """Return how many of the words the text has as whole words, to rank what was found."""
        return len({*self.words} & {*_WORD.findall(_folded(text))})


def sought(text: str) -> Sought:
    """Return what a text searches for. A text that no column can store finds nothing."""
    text = text.replace("\x00", " ").strip()[:TEXT_MAX_LENGTH]
    if "@" in text:
        address = one_form(text)
        return Sought(text, _words(address.partition("@")[0]), address=address)
    return Sought(text, _words(text), _digits(text))


def _words(text: str) -> tuple[str, ...]:
    words = list(dict.fromkeys(_WORD.findall(_folded(text))))
    longer = [word for word in words if len(word) > 1]  # an initial finds half of all people
    return tuple((longer or words)[:WORDS_MAX])


def _digits(text: str) -> tuple[str, ...]:
    found = []
    digits = "".join(letter for letter in text if letter in "0123456789")
    if len(digits) < _DIGITS_MIN:
        return ()
    try:
        number = parsed(text)
    except ValueError:
        pass
    else:
        if phonenumbers.is_possible_number(number):
            found.append(formatted(number)[1:])
    if _NUMBER.fullmatch(text):
        found += [digits, f"1{digits}"]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class SearchedColumns:
    """The columns of a table by which its rows are found: texts, numbers in E.164, and e-mail addresses."""

    texts: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]

    def matching(self, wanted: Sought) -> Q:
        """Return the condition for rows with all these words, or with such a number. Nothing if nothing is sought."""
        if wanted.is_empty:
            return Q(pk__in=())
        if connection.vendor != "postgresql":
            return self._like(wanted)
        found = Q(_Found(self, _query(wanted)))
        return found & self._at(wanted.address) if wanted.address else found

    def vector(self, columns: Iterable[str]) -> str:
        """Return the SQL of a row's words, of which a migration makes the index. `columns` are the SQL of its columns, in
        the order of the fields.

        A number is there without its +, an address without its domain.
        """
        given = iter(columns)
        texts = [next(given) for _ in self.texts]
        phones = [f"substr({next(given)}, 2)" for _ in self.phones]
        names = [f"split_part({next(given)}, '@', 1)" for _ in self.emails]
        folded = f"translate(lower({_joined([*texts, *names])}), {_quoted(_FROM)}, {_quoted(_TO)})"
        return f"to_tsvector('simple'::regconfig, {_joined([folded, *phones])})"

    def _at(self, address: str) -> Q:
        return reduce(or_, (Q(**{f"{column}__startswith": address}) for column in self.emails))

    def _like(self, wanted: Sought) -> Q:
        if wanted.address:
            return self._at(wanted.address)
        columns = (*self.texts, *self.emails)
        words = [reduce(or_, (Q(**{f"{name}__icontains": word}) for name in columns)) for word in wanted.text.split()]
        numbers = [Q(**{f"{name}__contains": digits}) for name in self.phones for digits in wanted.digits]
        return reduce(or_, numbers, reduce(and_, words[:WORDS_MAX]))


def _joined(parts: Iterable[str]) -> str:
    return " || ' ' || ".join(parts)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _query(wanted: Sought) -> str:
    """Return the text of PostgreSQL's tsquery. Words and digits hold only letters and digits, so they need no escapes."""
    words = " & ".join(f"'{word}':*" for word in wanted.words)
    return " | ".join(filter(None, (words, *(f"'{digits}':*" for digits in wanted.digits))))


def among(found: QuerySet[Any, Any]) -> Q:
    """Return the condition that a row is one of those found, whose primary keys the query has.

    On PostgreSQL the keys are read once, as an array. So a list that begins with the newest row looks at them in this order,
    and asks whether a user may read a row only until its page is full.
    """
    return Q(_Among("pk", ArraySubquery(found))) if connection.vendor == "postgresql" else Q(pk__in=found)


class _Among(Func):
    """The condition that a value is an element of an array (PostgreSQL)."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class _Found(Func):
    """The condition that a row has the words of a tsquery (PostgreSQL).

    The query stands in a subquery, which hides it from the planner. For words that many rows have, it would otherwise read
    all rows in their order and test each, which takes seconds where no row has all the words.
    """

    output_field = BooleanField()

    def __init__(self, document: SearchedColumns, query: str) -> None:
        super().__init__(*map(F, (*document.texts, *document.phones, *document.emails)))
        self._document, self._query = document, query

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the SQL, which is that of the index on the left."""
        compile_one: Callable[[Any], tuple[str, Any]] = compiler.compile
        columns = [compile_one(column)[0] for column in self.source_expressions]
        return f"{self._document.vector(columns)} @@ (SELECT %s::tsquery)", (self._query,)
