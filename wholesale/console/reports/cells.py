"""The cells of files that a spreadsheet opens: plain values, of which none is run as a formula."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from wholesale.plumbing.importing.texts import guarded
from wholesale.plumbing.reports import Column, ReportTable, ValueKind

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")  # XML has no way to write them


def plain_columns(table: ReportTable) -> Iterator[Column]:
    """Yield the columns of a file: an interval has two, and the title of a span says its unit."""
    for column in table.columns:
        titles = [str(column.title)]
        if column.interval:
            low, high = gettext("%(title)s, from"), gettext("%(title)s, to")
            titles = [low % {"title": column.title}, high % {"title": column.title}]
        for title in titles:
            unit = gettext("%(title)s (minutes)") % {"title": title} if column.kind == ValueKind.MINUTES else title
            yield Column(unit, column.kind, column.digits)


def plain_rows(table: ReportTable) -> Iterator[list[Any]]:
    """Yield the values of each row: a text is harmless, and what there is not is None."""
    columns = [(column.is_text, column.interval) for column in table.columns]
    for row in table.rows:
        cells: list[Any] = []
        for (is_text, is_interval), value in zip(columns, row, strict=True):
            cells += (value or (None, None)) if is_interval else [safe(value) if is_text else value]
        yield cells


def safe(text: Any) -> str | None:
    """Return a text that no spreadsheet runs as a formula."""
    return None if text is None else guarded(_CONTROLS.sub("\ufffd", str(text)))
