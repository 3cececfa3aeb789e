"""Translating the values of a list to the values of the API. The words are in `words.toml`.

`French` becomes fr, `Ont.` ON, `0,72` 0.72, and `N/A` nothing. An unknown value is left as it is: the lead's own fields
refuse it with their reason.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from followups.leads.fields import COLUMNS
from followups.leads.models import Lead
from wholesale.plumbing.importing.texts import LONGEST, REMEMBERED, key_of, keyed, spreadsheet_fault
from wholesale.plumbing.importing.words import COMMON_WORDS, NOTHING, NOTHING_BUT_A_NAME, province_of

WORDS = COMMON_WORDS | tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
COLUMN_OF = keyed(WORDS["columns"], COLUMNS)
_NAMES = frozenset({"first_name", "last_name"})
_NO_ID = NOTHING - {"0"}
_NOTHING_LONGEST = max(map(len, NOTHING))
_LANGUAGES = keyed(WORDS["languages"])
WISHES_AS_STATUS = frozenset(keyed({"yes": WORDS["answers"]["yes_to_a_wish"]}))  # such as DNC; `wishes` reads them
_STATUSES = keyed(WORDS["statuses"], Lead.Status.values)
_PLACE_AND_PROVINCE = re.compile(r"(.+?)\s*[,(]\s*([^,()]+?)\)?")
_NO_WORD = re.compile(r"[^\w\s'\u2018\u2019\u02bc`.\-\u2010-\u2015]+")
_SCORE = re.compile(r"(-?)([0-9]{0,10})(?:[.,]([0-9]{1,20}))?\s*(%?)")
_SCORE_PLACES = Decimal("0.0001")
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0+")


def fault_of(column: str, text: str) -> str | None:
    """Return why a cell cannot be used: a spreadsheet spoilt it, or a lead id names no lead. None if nothing is wrong."""
    fault = spreadsheet_fault(text, is_number=column in ("lead_id", "phone"))
    if fault is None and column == "lead_id" and text.lower() in _NO_ID:
        return f"{text} names no lead."
    return fault


def is_nothing(column: str, text: str) -> bool:
    """Whether a cell of an optional column stands for "no value", such as N/A."""
    if len(text) > _NOTHING_LONGEST or column == "lead_id":
        return False
    small = text.lower()
    return (small in NOTHING and not (column == "score" and small == "0")) or (
        small in NOTHING_BUT_A_NAME and column not in _NAMES
    )


def value_of(column: str, text: str) -> str:
    """Return the API's value for a cell of a lead's column, or "" for no value."""
    if is_nothing(column, text):
        return ""
    spell = _SPELLED.get(column)
    return spell(text) if spell and len(text) <= LONGEST else text


def _province(text: str) -> str:
    return province_of(text) or text


@lru_cache(maxsize=REMEMBERED)
def _market(text: str) -> str:
    """Return a market's name without province and unusual signs: `Toronto, ON` becomes Toronto."""
    placed = _PLACE_AND_PROVINCE.fullmatch(text)
    if placed and province_of(placed[2]):
        text = placed[1]
    return _NO_WORD.sub(" ", text).strip() or text


def _language(text: str) -> str:
    return _LANGUAGES.get(key_of(text), text)


def _status(text: str) -> str:
    key = key_of(text)
    return "" if key in WISHES_AS_STATUS else _STATUSES.get(key, text)


def _score(text: str) -> str:
    """Return a score such as `0,72` or `72 %` as a fraction with at most four decimals. Other texts stay as they are."""
    parts = _SCORE.fullmatch(text)
    if not parts or not (parts[2] or parts[3]):
        return text
    value = Decimal(f"{parts[1]}{parts[2] or '0'}.{parts[3] or '0'}") / (100 if parts[4] else 1)
    return f"{value.quantize(_SCORE_PLACES, ROUND_HALF_UP).normalize():f}"


def _phone(text: str) -> str:
    if "0" in text and not any(c in "123456789" for c in text):
        return ""  # 000-000-0000
    whole = _WHOLE_FLOAT.fullmatch(text)  # 4165550123.0
    return whole[1] if whole else text


def _postal_code(text: str) -> str:
    return text if text.strip("0") else ""


def _email(text: str) -> str:
    return text.removeprefix("mailto:")


_SPELLED: dict[str, Callable[[str], str]] = {
    "province": _province,
    "market": _market,
    "language": _language,
    "status": _status,
    "score": _score,
    "phone": _phone,
    "postal_code": _postal_code,
    "email": _email,
}
