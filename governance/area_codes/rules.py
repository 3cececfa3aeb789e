"""Reading a list of area-code subscriptions from a text. No database here."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

NOTICE = timedelta(days=30)  # the runbook warns so long before a subscription ends
LINES_MAX = 1_000  # of a list; Canada has some fifty area codes
_AREA_CODE = re.compile(r"[2-9][0-9]{2}")
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_BETWEEN = re.compile(r"\s*[,;\t]\s*")
_HEADER = "area_code"


class InvalidList(ValueError):
    """A text that is not a list of subscriptions. `errors` has a message for each wrong line."""

    def __init__(self, errors: list[str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors))


def is_area_code(text: str) -> bool:
    """Whether the text has the form of an area code of North America."""
    return _AREA_CODE.fullmatch(text) is not None


def read_list(text: str) -> dict[str, date]:
    """Read a list of subscriptions into a dict from area code to last day. Each line is like `416,2027-03-31`.

    A comma, semicolon or tab parts the area code from the day. Empty lines and a first line of column names are ignored.

    Raises:
        InvalidList: names each line that is wrong or gives an area code another day than an earlier line.

    """
    found: dict[str, date] = {}
    errors: list[str] = []
    lines = list(_lines(text))
    if len(lines) > LINES_MAX:
        raise InvalidList([f"{len(lines):,} lines are more than {LINES_MAX:,}."])
    for number, parts in lines:
        try:
            area_code, expires_on = _read_line(parts)
        except ValueError as error:
            errors.append(f"Line {number}: {error}")
            continue
        if found.setdefault(area_code, expires_on) != expires_on:
            errors.append(f"Line {number}: {area_code} has another day further up.")
    if not found and not errors:
        errors.append("The list is empty.")
    if errors:
        raise InvalidList(errors)
    return found


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the columns of each line. Empty lines and a first line of column names are left out."""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        parts = [part.strip('"') for part in _BETWEEN.split(line.strip())]
        if any(parts) and not (number == 1 and parts[0].lower() == _HEADER):
            yield number, parts


def _read_line(parts: list[str]) -> tuple[str, date]:
    if len(parts) != 2:  # the two columns
        raise ValueError("must be an area code and the last day, such as 416,2027-03-31.")
    area_code, day = parts
    if not is_area_code(area_code):
        raise ValueError(f"“{area_code[:20]}” is no area code.")
    return area_code, _read_day(day)


def _read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"“{text[:20]}” is no day between the years 2000 and 2099, such as 2027-03-31.")
    return day
