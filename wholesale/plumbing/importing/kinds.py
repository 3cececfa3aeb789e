"""A kind of rows that lists bring, such as leads: an app says which columns it has, and what a cell of them means."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from wholesale.plumbing.importing.texts import key_of


class Beside(Protocol):
    """What a file says in columns that are none of the kind's own. False where it says nothing."""

    @property
    def understood(self) -> Collection[str]:
        """Those columns, as the file names them."""

    @property
    def lost(self) -> str:
        """What to say of a row that cannot be read."""

    @property
    def notes(self) -> list[str]:
        """What to say of its columns."""

    def __bool__(self) -> bool: ...

    def read(self, cells: Sequence[str], now: datetime) -> Any:
        """What a row says; None where it says nothing."""


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind of rows."""

    one: str  # as people say it: lead
    plural: str
    key: str  # the column that a header must name
    columns: tuple[str, ...]
    column_of: Mapping[str, str]  # the letters of a heading (`key_of`) -> the column that it means
    fault_of: Callable[[str, str], str | None]  # of a column and the text of a cell: why it cannot be read
    value_of: Callable[[str, str], str]  # of the same: what it means, "" for nothing
    # Of a file's headings, and the column that each means.
    beside: Callable[[Sequence[str], Sequence[str | None]], Beside] | None = None

    def rate(self, cells: Sequence[str]) -> int:
        """How many columns a row of a file names; 0 where it is no header."""
        meanings = {self.column_of.get(key_of(cell)) for cell in cells} - {None}
        return len(meanings) if self.key in meanings else 0
