"""Reports: one shape for all that is shown as a page with charts, printed, mailed, or saved as a file.

A table keeps its values as they are, and its columns say what they are: so a page and a PDF write them in the language of
whoever reads, and a spreadsheet gets numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, pgettext

from wholesale.plumbing.charts import Chart
from wholesale.plumbing.showing import (
    MISSING,
    shown_day,
    shown_money,
    shown_number,
    shown_rate,
    shown_span,
    shown_time,
)
from wholesale.plumbing.texts import Words


class ValueKind(StrEnum):
    """What the values of a column or figure are."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    NUMBER = "number"  # a measure without a unit
    RATE = "rate"  # a fraction, 0..1, which is shown in percent
    POINTS = "points"  # the difference of two fractions, which is shown in percentage points, with its sign
    MINUTES = "minutes"  # a span; shown in words
    CAD = "CAD"  # an amount
    DAY = "day"
    TIME = "time"  # an aware instant


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. The values of an interval are pairs, from and to. None is a value that there is not."""

    title: Words
    kind: ValueKind = ValueKind.TEXT
    digits: int = 0  # decimals at most, of numbers and rates
    interval: bool = False

    def shown(self, value: Any) -> str:
        """Return a value as a person reads it, in the active language and zone."""
        if value is None or value == (None, None):
            return MISSING
        if self.interval:
            low, high = (_WRITERS[self.kind](each, self.digits) for each in value)
            return pgettext("interval", "%(low)s to %(high)s") % {"low": low, "high": high}
        return _WRITERS[self.kind](value, self.digits)

    @property
    def is_text(self) -> bool:
        """Whether the values are words, which stand at the left."""
        return self.kind == ValueKind.TEXT


_WRITERS: Mapping[ValueKind, Callable[[Any, int], str]] = {
    ValueKind.TEXT: lambda value, _digits: str(value),
    ValueKind.COUNT: lambda value, _digits: shown_number(value),
    ValueKind.NUMBER: shown_number,
    ValueKind.RATE: shown_rate,
    ValueKind.POINTS: lambda value, digits: ("+" if value > 0 else "") + shown_number(value * 100, digits),
    ValueKind.MINUTES: lambda value, _digits: shown_span(value),
    ValueKind.CAD: lambda value, _digits: shown_money(Decimal(str(value))),
    ValueKind.DAY: lambda value, _digits: shown_day(value),
    ValueKind.TIME: lambda value, _digits: shown_time(value),
}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table: its columns, and the values of each row. The first column names the row. `total`: the last row sums up."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    total: bool = False

    @property
    def headers(self) -> list[str]:
        """The titles of the columns, in the active language."""
        return [str(column.title) for column in self.columns]

    def texts(self) -> Iterator[list[str]]:
        """Yield each row as a person reads it."""
        for row in self.rows:
            yield [column.shown(value) for column, value in zip(self.columns, row, strict=True)]

    def cells(self) -> Iterator[list[tuple[str, bool]]]:
        """Yield each row as a person reads it: each text, and whether it is one of words."""
        are_words = [column.is_text for column in self.columns]
        for row in self.texts():
            yield list(zip(row, are_words, strict=True))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands alone, with its title."""

    title: Words
    value: Any
    kind: ValueKind = ValueKind.COUNT
    digits: int = 0

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        return Column(self.title, self.kind, self.digits).shown(self.value)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: figures, charts, a table that says the same in numbers, and a note. Any of them may lack."""

    title: Words
    table: ReportTable | None = None
    note: Words = ""
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()

    @property
    def has_rows(self) -> bool:
        """Whether there is a table, with something in it."""
        return self.table is not None and bool(self.table.rows)


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report: its title, the days and places that it is about in words, its sections, and how to read it.

    `name` begins the names of its files: small letters, digits and hyphens.
    """

    name: str
    title: Words
    period: Words
    sections: Sequence[Section]
    note: Words = ""

    @property
    def tables(self) -> list[ReportTable]:
        """The tables that have rows."""
        return [table for section in self.sections if (table := section.table) is not None and table.rows]

    def numbered(self) -> Iterator[tuple[Section, int]]:
        """Yield each section, and the place that its table has, or would have, among the `tables`."""
        place = 0
        for section in self.sections:
            yield section, place
            place += section.has_rows


@dataclass(frozen=True, slots=True)
class Made:
    """By whom a report was made, and when. A file says so."""

    by: str
    at: datetime

    def __str__(self) -> str:
        return gettext("Made by %(name)s, %(time)s") % {"name": self.by, "time": shown_time(self.at)}
