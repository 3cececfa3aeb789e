"""Reports as CSV, XLSX and PDF: the same numbers in each, and nothing that a spreadsheet runs."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.utils import timezone, translation

from tests.wholesale.console.reports.opened import of_csv, of_pdf, of_xlsx, readable_pdfs
from wholesale.console.reports import pdf_file
from wholesale.console.reports.csv_file import as_csv
from wholesale.console.reports.pdf_charts import drawing_of
from wholesale.console.reports.pdf_file import as_pdf
from wholesale.console.reports.xlsx_file import as_xlsx
from wholesale.plumbing.charts import LINE, Chart, Series, chart
from wholesale.plumbing.reports import Column, Figure, Made, ReportDocument, ReportTable, Section, ValueKind

AT = datetime(2026, 12, 15, 18, 5, 30, 500, tzinfo=UTC)
MADE = Made("zoé", AT)
COLUMNS = (
    Column("Nom"),
    Column("Tâches", ValueKind.COUNT),
    Column("Part", ValueKind.RATE, 1),
    Column("Intervalle", ValueKind.RATE, interval=True),
    Column("Écart", ValueKind.POINTS),
    Column("p90", ValueKind.MINUTES),
    Column("Montant", ValueKind.CAD),
    Column("Rapport", ValueKind.NUMBER, 3),
    Column("Jour", ValueKind.DAY),
    Column("Quand", ValueKind.TIME),
)
ROW = ["Éric", 12345, 0.125, (0.1, 0.2), -0.05, 90.5, Decimal("1234.50"), 0.955, date(2026, 12, 1), AT]
NOTHING = ["Œuvre", 0, None, None, None, None, None, None, None, None]
TABLE = ReportTable(COLUMNS, [ROW, NOTHING])


@pytest.fixture(autouse=True)
def _a_frenchwoman_of_toronto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    readable_pdfs(monkeypatch)
    with translation.override("fr-ca"), timezone.override(ZoneInfo("America/Toronto")):
        yield


def report(*sections: Section) -> ReportDocument:
    return ReportDocument("essai", "Délais", "du 1 au 15", sections, "Une note.")


def test_a_csv_has_raw_numbers_and_the_time_of_the_reader() -> None:
    headings, row, nothing = of_csv(as_csv(TABLE))
    assert headings[:3] == ["Nom", "Tâches", "Part"]
    assert [heading.partition(",")[0] for heading in headings[3:5]] == ["Intervalle"] * 2
    assert row == [
        *("Éric", "12345", "0.125", "0.1", "0.2", "-0.05", "90.5", "1234.50", "0.955"),
        *("2026-12-01", "2026-12-15T13:05:30-05:00"),
    ]
    assert nothing == ["Œuvre", "0", *[""] * 9]


def test_a_workbook_has_numbers_with_formats_a_frozen_heading_and_widths() -> None:
    body = as_xlsx(report(Section("Délais par nom", TABLE, figures=[Figure("Part", 0.125, ValueKind.RATE)])), MADE)
    assert of_xlsx(body)["Délais par nom"][1] == [
        *("Éric", 12345, 0.125, 0.1, 0.2, -0.05, 90.5, 1234.5, 0.955),
        *(datetime(2026, 12, 1), datetime(2026, 12, 15, 13, 5, 30)),
    ]
    book = openpyxl.load_workbook(io.BytesIO(body))
    about, sheet = book.worksheets
    assert (sheet.freeze_panes, sheet["C2"].number_format, sheet["H2"].number_format) == ("B2", "0.0%", '"$"#,##0.00')
    assert sheet.column_dimensions["K"].width > sheet.column_dimensions["B"].width >= 9
    said = [cell for row in about.values for cell in row]
    assert {"Délais", "du 1 au 15", "Une note.", 0.125} < set(said)
    assert any("zoé" in str(cell) and "13 h 05" in str(cell) for cell in said)
    assert any("America/Toronto" in str(cell) for cell in said)


def test_sheets_have_names_that_a_workbook_allows() -> None:
    names = ["a/b: [c]?", "x" * 40, "x" * 40, ""]
    sheets = of_xlsx(as_xlsx(report(*(Section(name, TABLE) for name in names)), MADE))
    assert list(sheets)[1:] == ["a b c", "x" * 31, f"{'x' * 28} 2", "-"]


def test_a_pdf_says_what_it_is_and_writes_numbers_in_the_language_of_the_reader() -> None:
    body = as_pdf(report(Section("Par nom", TABLE, "Note", [Figure("Tasks", 12345)])), MADE)
    texts = of_pdf(body)
    for text in ("12 345", "12,5 %", "-5", "1 234,50 $", "0,955", "1 h 30 min", "Tasks : 12 345", "Une note."):
        assert text in texts, text
    assert sum("13 h 05" in text for text in texts) == 3  # the cell, below the title, at the foot
    assert b"<00E9>" in body  # é and œ are letters, and not pictures
    assert b"<0152>" in body
    assert not any("\u202f" in text for text in texts)


def test_a_table_goes_on_over_pages_with_its_headings_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_file, "ROWS_MAX", 100)
    rows = [[f"row {n}", n] for n in range(103)]
    texts = of_pdf(
        as_pdf(report(Section("Long", ReportTable([Column("Who"), Column("Much", ValueKind.COUNT)], rows))), MADE)
    )
    pages = texts.count("Who")
    assert pages >= 3
    assert "row 99" in texts
    assert "row 100" not in texts
    assert any(text.startswith("3 ") for text in texts)
    assert len([text for text in texts if text.startswith("Page ") and text.endswith(f" {pages}")]) == pages


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1", "'=1"])
def test_no_text_of_a_file_is_run_as_a_formula(text: str) -> None:
    table = ReportTable([Column(text)], [[text]])
    assert of_csv(as_csv(table)) == [[f"'{text}"], [f"'{text}"]]
    made = report(Section(text, table, text))
    for sheet in openpyxl.load_workbook(io.BytesIO(as_xlsx(made, Made(text, AT)))):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not any(str(cell.value).startswith(("=", "+", "-", "@", "\t", "\uff1d")) for cell in cells)


def test_signs_that_a_workbook_cannot_hold_do_no_harm() -> None:
    table = ReportTable([Column("Name")], [["a\x00b\x0bc\ud800"]])
    assert of_xlsx(as_xlsx(report(Section("t", table)), MADE))["t"][1] == ["a\ufffdb\ufffdc\ufffd"]
    assert of_csv(as_csv(table))[1] == ["a\ufffdb\ufffdc\ufffd"]
    assert as_pdf(report(Section("t", ReportTable([Column("<b>&")], [["<i>&amp;"]]))), MADE)


CHARTS = {
    "bars": chart("Bars", ["a", "b"], [Series("One", [3, None]), Series("Two", [-2, 5], "soft")]),
    "stacked": chart("Stacked", ["a", "b"], [Series("One", [3, None]), Series("Two", [2, 5])], stacked=True),
    "logarithmic": chart("Log", ["a", "b"], [Series("One", [0.5, 4000])], logarithmic=True, unit="minutes"),
    "lines": chart("Lines", ["a", "b", "c"], [Series("One", [0.1, None, 0.3], "amber", LINE)], rate=True),
    "limit": chart("Limit", ["a", "b"], [Series("One", [2, 2], "red", LINE, dashed=True)]),
    "bands": chart("Bands", ["a", "b"], [Series("One", [(0.1, 0.4), None])], rate=True),
    "long": chart("Long", [f"a long name {n}" for n in range(60)], [Series("One", list(range(60)))], across=True),
}


@pytest.mark.parametrize("drawn", CHARTS.values(), ids=CHARTS)
def test_each_chart_is_drawn_within_its_frame(drawn: Chart) -> None:
    drawing = drawing_of(drawn, 500)
    left, low, right, high = drawing.getBounds()
    assert left >= 0
    assert right <= 501
    assert low >= -1
    assert high <= drawing.height
    assert len(drawing.contents) > 6
    assert "Une note." in of_pdf(as_pdf(report(Section("Charts", charts=[drawn])), MADE))
