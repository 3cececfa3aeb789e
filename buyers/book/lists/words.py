"""The words of a list of buyers, beside those of all people (`governance.lists.words`). They are in `words.toml`."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from buyers.book.fields import BOX_COLUMNS, COLUMNS
from buyers.book.models import BuyBox, Buyer
from governance.lists.wishes import days_of
from governance.lists.words import SPELLED, Cells, email, fraction, phone, place, status_among, words_with
from wholesale.plumbing.importing.texts import LONGEST, REMEMBERED, key_of, keyed

WORDS = words_with(Path(__file__).with_name("words.toml"), COLUMNS)
COLUMN_OF = keyed(WORDS["columns"], COLUMNS)
BETWEEN = "; "  # the places and property types of a cell
_LIST = re.compile(r"[;|\n]")
_WORD_LIST = re.compile(r"[;|\n,/]")
_TYPES = keyed(WORDS["property_types"], WORDS["property_types"])
_NUMBER = re.compile(
    r"(?:CAD)?\s*\$?\s*([0-9][0-9\s'.,]*?)\s*([km]?)\s*(?:\$|CAD|sq\.?\s*ft\.?|sqft|sf|pi2|pi²|pieds carrés)?", re.IGNORECASE
)
_BETWEEN_DIGITS = re.compile(r"[\s']")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_FRENCH = re.compile(r"[0-9]+,[0-9]{1,2}")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


@lru_cache(maxsize=REMEMBERED)
def _number(text: str) -> str:
    """Return a number such as `$450,000`, `450 000 $`, `450k` or `1,5` in plain digits. Other texts stay as they are."""
    parts = _NUMBER.fullmatch(text)
    if parts is None:
        return text
    digits = _BETWEEN_DIGITS.sub("", parts[1])
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _FRENCH.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _PLAIN.fullmatch(digits):
        return text
    return f"{(Decimal(digits) * _TIMES[parts[2].lower()]).normalize():f}"


def _day(text: str) -> str:
    """Return a day as YYYY-MM-DD. A text that may mean two days, or none, stays as it is, and the field refuses it."""
    days = days_of(text)
    return days[0].isoformat() if len(days) == 1 else text


def _among(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: words.get(key_of(text), text)


def _each(parts: re.Pattern[str], spell: Callable[[str], str]) -> Callable[[str], str]:
    """Return the function that reads each word of a cell that holds several."""
    known = lru_cache(maxsize=REMEMBERED)(spell)

    def read(text: str) -> str:
        words = [part.strip() for part in parts.split(text)]
        return BETWEEN.join(known(word) if len(word) <= LONGEST else word for word in words if word)

    return read


_NUMBERS = frozenset(BOX_COLUMNS) - {"places", "property_types", "max_arv_share", "exit", "financing"}
_CELLS = Cells(
    one="buyer",
    key="buyer_id",
    spelled={
        **SPELLED,
        "second_phone": phone,
        "second_email": email,
        "status": status_among(keyed(WORDS["statuses"], Buyer.Status.values)),
        "funds_amount": _number,
        "funds_proved_on": _day,
        "funds_expire_on": _day,
        "places": _each(_LIST, place),
        "property_types": _each(_WORD_LIST, _among(_TYPES)),
        "max_arv_share": fraction,
        "exit": _among(keyed(WORDS["exits"], BuyBox.Exit.values)),
        "financing": _among(keyed(WORDS["financings"], BuyBox.Financing.values)),
        **dict.fromkeys(_NUMBERS, _number),
    },
    names=frozenset({"name"}),
    numbers=_NUMBERS,
    lists=frozenset({"places", "property_types"}),
    digits=frozenset({"phone", "second_phone"}),
)
fault_of, value_of = _CELLS.fault_of, _CELLS.value_of
