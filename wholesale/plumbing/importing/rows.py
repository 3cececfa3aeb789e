"""The rows of an import, and refused rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

EXTRA_CELLS = None  # the key for cells beyond the header, as in csv.DictReader

Row = Mapping[Any, Any]  # column -> cell


class FileRow(dict[Any, Any]):
    """A row of a file: its unchanged cells by the file's names of columns, and what they mean.

    `given` has the values for our columns, in the words of the API. `errors` says by column why a cell cannot be read.
    `said` is what additional columns say (`wholesale.plumbing.importing.kinds.Beside`).
    """

    __slots__ = ("errors", "given", "number", "said")

    def __init__(self, cells: Iterable[tuple[Any, Any]], number: int) -> None:
        super().__init__(cells)
        self.number = number  # the row's number in the file, as a spreadsheet shows it
        self.given: dict[str, str] = {}
        self.errors: dict[str, list[str]] = {}
        self.said: Any = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused, or that a person must look at, with the reasons by field."""

    number: int
    row: Row
    errors: dict[str, list[str]]

    @property
    def reason(self) -> str:
        """The reasons why the row was refused, as one line."""
        return " ".join(f"{name}: {message}" for name, messages in self.errors.items() for message in messages)
