"""A row, as a file or a caller brings it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EXTRA_CELLS = None  # the column, as csv.DictReader has it, of cells beyond the header

Row = Mapping[Any, Any]  # column -> cell


class FileRow(dict[Any, Any]):
    """A row of a file: its cells as they came, by the column that the file names, and what they mean.

    `given` is what our columns are given, in the words that the API takes. `errors` say why it cannot be read, by column.
    `said` is what its other columns say (`wholesale.plumbing.importing.kinds.Beside`).
    """

    __slots__ = ("errors", "given", "number", "said")

    def __init__(self, cells: Iterable[tuple[Any, Any]], number: int) -> None:
        super().__init__(cells)
        self.number = number  # as its owner sees it
        self.given: dict[str, str] = {}
        self.errors: dict[str, list[str]] = {}
        self.said: Any = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not stored, or one to be looked at, with the messages for each field of it."""

    number: int
    row: Row
    errors: dict[str, list[str]]

    @property
    def reason(self) -> str:
        """The messages as one line."""
        return " ".join(f"{name}: {message}" for name, messages in self.errors.items() for message in messages)
