"""The words of a list of sales. They are in `words.toml`; those of provinces and of "no value" are of all lists."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from governance.lists.wishes import days_of
from governance.lists.words import Cells, market, postal_code, province
from offers.comps.fields import COLUMNS
from wholesale.plumbing.importing.texts import key_of, keyed

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
COLUMN_OF = keyed(WORDS["columns"], COLUMNS)
_SALES = keyed(WORDS["sales"], WORDS["sales"])
_BETWEEN_DIGITS = re.compile(r"[\s',$]|CAD|sq\.?\s*ft\.?|sqft|pi2|pi²", re.IGNORECASE)
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _among(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: words.get(key_of(text), text)


def _number(text: str) -> str:
    """Return a number such as `$450,000` or `450 000 $` in plain digits, and 3.0 as 3. Other texts stay as they are."""
    digits = _BETWEEN_DIGITS.sub("", text)
    if not _PLAIN.fullmatch(digits):
        return text
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _day(text: str) -> str:
    """Return a day as YYYY-MM-DD. A text that may mean two days, or none, stays as it is, and the field refuses it."""
    days = days_of(text)
    return days[0].isoformat() if len(days) == 1 else text


_NUMBERS = frozenset({"price", "living_area_sqft", "lot_sqft", "beds", "baths", "year_built", "latitude", "longitude"})
_CELLS = Cells(
    one="sale",
    key="sale_id",
    spelled={
        "province": province,
        "market": market,
        "postal_code": postal_code,
        "sold_on": _day,
        "property_type": _among(keyed(WORDS["property_types"], WORDS["property_types"])),
        "condition": _among(keyed(WORDS["conditions"], WORDS["conditions"]) | _SALES),
        "arms_length": _among(keyed(WORDS["answers"])),
        **dict.fromkeys(_NUMBERS, _number),
    },
    numbers=frozenset({"beds", "baths", "latitude", "longitude"}),
    digits=frozenset({"property_id"}),
)
fault_of, value_of = _CELLS.fault_of, _CELLS.value_of
