"""A report as an XLSX workbook: a sheet that says what it is, and a sheet for each table. Numbers are numbers."""

import io
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from wholesale.console.reports.cells import plain_columns, plain_rows, safe
from wholesale.plumbing.reports import Column, Made, ReportDocument, ReportTable, Section, ValueKind

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet shows these by its own language: a comma in French, a point in English.
FORMATS = {
    ValueKind.COUNT: "#,##0",
    ValueKind.NUMBER: "#,##0.0##",
    ValueKind.RATE: "0.0%",
    ValueKind.POINTS: "+0.0%;-0.0%;0.0%",
    ValueKind.MINUTES: "#,##0.0",
    ValueKind.CAD: '"$"#,##0.00',
    ValueKind.DAY: "yyyy-mm-dd",
    ValueKind.TIME: "yyyy-mm-dd hh:mm",
}
NARROWEST, WIDEST = 9, 48  # characters
_TITLE_MAX = 31  # characters of a sheet's name, which may not have these either
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")


def as_xlsx(report: ReportDocument, made: Made) -> bytes:
    """Return the report as a file."""
    book = Workbook(write_only=True)
    _about(book, report, made)
    taken: set[str] = {book.worksheets[0].title.casefold()}
    for section in report.sections:
        if section.table is not None and section.has_rows:
            _sheet(book, _sheet_title(str(section.title), taken), section.table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(book: Workbook, report: ReportDocument, made: Made) -> None:
    sheet = book.create_sheet(_sheet_title(_("About"), set()))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = WIDEST, 24
    sheet.append([_cell(sheet, safe(report.title), font=_BOLD)])
    for text in (report.period, made, _("Times are in the zone %(zone)s.") % {"zone": timezone.get_current_timezone_name()}):
        sheet.append([_cell(sheet, safe(text))])
    for section in report.sections:
        if section.figures or section.note:
            _about_section(sheet, section)
    if report.note:
        sheet.append([])
        sheet.append([_cell(sheet, safe(report.note), alignment=_WRAPPED)])


def _about_section(sheet: Any, section: Section) -> None:
    sheet.append([])
    sheet.append([_cell(sheet, safe(section.title), font=_BOLD)])
    for figure in section.figures:
        column = Column(figure.title, figure.kind, figure.digits)
        ((title, value),) = plain_rows(ReportTable((Column(""), column), [(figure.title, figure.value)]))
        sheet.append([_cell(sheet, title), _cell(sheet, _value(value), FORMATS.get(figure.kind))])
    if section.note:
        sheet.append([_cell(sheet, safe(section.note), alignment=_WRAPPED)])


def _sheet(book: Workbook, title: str, table: ReportTable) -> None:
    sheet = book.create_sheet(title)
    columns, rows = [*plain_columns(table)], [*plain_rows(table)]
    for n, column in enumerate(columns):
        sheet.column_dimensions[get_column_letter(n + 1)].width = _width(column, (row[n] for row in rows))
    sheet.freeze_panes = "B2"
    sheet.append([_cell(sheet, safe(column.title), font=_BOLD, alignment=_WRAPPED) for column in columns])
    for n, row in enumerate(rows, 1):
        font = _BOLD if table.total and n == len(rows) else None
        sheet.append(
            [_cell(sheet, _value(value), FORMATS.get(column.kind), font) for column, value in zip(columns, row, strict=True)]
        )


def _value(value: Any) -> Any:
    """Return a value as a workbook keeps it. It knows no zones, so a time is written by the user's clock."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return float(value) if isinstance(value, Decimal) else value


def _cell(sheet: Any, value: Any, number_format: str | None = None, font: Any = None, alignment: Any = None) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if number_format:
        cell.number_format = number_format
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    return cell


def _width(column: Column, values: Iterable[Any]) -> float:
    """Return the width that fits the longest value; a title may take several lines."""
    words = max(map(len, str(column.title).split()), default=0)
    longest = max((len(str(value)) for value in values if value is not None), default=0) if column.is_text else 0
    return min(max(NARROWEST, words + 2, longest + 2, 17 if column.kind == ValueKind.TIME else 0), WIDEST)


def _sheet_title(title: str, taken: set[str]) -> str:
    """Return the name of a sheet: short enough, with no forbidden sign, and not taken."""
    base = " ".join(title.translate(_FORBIDDEN).split()).strip("'")[:_TITLE_MAX] or "-"
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: _TITLE_MAX - 3]} {n}"
    taken.add(name.casefold())
    return name
