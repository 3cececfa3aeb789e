"""Numbers in a spreadsheet, as text. Their format counts where it changes the meaning: leading zeros, a percentage, a date.

Rounding and thousands separators are ignored: the stored digits count.
"""

import re
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

_DIGITS_KEPT = 15  # the precision of spreadsheets: 0.1 + 0.2 is 0.3
_IN_BRACKETS = re.compile(r"\[[^\]]*\]")
_PARTS = re.compile(r'"([^"]*)"|\\(.)|[_*].|(.)')
_TOO_NARROW = "#####"  # what a spreadsheet shows for an impossible date


def shown(stored: str, code: str, epoch: datetime) -> str:
    """Return the text that a sheet shows for a stored number in the format `code`. Dates count from the day `epoch`.

    Raises:
        ValueError: the stored text is no number.

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
    """Return a number format without the texts that it shows literally."""
    return "".join(sign or "" for _, _, sign in _PARTS.findall(_first(code)))


def _first(code: str) -> str:
    """Return the first part of a number format, which applies to positive numbers."""
    quoted = False
    for index, sign in enumerate(code):
        quoted ^= sign == '"'
        if sign == ";" and not quoted:
            return code[:index]
    return code


@lru_cache(maxsize=1024)
def _mask(code: str) -> tuple[tuple[str, bool], ...] | None:
    """Return the mask of a number format as pairs: a sign, and whether a digit takes its place. None if it adds no signs.

    A format with a condition in brackets has several masks, so None is returned for it too.
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
    """Return the mask filled with digits from the right. If there are more digits than places, the rest goes before."""
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
