"""A file as a table of text: a header and numbered lines. Their meaning is not known yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext_noop

from wholesale.plumbing.importing.errors import UnreadableFile

HEADER_WITHIN = 20  # rows at the top among which the header is searched; rows above the header are titles


class Line(NamedTuple):
    """A line of a table: its cells, and why the line or some of its cells cannot be read."""

    number: int
    cells: list[str]
    fault: str = ""
    spoiled: dict[int, str] = {}  # index of a cell -> what is wrong with it


@dataclass(slots=True)
class Table:
    """The header of a file and its lines, read lazily. `notes` and `skipped` are complete only after all lines were read."""

    header: Line
    lines: Iterator[Line]
    about: int  # the approximate number of rows
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # parts that look like such rows but were not read
    first: list[Line] = field(default_factory=list)  # the first lines for a preview, if starting to read takes long
    skipped: int = 0  # empty rows, which are not among the lines


def above(numbers: Iterable[int]) -> list[str]:
    """Return a note about rows above the header that are not empty and were not read. Empty if there are none."""
    rows = ", ".join(map(str, numbers))
    return [f"Above the names of the columns these rows were not read: {rows}."] if rows else []


def no_header(key: str) -> UnreadableFile:
    """Return the error for a file without a header. `key` is the column that a header must name."""
    return UnreadableFile(gettext_noop("A row at its top must name the columns, %(key)s among them."), key=key)
