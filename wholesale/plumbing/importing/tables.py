"""What a file is before anybody knows what it means: a header and lines of text, numbered as their owner sees them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from wholesale.plumbing.importing.errors import UnreadableFile

HEADER_WITHIN = 20  # rows: what stands above the names of the columns is a title


class Line(NamedTuple):
    """A row of a file: its cells, and why it, or some of them, cannot be read."""

    number: int
    cells: list[str]
    fault: str = ""
    spoiled: dict[int, str] = {}  # index of a cell -> what is wrong with it


@dataclass(slots=True)
class Table:
    """The header of a file and its rows as they are read. `notes` and `skipped` may grow until all are read."""

    header: Line
    lines: Iterator[Line]
    about: int  # how many rows, roughly
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # what looks like such rows, and was not read
    first: list[Line] = field(default_factory=list)  # some of the first lines, where it takes long to begin with them all
    skipped: int = 0  # rows that hold nothing, and are not among the lines


def above(numbers: Iterable[int]) -> list[str]:
    """What to say of the rows above a header that hold anything."""
    rows = ", ".join(map(str, numbers))
    return [f"Above the names of the columns these rows were not read: {rows}."] if rows else []


def no_header(key: str) -> UnreadableFile:
    """Nothing in it names its columns."""
    return UnreadableFile(f"A row at its top must name the columns, {key} among them.")
