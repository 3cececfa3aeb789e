"""XLSX files are read as their owner sees them, whatever their metadata says."""

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from followups.leads.lists import files
from wholesale.plumbing.importing import xlsx_parts
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import Format, ListFile
from wholesale.plumbing.importing.number_formats import shown
from wholesale.plumbing.importing.rows import EXTRA_CELLS

SHEET = "xl/worksheets/sheet1.xml"
LEADS: list[tuple[Any, ...]] = [("lead_id", "province"), *((f"L{n}", "ON") for n in range(1, 6))]


def workbook(rows: list[tuple[Any, ...]], change: Callable[[Any], object] | None = None) -> bytes:
    """A workbook of one sheet, after `change` has edited it."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def patched(content: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """The workbook with changed parts that openpyxl itself cannot write."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in old.infolist():
            archive.writestr(part.filename, changes.get(part.filename, bytes)(old.read(part)))
    return new.getvalue()


STRINGS = "xl/sharedStrings.xml"
_INLINE = re.compile(rb't="inlineStr"><is>(.*?)</is>')
_RELATION = (
    b'<Relationship Id="texts" Target="/xl/sharedStrings.xml"'
    b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


def with_shared_texts(content: bytes, change: Callable[[bytes], bytes] = bytes) -> bytes:
    """The workbook as Excel writes it, with the texts of all cells in a separate part that `change` may edit."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = _INLINE.findall(archive.read(SHEET))
    numbers = iter(range(len(texts)))
    content = patched(
        content,
        {
            SHEET: lambda xml: _INLINE.sub(lambda _: b't="s"><v>%d</v>' % next(numbers), xml),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</Relationships>", _RELATION),
        },
    )
    shared = b"".join(b"<si>" + text + b"</si>" for text in texts)
    whole = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + shared + b"</sst>"
    appended = io.BytesIO(content)
    with zipfile.ZipFile(appended, "a") as archive:
        archive.writestr(STRINGS, change(whole))
    return appended.getvalue()


def opened(content: bytes) -> ListFile:
    return files.read(io.BytesIO(content), Format.XLSX)


def given_by(content: bytes) -> list[dict[str, str]]:
    return [row.given for row in opened(content).rows]


def said_of(content: bytes) -> str:
    """The reason why the file cannot be read. No row of it was read before."""
    with pytest.raises(UnreadableFile) as refusal:
        next(opened(content).rows)
    return refusal.value.detail


# How far a sheet goes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [b"A1", b"A1:B2", b"A1:XFD1048576", b"nonsense"])
def test_the_declared_size_of_a_sheet_is_not_believed(dimension: bytes) -> None:
    size = b'ref="' + dimension + b'"'
    content = patched(workbook(LEADS), {SHEET: lambda xml: re.sub(rb'ref="[^"]*"', size, xml, count=1)})
    began = process_time()
    assert [row["lead_id"] for row in given_by(content)] == ["L1", "L2", "L3", "L4", "L5"]
    assert process_time() - began < 2


def test_a_sheet_without_a_declared_size_is_read() -> None:
    content = patched(workbook(LEADS), {SHEET: lambda xml: re.sub(rb"<dimension [^>]*>", b"", xml)})
    assert len(given_by(content)) == 5


@pytest.mark.parametrize(("cell", "refused"), [("XFD1048576", [(1048576, ["row"])]), ("A1048576", []), ("XFD1", None)])
def test_a_cell_at_the_end_of_the_sheet_takes_no_time(cell: str, refused: list[tuple[int, list[str]]] | None) -> None:
    content = workbook(LEADS, lambda book: book.active.__setitem__(cell, "x"))
    began = process_time()
    if refused is None:
        assert "more than 500 columns" in said_of(content)
    else:
        lead_file = opened(content)
        rows = list(lead_file.rows)
        assert (len(rows), rows[-1].number, lead_file.blank) == (6, 1048576, 1048569)
        assert [(row.number, ["row"]) for row in rows if row.get(EXTRA_CELLS)] == refused
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("bound", "value", "said"),
    [
        ("ROWS_MAX", 3, "more than 3 rows"),
        ("CELLS_MAX", 6, "more than 6 cells"),
        ("ELEMENTS_MAX", 20, "more than 20 elements"),
        ("UNPACKED_MAX", 1024**2 // 1024, "more than 0 MB when it is unpacked"),
        ("SECONDS_MAX", -1.0, "takes longer than"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_the_limits_name(
    bound: str, value: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_parts, bound, value)
    assert said in said_of(workbook(LEADS))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unopened() -> None:
    content = patched(workbook(LEADS), {SHEET: lambda xml: xml + b" " * (xlsx_parts.UNPACKED_MAX + 1)})
    assert len(content) < 1024**2
    assert "MB when it is unpacked" in said_of(content)


def test_a_row_is_never_wider_than_a_sheet() -> None:
    cells = b'<c r="A2" t="str"><v>x</v></c>' * 20_000
    row = b"<row>" + cells + b"</row></sheetData>"
    content = patched(workbook(LEADS), {SHEET: lambda xml: xml.replace(b"</sheetData>", row)})
    assert "more than 16,384 cells in a row" in said_of(content)


def test_xml_entities_are_not_expanded() -> None:
    tens = (b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    bomb = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">' + b"".join(tens) + b"]>"
    content = with_shared_texts(workbook(LEADS), lambda xml: bomb + xml.replace(b"L1", b"&j;"))
    began = process_time()
    assert "no XLSX file" in said_of(content)
    assert process_time() - began < 2


# What cells show --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (123, "00000", "00123"),
        (123, '"L"0000', "L0123"),
        (123, "000-000", "000-123"),
        (17.0, "General", "17"),
        (17, "0.00", "17"),
        (4165550123, "General", "4165550123"),
        (4165550123, "0.00E+00", "4165550123"),
        (4165550123, "#,##0", "4165550123"),
        (4165550123, "(###) ###-####", "(416) 555-0123"),
        (5551234, "[<=9999999]###-####;(###) ###-####", "5551234"),
        (0.1 + 0.2, "General", "0.3"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (date(2026, 5, 1), "dd/mm/yyyy", "2026-05-01"),
        (datetime(2026, 5, 1, 9, 30), "m/d/yy h:mm", "2026-05-01 09:30:00"),  # a cell has no zone
        (time(9, 30), "h:mm", "09:30:00"),
        (1e12, "yyyy-mm-dd", "#####"),
        ("0123", "@", "0123"),
        ("  text ", "General", "  text "),
        ("_x0041_b", "General", "Ab"),
    ],
)
def test_a_cell_is_read_as_its_owner_sees_it(value: Any, number_format: str, expected: str) -> None:
    def write(book: Any) -> None:
        book.active["A2"] = value
        book.active["A2"].number_format = number_format

    (row,) = opened(workbook([("lead_id",)], write)).rows
    assert row["lead_id"] == expected


@pytest.mark.parametrize(("value", "number_format"), [(0.72, "0%"), (0.72, "General"), ("72 %", "@"), ("0,72", "@")])
def test_a_score_is_read_as_a_fraction_in_any_format(value: Any, number_format: str) -> None:
    def write(book: Any) -> None:
        book.active["B2"] = value
        book.active["B2"].number_format = number_format

    assert given_by(workbook([("lead_id", "score"), ("L1", None)], write)) == [{"lead_id": "L1", "score": "0.72"}]


@given(st.integers(0, 10**15 - 1), st.integers(1, 20))
def test_leading_zeros_of_a_format_are_added_and_no_digit_is_lost(number: int, places: int) -> None:
    assert shown(str(number), "0" * places, WINDOWS_EPOCH) == str(number).zfill(places)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_of_the_spreadsheet_is_refused_by_row_and_column(error: str) -> None:
    content = workbook([("lead_id", "first_name", "note"), ("L1", "Ana", error), ("L2", error, "x")])
    assert [(row.number, row.errors) for row in opened(content).rows] == [
        (2, {}),  # that column is not used
        (3, {"first_name": [f"{error} is an error of the spreadsheet."]}),
    ]


def test_a_formula_is_read_by_its_result_and_refused_without_one() -> None:
    content = workbook([("lead_id", "first_name", "phone"), ("L1", "=A1", "x"), ("L2", "=A2", '=""')])
    results = {b"<f>A2</f><v></v>": b"<f>A2</f><v>7</v>", b"<f>A2</f><v />": b"<f>A2</f><v>7</v>"}

    def calculate(xml: bytes) -> bytes:
        for formula, result in results.items():
            xml = xml.replace(formula, result)
        return re.sub(rb'<c r="C3"([^>]*)><f>""</f><v ?/?>(</v>)?', rb'<c r="C3" t="str"><f>""</f><v></v>', xml)

    rows = list(opened(patched(content, {SHEET: calculate})).rows)

    assert rows[0].errors == {
        "first_name": ["Cell B2 has a formula without a result: open the file in a spreadsheet, and save it again."]
    }
    assert (rows[1].errors, rows[1].given) == ({}, {"lead_id": "L2", "first_name": "7"})


def test_shared_strings_are_read() -> None:
    content = with_shared_texts(workbook(LEADS), lambda xml: xml.replace(b"<t>L1</t>", b"<r><t>L</t></r><r><t>one</t></r>"))
    assert [row["lead_id"] for row in given_by(content)] == ["Lone", "L2", "L3", "L4", "L5"]


def test_texts_of_several_fonts_and_inline_texts_are_read_whole() -> None:
    inline = (
        b'<row r="2"><c r="A2" t="inlineStr"><is><r><t>L</t></r><r><rPr><b/></rPr><t>1</t></r><rPh><t>no</t></rPh></is></c>'
        b'<c t="d"><v>2026-05-01T00:00:00</v></c><c/><c t="str"><v>ON</v></c></row>'
    )
    content = patched(
        workbook([("lead_id", "consent date", "x", "province")]),
        {SHEET: lambda xml: xml.replace(b"</sheetData>", inline + b"</sheetData>")},
    )
    (row,) = opened(content).rows
    assert dict(row) == {"lead_id": "L1", "consent_date": "2026-05-01", "x": "", "province": "ON"}


def test_dates_counted_from_1904_are_read() -> None:
    def count_from_1904(book: Any) -> None:
        book.epoch = MAC_EPOCH
        book.active["B2"] = date(2026, 5, 1)

    (row,) = opened(workbook([("lead_id", "note"), ("L1",)], count_from_1904)).rows
    assert row["note"] == "2026-05-01"


# Which rows and sheets --------------------------------------------------------------------------------------------------


def test_leading_empty_rows_and_columns_and_a_title_are_left_out() -> None:
    names = ("", "lead_id", "province")
    lead_file = opened(workbook([(), ("", "Spring"), (), names, ("", "L1", "ON"), (), ("", "L2", "QC")]))
    assert [(row.number, row.given["lead_id"]) for row in lead_file.rows] == [(5, "L1"), (7, "L2")]
    assert (lead_file.notes, lead_file.blank) == (["Above the names of the columns these rows were not read: 2."], 1)


def test_a_merged_cell_gives_its_value_to_each_of_its_rows() -> None:
    rows: list[tuple[Any, ...]] = [
        ("lead_id", "province", "market"),
        ("L1", "ON", "Toronto"),
        ("L2",),
        ("L3",),
        ("L4", "QC"),
    ]
    lead_file = opened(workbook(rows, lambda book: book.active.merge_cells("B2:C4")))
    assert [row.given.get("province") for row in lead_file.rows] == ["ON", "ON", "ON", "QC"]
    assert lead_file.notes == ["The value of a merged cell was read in each of its rows."]


def test_a_row_covered_only_by_a_merged_cell_stays_blank() -> None:
    rows: list[tuple[Any, ...]] = [("lead_id", "province"), ("L1", "ON"), (), ("L3", "QC")]
    lead_file = opened(workbook(rows, lambda book: book.active.merge_cells("B2:B3")))
    assert ([row.given["lead_id"] for row in lead_file.rows], lead_file.blank) == (["L1", "L3"], 1)


def test_hidden_rows_are_read_and_reported() -> None:
    def hide(book: Any) -> None:
        book.active.row_dimensions[3].hidden = True

    lead_file = opened(workbook(LEADS, hide))
    assert (len(list(lead_file.rows)), lead_file.notes) == (5, ["Of its rows 1 are hidden, and were read."])


def add(book: Any, title: str, *rows: tuple[Any, ...], state: str = "visible") -> None:
    sheet = book.create_sheet(title)
    sheet.sheet_state = state
    for row in rows:
        sheet.append(row)


def test_the_sheet_with_the_column_names_is_read_and_the_others_are_named() -> None:
    def more(book: Any) -> None:
        add(book, "Leads", *LEADS)
        add(book, "Prices", ("a", "b"))
        add(book, "Old", *LEADS, state="hidden")
        add(book, "Empty")

    lead_file = opened(workbook([("notes",)], more))
    assert len(list(lead_file.rows)) == 5
    assert lead_file.notes == [
        "Sheet “Leads” was read.",
        "Sheet “Sheet” was not read.",
        "Sheet “Prices” was not read.",
        "Sheet “Old” is hidden and was not read.",
    ]
    assert lead_file.unread == []


def test_a_second_sheet_of_leads_is_reported_as_unread() -> None:
    lead_file = opened(workbook(LEADS, lambda book: add(book, "More", *LEADS)))
    assert lead_file.unread == ["Sheet “More” names leads too"]


def test_leads_in_a_hidden_sheet_alone_are_not_read() -> None:
    content = workbook([("notes",)], lambda book: add(book, "Leads", *LEADS, state="hidden"))
    assert "hidden sheet, “Leads”" in said_of(content)


def test_a_chart_is_no_sheet_of_leads() -> None:
    assert len(given_by(workbook(LEADS, lambda book: book.create_chartsheet("Chart", 0)))) == 5


# What is damaged --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"lead_id\nL1\n",
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,  # the first bytes of a protected file
        workbook(LEADS)[:-400],
        patched(workbook(LEADS), {"xl/workbook.xml": lambda xml: b"<"}),
        with_shared_texts(workbook(LEADS), lambda xml: xml[:-30]),
        patched(with_shared_texts(workbook(LEADS)), {SHEET: lambda xml: xml.replace(b"<v>0</v>", b"<v>99999</v>")}),
        patched(workbook(LEADS), {"_rels/.rels": lambda xml: b"<Relationships/>"}),
    ],
)
def test_a_damaged_file_is_refused_before_its_first_row(content: bytes) -> None:
    assert "no XLSX file" in said_of(content)


def test_a_sheet_damaged_far_below_gives_no_row_at_all() -> None:
    content = workbook([("lead_id",), *((f"L{n}",) for n in range(200))])
    assert "is damaged: nothing of it was read" in said_of(patched(content, {SHEET: lambda xml: xml[:-40]}))


@given(st.binary(max_size=300), st.integers(0, 5_000))
@settings(max_examples=150)
def test_any_bytes_give_rows_or_an_unreadable_file(noise: bytes, place: int) -> None:
    whole = with_shared_texts(workbook(LEADS))
    inside = patched(whole, {SHEET: lambda xml: xml[: place % len(xml)] + noise + xml[place % len(xml) :]})
    for content in (noise, whole[:place] + noise + whole[place + len(noise) :], inside):
        with suppress(UnreadableFile):
            lead_file = opened(content)
            assert len(list(lead_file.rows)) == lead_file.count
