"""Values that differ between runs become placeholders: ids, times, versions, digests, cursors.

Within a scene equal values have one placeholder, numbered in order of appearance, so that equality shows.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

# The ids of each table have their own range from here on, so that an id is recognised even within a sentence.
FIRST_ID = 1_000_000_000
IDS_OF_A_TABLE = 1_000_000

_ID = re.compile(r"(?<![\d.+])1\d{9}(?![\d.])")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_DIGEST = re.compile(r"\b[0-9a-f]{32,64}\b")
_TZDATA = re.compile(r"(?<=tzdata )[\d.]+(?= )")
_CURSOR = re.compile(r"cursor=[\w%=-]+")
_MICROSECONDS = (0, 999_999)  # times of the walk: its clock stands still at a full second, and a window ends just before one
_ID_NAMES = re.compile(r"(^|_)(ids?|history_id|reservation)$")
_VERSION_NAMES = re.compile(r"(^|_)version$")


class Masks:
    """The placeholders of one scene. `tables` are the names of the tables in the order of their id ranges."""

    def __init__(self, tables: list[str], now: datetime) -> None:
        self._tables, self._now = tables, now
        self._seen: dict[str, dict[Any, str]] = {}

    def value(self, value: Any, name: str = "") -> Any:
        """Return the value with placeholders, at any depth. `name` is its key.

        Keys are sorted: PostgreSQL does not keep their order within JSON.
        """
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item, str(key)) for key, item in sorted(value.items())}
        if isinstance(value, list | tuple):
            return [self.value(item, name) for item in value]
        if value is not None and not isinstance(value, bool) and _VERSION_NAMES.search(name):
            return self._placeholder("version", value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(value, name)
        if isinstance(value, float):
            return float(f"{value:.12g}")  # sums of the two databases differ beyond this digit
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return the text with placeholders."""
        for pattern, placeholder in self._patterns():
            text = pattern.sub(lambda match, of=placeholder: of(match.group()), text)  # type: ignore[misc]  # bound now
        return text

    def _patterns(self) -> list[tuple[re.Pattern[str], Callable[[str], str]]]:
        return [
            (_CURSOR, lambda _: "cursor=<cursor>"),
            (_TZDATA, lambda _: "<version>"),
            (_TIME, self._time),
            (_UUID, lambda found: self._placeholder("uuid", found)),
            (_DIGEST, lambda found: self._placeholder("digest", found)),
            (_ID, lambda found: self._id(int(found))),
        ]

    def _number(self, number: int, name: str) -> Any:
        if FIRST_ID <= number < FIRST_ID + IDS_OF_A_TABLE * len(self._tables):
            return self._id(number)
        # The id of a row made by the migrations.
        return "<seeded>" if _ID_NAMES.search(name) else number

    def _id(self, number: int) -> str:
        table = (number - FIRST_ID) // IDS_OF_A_TABLE
        return self._placeholder(self._tables[table], number) if table < len(self._tables) else str(number)

    def _time(self, text: str) -> str:
        """Show a time as its distance from the walk's clock. The migrations wrote at a time that the walk does not set."""
        at = datetime.fromisoformat(text).astimezone(UTC)
        if at.microsecond not in _MICROSECONDS:
            return "<when migrated>"
        if at == self._now:
            return "<now>"
        sign, apart = ("+", at - self._now) if at > self._now else ("-", self._now - at)
        clock = str(timedelta(seconds=apart.seconds)) if apart.seconds else ""
        return f"<now {sign} {' '.join(filter(None, (f'{apart.days}d' if apart.days else '', clock)))}>"

    def _placeholder(self, kind: str, value: Any) -> str:
        seen = self._seen.setdefault(kind, {})
        return seen.setdefault(value, f"<{kind} {len(seen) + 1}>")
