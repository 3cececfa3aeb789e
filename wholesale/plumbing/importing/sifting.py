"""Separating the valid rows of a list from the refused ones. Rows pass the API's field checks; an id may occur once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rest_framework.exceptions import ValidationError

from wholesale.plumbing.importing.rows import EXTRA_CELLS, FileRow, RefusedRow, Row
from wholesale.plumbing.params import Params

Numbered = tuple[int, Row]
Good = dict[Any, tuple[Row, dict[str, Any]]]  # id -> the row as it came, and its checked values


def numbered(rows: Iterable[Row]) -> Iterator[Numbered]:
    """Yield the rows that are not empty, each with a number: its row number in the file, or else its position from 1."""
    for number, row in enumerate(rows, 1):
        if isinstance(row, FileRow):
            yield row.number, row
        elif any(cell not in (None, "") for cell in row.values()):
            yield number, row


def batches(rows: Iterator[Numbered], size: int) -> Iterator[Sequence[Numbered]]:
    """Yield the rows in batches of `size`."""
    while batch := list(islice(rows, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class Sieve:
    """Checks the rows of one kind."""

    key: str  # the column of the id
    one: str  # the kind's word for people, such as lead
    row: Params  # one serializer serves all rows, as in wholesale.plumbing.params: checking leaves no state

    def sifted(self, batch: Iterable[Numbered], seen: dict[Any, int]) -> tuple[Good, list[RefusedRow]]:
        """Return the valid rows by id, and the refused rows. Add the numbers of the valid rows to `seen`, by id."""
        good: Good = {}
        refused: list[RefusedRow] = []
        for number, row in batch:
            try:
                settings = self._checked(row)
            except ValidationError as error:
                refused.append(RefusedRow(number, row, _messages(error)))
                continue
            one_id = settings.pop(self.key)
            if one_id in seen:
                again = f"Row {seen[one_id]} has the same {self.one}; this one was left out."
                refused.append(RefusedRow(number, row, {self.key: [again]}))
            else:
                seen[one_id] = number
                good[one_id] = row, settings
        return good, refused

    def _checked(self, row: Row) -> dict[str, Any]:
        checked: dict[str, Any]
        if row.get(EXTRA_CELLS):
            raise ValidationError({"row": ["It has more cells than there are columns."]})
        if not isinstance(row, FileRow):
            checked = self.row.run_validation({name: value for name, value in row.items() if value is not None})
            return checked
        if row.errors:
            raise ValidationError({**self._what_else(row), **row.errors})
        checked = self.row.run_validation(row.given)
        return checked

    def _what_else(self, row: FileRow) -> dict[str, list[str]]:
        """Return the errors in the readable cells of a row that has unreadable cells, so that all can be mended at once."""
        try:
            if row.given:
                self.row.run_validation(row.given)
        except ValidationError as error:
            return _messages(error)
        return {}


def _messages(error: ValidationError) -> dict[str, list[str]]:
    details: Any = error.detail
    return {name: [str(message) for message in messages] for name, messages in details.items()}
