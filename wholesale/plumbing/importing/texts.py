"""The text of cells and headings: what its spellings have in common, and what a spreadsheet makes of it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST = 64  # characters of a cell or of a column's name that can be a word of these
REMEMBERED = 4096  # different words of a column; the most frequent are the ones that repeat


def storable(text: str) -> str:
    """A text that PostgreSQL can store: it knows no U+0000, and a lone surrogate is no text."""
    return _UNSTORABLE.sub("\ufffd", text)


@lru_cache(maxsize=REMEMBERED)
def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def key_of(text: str) -> str:
    """The letters and digits of a word, small and without accents: what its spellings have in common."""
    return _key(text[:LONGEST])


def keyed(spellings: Mapping[str, Iterable[str]], own: Iterable[str] = ()) -> dict[str, str]:
    """Each spelling's key -> the word that it means; `own` words mean themselves."""
    found = {key_of(spelled): word for word, listed in spellings.items() for spelled in listed}
    return found | {key_of(word): word for word in own}


_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
# In English and French; a column that is too narrow is saved as ######.
_SPREADSHEET_ERROR = re.compile(
    r"#(N/[AD]|(REF|VALUE|VALEUR|DIV/0|NUM|NOMBRE|NULL?|SPILL|PROPAGATION|CALC|FIELD|CHAMP|BLOCKED|CONNECT|BUSY|UNKNOWN"
    r"|EXTERNAL|PYTHON|ERROR)!|(NAME|NOM)\?|GETTING_DATA|#{2,80})|Err:[0-9]{3}",
    re.IGNORECASE,
)


def spreadsheet_fault(text: str, *, is_number: bool) -> str | None:
    """What a spreadsheet made of a cell, so that its value is lost. None where nothing is wrong.

    `is_number`: of a column whose numbers are names, such as a phone's, and so have all their digits.
    """
    if _SPREADSHEET_ERROR.fullmatch(text):
        return f"{text} is an error of the spreadsheet."
    if is_number and _SHORTENED.fullmatch(text):
        return f"{text} was shortened by the spreadsheet: give the column the format 0 or Text, and save the file again."
    return None


# A spreadsheet runs a text that begins so as a formula, some also behind blanks or in wide letters. It is written after an
# apostrophe, and read without it.
_LIVE = r"[\t\r]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(_LIVE)
# An apostrophe in front makes a text of what follows. So does the formula ="00123".
_AS_TEXT = re.compile(rf"'(?='*(?:[0-9]|{_LIVE}))")
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
_UNSEEN = "\ufeff\u200b\u200e\u200f"  # marks at the ends of a cell
MAY_BE_AS_TEXT = frozenset(f"'={_UNSEEN}")


def plain(text: str) -> str:
    """The text of a cell that was written such that a spreadsheet keeps it: ="00123" and '00123 are 00123."""
    text = text.strip(_UNSEEN)
    formula = _TEXT_FORMULA.fullmatch(text.strip())
    return formula[1].replace('""', '"') if formula else _AS_TEXT.sub("", text, count=1)


def guarded(text: str) -> str:
    """A text for a cell, such that no spreadsheet runs it, and `plain` reads it as it is."""
    return f"'{text}" if _FORMULA.match(text) or _AS_TEXT.match(text) else text
