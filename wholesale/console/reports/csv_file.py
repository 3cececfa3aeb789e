"""A table of a report as CSV: UTF-8 with a byte order mark, without which a spreadsheet takes it for another encoding.

Numbers have a decimal point and no separators in every language, rates are fractions, times are in the user's zone.
"""

import csv
import io
from datetime import datetime
from typing import Any

from django.utils import timezone

from wholesale.console.reports.cells import plain_columns, plain_rows, safe
from wholesale.plumbing.reports import ReportTable

CONTENT_TYPE = "text/csv; charset=utf-8"


def as_csv(table: ReportTable) -> bytes:
    """Return the table as a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(column.title) for column in plain_columns(table)])
    writer.writerows([*map(_text, row)] for row in plain_rows(table))
    return out.getvalue().encode("utf-8-sig")


def _text(value: Any) -> Any:
    return timezone.localtime(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value
