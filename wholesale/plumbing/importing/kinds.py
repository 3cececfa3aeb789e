"""The kinds of rows that a list can contain, such as leads. An app defines a kind's columns and the meaning of cells."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wholesale.plumbing.importing.texts import key_of


class Beside(Protocol):
    """A reader of a file's columns beyond those of the row kind. As a bool it is False if the file has no such columns."""

    @property
    def understood(self) -> Collection[str]:
        """The names, in the file, of the additional columns that the reader understands."""

    @property
    def lost(self) -> str:
        """The remark about the additional columns for a row that cannot be read."""

    @property
    def notes(self) -> list[str]:
        """The remarks about the additional columns of the file."""

    def __bool__(self) -> bool: ...

    def read(self, cells: Sequence[str], now: datetime) -> Any:
        """Return what a row says in the additional columns. None if it says nothing there."""


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of rows that a list can contain, such as leads: its columns and how their cells are read."""

    one: str  # its word for people, such as lead
    plural: str
    key: str  # the column that a header must name
    columns: tuple[str, ...]
    column_of: Mapping[str, str]  # the key of a heading (`key_of`) -> the column that it means
    fault_of: Callable[[str, str], str | None]  # (column, text of a cell) -> why the cell cannot be read
    value_of: Callable[[str, str], str]  # (column, text of a cell) -> the value, "" for none
    # (the file's headings, the column that each means) -> the reader of additional columns
    beside: Callable[[Sequence[str], Sequence[str | None]], Beside] | None = None

    def rate(self, cells: Sequence[str]) -> int:
        """Return how many of our columns a row names, so that the header is found. 0 if the row does not name the key."""
        meanings = {self.column_of.get(key_of(cell)) for cell in cells} - {None}
        return len(meanings) if self.key in meanings else 0
