"""Separating the valid rows of a list from the refused ones. Rows pass the API's field checks; a lead may occur once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from rest_framework.exceptions import ValidationError

from followups.leads.fields import LeadRow
from wholesale.plumbing.importing.rows import EXTRA_CELLS, FileRow, RefusedRow, Row

NO_PROVINCE = "A new lead needs its province."
Numbered = tuple[int, Row]
Good = dict[str, tuple[Row, dict[str, Any]]]  # lead_id -> the row as it came, and the checked settings of the lead


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


def sifted(batch: Iterable[Numbered], seen: dict[str, int]) -> tuple[Good, list[RefusedRow]]:
    """Return the valid rows by lead, and the refused rows. Add the numbers of the valid rows to `seen`, by lead."""
    good: Good = {}
    refused: list[RefusedRow] = []
    for number, row in batch:
        try:
            settings = _checked(row)
        except ValidationError as error:
            refused.append(RefusedRow(number, row, _messages(error)))
            continue
        lead_id = settings.pop("lead_id")
        if lead_id in seen:
            again = f"Row {seen[lead_id]} has the same lead; this one was left out."
            refused.append(RefusedRow(number, row, {"lead_id": [again]}))
        else:
            seen[lead_id] = number
            good[lead_id] = row, settings
    return good, refused


_row = LeadRow()  # one serializer serves all rows, as in wholesale.plumbing.params: checking leaves no state


def _checked(row: Row) -> dict[str, Any]:
    if row.get(EXTRA_CELLS):
        raise ValidationError({"row": ["It has more cells than there are columns."]})
    if not isinstance(row, FileRow):
        return _row.run_validation({name: value for name, value in row.items() if value is not None})
    if row.errors:
        raise ValidationError({**_what_else(row), **row.errors})
    return _row.run_validation(row.given)


def _what_else(row: FileRow) -> dict[str, list[str]]:
    """Return the errors in the readable cells of a row that has unreadable cells, so that all can be mended at once."""
    try:
        if row.given:
            _row.run_validation(row.given)
    except ValidationError as error:
        return _messages(error)
    return {}


def _messages(error: ValidationError) -> dict[str, list[str]]:
    details: Any = error.detail
    return {name: [str(message) for message in messages] for name, messages in details.items()}
