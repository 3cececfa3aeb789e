"""The kind of rows in a list, such as leads. An app defines the columns and the meaning of their cells."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wholesale.plumbing.importing.texts import key_of


class Beside(Protocol):
    """Reads additional columns of a file, beside those of the kind. It is false if the file has none."""

    @property
    def understood(self) -> Collection[str]:
        """The additional columns that are understood, by the file's names."""

    @property
    def lost(self) -> str:
        """The remark for a row that cannot be read."""

    @property
    def notes(self) -> list[str]:
        """The remarks about the additional columns."""

    def __bool__(self) -> bool: ...

    def read(self, cells: Sequence[str], now: datetime) -> Any:
        """Return what a row says in the additional columns, or None."""


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind of rows, such as leads."""

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
        """Return how many columns a row names. 0 if it does not name the key, so that it is no header."""
        meanings = {self.column_of.get(key_of(cell)) for cell in cells} - {None}
        return len(meanings) if self.key in meanings else 0
