"""Texts of cells and headings: comparing spellings, and undoing changes that spreadsheets make to a text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST = 64  # characters; a longer cell or heading is no known word
REMEMBERED = 4096  # different words that a cache holds


def storable(text: str) -> str:
    """Return the text as PostgreSQL can store it: U+0000 and lone surrogates are replaced."""
    return _UNSTORABLE.sub("\ufffd", text)


@lru_cache(maxsize=REMEMBERED)
def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def key_of(text: str) -> str:
    """Return the key that all spellings of a word share: its letters and digits in lower case, without accents."""
    return _key(text[:LONGEST])


def keyed(spellings: Mapping[str, Iterable[str]], own: Iterable[str] = ()) -> dict[str, str]:
    """Return a mapping from the key of each spelling to the word that it means. Each word in `own` means itself."""
    found = {key_of(spelled): word for word, listed in spellings.items() for spelled in listed}
    return found | {key_of(word): word for word in own}


_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
# The error values in English and French. A cell in a column that is too narrow is saved as ######.
_SPREADSHEET_ERROR = re.compile(
    r"#(N/[AD]|(REF|VALUE|VALEUR|DIV/0|NUM|NOMBRE|NULL?|SPILL|PROPAGATION|CALC|FIELD|CHAMP|BLOCKED|CONNECT|BUSY|UNKNOWN"
    r"|EXTERNAL|PYTHON|ERROR)!|(NAME|NOM)\?|GETTING_DATA|#{2,80})|Err:[0-9]{3}",
    re.IGNORECASE,
)


def spreadsheet_fault(text: str, *, is_number: bool) -> str | None:
    """Return how a spreadsheet has destroyed the value of a cell. None if it has not.

    `is_number`: the column has numbers that need all digits, such as phone numbers.
    """
    if _SPREADSHEET_ERROR.fullmatch(text):
        return f"{text} is an error of the spreadsheet."
    if is_number and _SHORTENED.fullmatch(text):
        return f"{text} was shortened by the spreadsheet: give the column the format 0 or Text, and save the file again."
    return None


# A spreadsheet runs a text with such a beginning as a formula; some do so even after blanks or for wide letters. We write
# such a text after an apostrophe, and read it without.
_LIVE = r"[\t\r]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(_LIVE)
# An apostrophe at the beginning makes the cell a text. So does the formula ="00123".
_AS_TEXT = re.compile(rf"'(?='*(?:[0-9]|{_LIVE}))")
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)
_UNSEEN = "\ufeff\u200b\u200e\u200f"  # invisible marks at the ends of a cell
MAY_BE_AS_TEXT = frozenset(f"'={_UNSEEN}")


def plain(text: str) -> str:
    """Return a cell's text without a guard that keeps it a text in spreadsheets: both ="00123" and '00123 become 00123."""
    text = text.strip(_UNSEEN)
    formula = _TEXT_FORMULA.fullmatch(text.strip())
    return formula[1].replace('""', '"') if formula else _AS_TEXT.sub("", text, count=1)


def guarded(text: str) -> str:
    """Return a text for a cell. If a spreadsheet would run it as a formula, it gets a guard, which `plain` removes."""
    return f"'{text}" if _FORMULA.match(text) or _AS_TEXT.match(text) else text
