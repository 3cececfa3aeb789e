"""The importer does not depend on leads: each kind of row defines its own columns."""

import io

import pytest
from openpyxl import Workbook

from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import Format, ListFile, open_list
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.texts import keyed, spreadsheet_fault

SALES = RowKind(
    "sale",
    "sales",
    "sale_id",
    ("sale_id", "price"),
    keyed({"price": ["sold for"]}, ("sale_id", "price")),
    lambda column, text: spreadsheet_fault(text, is_number=column == "sale_id"),
    lambda column, text: text.removeprefix("$"),
)


def opened(content: str) -> ListFile:
    return open_list(io.BytesIO(content.encode()), Format.CSV, SALES)


def test_columns_and_cells_are_read_as_the_kind_says() -> None:
    sales = opened("Sale ID,Sold for,Roof\nS1,$300000,tin\nS2,#REF!,\n")
    good, bad = list(sales.rows)
    assert (good.given, good.errors, good.said) == ({"sale_id": "S1", "price": "300000"}, {}, None)
    assert bad.errors == {"price": ["#REF! is an error of the spreadsheet."]}
    assert (sales.meanings, sales.unknown, sales.notes) == (["sale_id", "price", None], ["roof"], [])


def test_an_error_of_the_file_names_the_kind() -> None:
    with pytest.raises(UnreadableFile, match="must name the columns, sale_id among them"):
        opened("price\n1\n")
    book = Workbook()
    book.active.append(["other"])
    hidden = book.create_sheet("hidden")
    hidden.append(["sale_id"])
    hidden.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(UnreadableFile, match="Its sales are in a hidden sheet"):
        open_list(content, Format.XLSX, SALES)


def test_an_unreadable_row_does_not_mention_wishes() -> None:
    (row,) = opened('sale_id,price\n"S1,1\n').rows
    assert row.errors == {"row": ["A quotation mark opens a cell, and none closes it."]}
