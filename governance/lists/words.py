"""Translating the values of a list of people to the values of the API. The words are in `words.toml`.

`French` becomes fr, `Ont.` ON, and `N/A` nothing. An unknown value is left as it is: the fields of the API refuse it with
their reason. An app adds the words and columns of its own kind of people.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from wholesale.plumbing.importing.texts import LONGEST, REMEMBERED, key_of, keyed, spreadsheet_fault
from wholesale.plumbing.importing.words import COMMON_WORDS, NOTHING, NOTHING_BUT_A_NAME, province_of

WORDS: dict[str, Any] = COMMON_WORDS | tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
WISHES_AS_STATUS = frozenset(keyed({"yes": WORDS["answers"]["yes_to_a_wish"]}))  # such as DNC; `wishes` reads them
_NO_ID = NOTHING - {"0"}
_NOTHING_LONGEST = max(map(len, NOTHING))
_LANGUAGES = keyed(WORDS["languages"])
_PLACE_AND_PROVINCE = re.compile(r"(.+?)\s*[,(]\s*([^,()]+?)\)?")
_NO_WORD = re.compile(r"[^\w\s'\u2018\u2019\u02bc`.\-\u2010-\u2015]+")
_FRACTION = re.compile(r"(-?)([0-9]{0,10})(?:[.,]([0-9]{1,20}))?\s*(%?)")
_FRACTION_PLACES = Decimal("0.0001")
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0+")


def words_with(own: Path, columns: Collection[str]) -> dict[str, Any]:
    """Return the words of a kind of people: those in the file `own`, and those of all people. `columns` are its columns."""
    words = tomllib.loads(own.read_text("utf-8"))
    shared = {name: spelled for name, spelled in WORDS["columns"].items() if name in columns}
    return {**WORDS, **words, "columns": shared | words["columns"]}


@dataclass(frozen=True, slots=True)
class Cells:
    """How the cells of a kind of people are read."""

    one: str  # its word for people, such as lead
    key: str  # the column of the id, such as lead_id
    spelled: Mapping[str, Callable[[str], str]]  # by column, the value of the API for a text
    names: frozenset[str] = frozenset()  # the columns with names of people, who may be called Na
    numbers: frozenset[str] = frozenset()  # the columns where 0 is a value
    lists: frozenset[str] = frozenset()  # the columns whose cells hold several words
    digits: frozenset[str] = field(default=frozenset({"phone"}))  # the columns, beside the id, that need all their digits

    def fault_of(self, column: str, text: str) -> str | None:
        """Return why a cell cannot be used: a spreadsheet spoilt it, or an id names nobody. None if nothing is wrong."""
        fault = spreadsheet_fault(text, is_number=column == self.key or column in self.digits)
        if fault is None and column == self.key and text.lower() in _NO_ID:
            return f"{text} names no {self.one}."
        return fault

    def is_nothing(self, column: str, text: str) -> bool:
        """Whether a cell of an optional column stands for "no value", such as N/A."""
        if len(text) > _NOTHING_LONGEST or column == self.key:
            return False
        small = text.lower()
        return (small in NOTHING and not (small == "0" and column in self.numbers)) or (
            small in NOTHING_BUT_A_NAME and column not in self.names
        )

    def value_of(self, column: str, text: str) -> str:
        """Return the API's value for a cell of a column, or "" for no value."""
        if self.is_nothing(column, text):
            return ""
        spell = self.spelled.get(column)
        return spell(text) if spell and (len(text) <= LONGEST or column in self.lists) else text


def province(text: str) -> str:
    """Return the province that a text names, such as `Ont.`."""
    return province_of(text) or text


@lru_cache(maxsize=REMEMBERED)
def market(text: str) -> str:
    """Return a market's name without province and unusual signs: `Toronto, ON` becomes Toronto."""
    placed = _PLACE_AND_PROVINCE.fullmatch(text)
    if placed and province_of(placed[2]):
        text = placed[1]
    return _NO_WORD.sub(" ", text).strip() or text


def place(text: str) -> str:
    """Return a place as its province and market: `Toronto, Ontario` becomes ON Toronto, and `Québec` QC."""
    whole = province_of(text)
    placed = _PLACE_AND_PROVINCE.fullmatch(text)
    if placed and (code := province_of(placed[2])):
        return f"{code} {_NO_WORD.sub(' ', placed[1]).strip()}" if province_of(placed[1]) != code else code
    return whole or text


def language(text: str) -> str:
    """Return the language that a text names, such as `French`."""
    return _LANGUAGES.get(key_of(text), text)


def status_among(statuses: Mapping[str, str]) -> Callable[[str], str]:
    """Return the function that reads a status by these words. A wish such as DNC is no status; `wishes` reads it."""

    def status(text: str) -> str:
        key = key_of(text)
        return "" if key in WISHES_AS_STATUS else statuses.get(key, text)

    return status


def fraction(text: str) -> str:
    """Return a share such as `0,72` or `72 %` as a fraction with at most four decimals. Other texts stay as they are."""
    parts = _FRACTION.fullmatch(text)
    if not parts or not (parts[2] or parts[3]):
        return text
    value = Decimal(f"{parts[1]}{parts[2] or '0'}.{parts[3] or '0'}") / (100 if parts[4] else 1)
    return f"{value.quantize(_FRACTION_PLACES, ROUND_HALF_UP).normalize():f}"


def phone(text: str) -> str:
    """Return a phone number as a person writes it: a spreadsheet's `.0` is cut off, and a row of zeros is none."""
    if "0" in text and not any(c in "123456789" for c in text):
        return ""  # 000-000-0000
    whole = _WHOLE_FLOAT.fullmatch(text)  # 4165550123.0
    return whole[1] if whole else text


def postal_code(text: str) -> str:
    """Return a postal code; zeros are none."""
    return text if text.strip("0") else ""


def email(text: str) -> str:
    """Return an address without the prefix of a link."""
    return text.removeprefix("mailto:")


SPELLED: dict[str, Callable[[str], str]] = {
    "province": province,
    "market": market,
    "language": language,
    "phone": phone,
    "postal_code": postal_code,
    "email": email,
}
