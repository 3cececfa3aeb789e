"""A number as a spreadsheet shows it, as far as that changes what it means: zeros in front, a percentage, a date.

Rounding and separators of thousands are left out: they hide digits, and what is stored counts.
"""

import re
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

_DIGITS_KEPT = 15  # as a spreadsheet has them: 0.1 + 0.2 is 0.3
_IN_BRACKETS = re.compile(r"\[[^\]]*\]")
_PARTS = re.compile(r'"([^"]*)"|\\(.)|[_*].|(.)')
_TOO_NARROW = "#####"  # what is shown of a date that is none


def shown(stored: str, code: str, epoch: datetime) -> str:
    """The text of a number that is stored so, under a number format. `epoch`: from which day the sheet counts its dates.

    Raises:
        ValueError: it is no number.

    """
    if code == "General" and len(stored) <= _DIGITS_KEPT and stored.isdecimal() and stored.isascii():
        return stored
    value = float(stored)
    if is_date_format(code):
        return _date(value, epoch)
    number = Decimal(f"{value:.{_DIGITS_KEPT}g}")
    if "%" in _bare(code):
        return f"{_plain(number * 100)}%"
    text = _plain(number)
    mask = _mask(code) if number == number.to_integral_value() and number >= 0 else None
    return _masked(text, mask) if mask else text


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def _date(value: float, epoch: datetime) -> str:
    try:
        at = from_excel(value, epoch)
    except (ValueError, OverflowError):
        return _TOO_NARROW
    if isinstance(at, time):
        return at.isoformat("seconds")
    if not isinstance(at, datetime):
        return _plain(Decimal(repr(value)))
    return at.date().isoformat() if at.time() == time() else at.isoformat(" ", "seconds")


@lru_cache(maxsize=1024)
def _bare(code: str) -> str:
    """A format's signs, without the texts in it."""
    return "".join(sign or "" for _, _, sign in _PARTS.findall(_first(code)))


def _first(code: str) -> str:
    """The part of a format that is for positive numbers."""
    quoted = False
    for index, sign in enumerate(code):
        quoted ^= sign == '"'
        if sign == ";" and not quoted:
            return code[:index]
    return code


@lru_cache(maxsize=1024)
def _mask(code: str) -> tuple[tuple[str, bool], ...] | None:
    """Where a format puts digits, and what between them: (sign, whether it stands for a digit). None where it adds nothing.

    A format with a condition in brackets shows one of several masks: none of them is taken.
    """
    if re.search(r"\[[<>=]", code):
        return None
    parts = []
    for text, escaped, sign in _PARTS.findall(_IN_BRACKETS.sub("", _first(code))):
        if sign in ("0", "#", "?"):
            parts.append((sign, True))
        elif sign in ("-", " ", "(", ")", "+", ":") or text or escaped:
            parts.append((sign or text or escaped, False))
        elif sign:
            return None  # a decimal point, thousands, an exponent, a fraction, General
    places = [sign for sign, is_digit in parts if is_digit]
    return tuple(parts) if len(places) > 1 or (places and len(parts) > 1) else None


def _masked(digits: str, mask: tuple[tuple[str, bool], ...]) -> str:
    """Fill a mask from its right end, the digits that are left before its first place."""
    left = list(digits) if digits != "0" else []
    first = next(index for index, (_, is_digit) in enumerate(mask) if is_digit)
    text = ""
    for index in range(len(mask) - 1, -1, -1):
        sign, is_digit = mask[index]
        if not is_digit:
            text = sign + text
        elif left:
            text = left.pop() + text
        elif sign == "0":
            text = "0" + text
        if index == first:
            text = "".join(left) + text
            left = []
    return text.strip()
