"""Leads as files, CSV and XLSX, read row by row so that memory stays steady; what was refused is written with its reason."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import PurePath
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zlib import error as ZlibError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from followups.errors import UnreadableFile
from followups.leads.fields import COLUMNS
from followups.leads.services import EXTRA_CELLS, RefusedRow

HEADER_NUMBER = 1  # of the header in a spreadsheet; the first lead is in row 2
DELIMITERS = ",;\t"  # Excel writes ; where the comma is the decimal sign, as in French
ENCODING = "utf-8-sig"
_NO_XLSX = "It is no XLSX file, or a damaged one."
_BROKEN_XLSX = (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, ParseError, ZlibError)
# A spreadsheet runs a text that begins so as a formula; it is written after an apostrophe, and read without it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """Of a file."""

    CSV = "CSV"
    XLSX = "XLSX"

    @classmethod
    def of(cls, name: str) -> "Format":
        """By a file's name.

        Raises:
            UnreadableFile: it ends otherwise.

        """
        try:
            return cls(PurePath(name).suffix.removeprefix(".").upper())
        except ValueError:
            raise UnreadableFile("Its name must end with .csv or .xlsx.") from None


@dataclass(frozen=True, slots=True)
class LeadFile:
    """A file's columns, those of them that mean nothing here, about how many rows it has, and its rows as they are read."""

    columns: list[str]
    unknown: list[str]
    about: int | None
    rows: Iterator[dict[Any, Any]]


def read(stream: IO[bytes], file_format: Format) -> LeadFile:
    """Open a file of leads. Its rows are read as they are asked for, and may then raise too.

    Raises:
        UnreadableFile: it is not of its format, not UTF-8, has no column `lead_id` or one column twice.

    """
    about, lines = (_csv if file_format is Format.CSV else _xlsx)(stream)
    header = next(lines, [])
    columns = [_column(cell) for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    if "lead_id" not in columns:
        raise UnreadableFile("Its first row must name the columns, lead_id among them.")
    known = [name for name in columns if name in COLUMNS]
    if len(set(known)) < len(known):
        raise UnreadableFile("It has a column twice.")
    unknown = [name for name in columns if name and name not in COLUMNS]
    return LeadFile(columns, unknown, about, (_row(columns, line) for line in lines))


def guarded(text: str) -> str:
    """A text for a cell, such that no spreadsheet runs it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


class RefusedFile:
    """A CSV file of rows that were refused: as they came, with their number and the reason, to be mended and read again."""

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        self.columns = [name for name in columns if name not in ("row", "reason")]
        self.writer = csv.writer(stream, lineterminator="\n")
        self.writer.writerow([*self.columns, "row", "reason"])

    def write(self, refused: RefusedRow) -> None:
        """Add a row."""
        cells = ["" if (cell := refused.row.get(name)) is None else guarded(_storable(str(cell))) for name in self.columns]
        self.writer.writerow([*cells, refused.number, refused.reason])


def _column(cell: Any) -> str:
    return "_".join(_storable(str(cell if cell is not None else "")).lower().replace("-", " ").split())


def _storable(text: str) -> str:
    """PostgreSQL cannot store U+0000; no other character of a file is beyond it."""
    return text.replace("\x00", "\ufffd")


def _row(columns: Sequence[str], line: Sequence[Any]) -> dict[Any, Any]:
    row: dict[Any, Any] = {name: _cell(cell) for name, cell in zip(columns, line, strict=False) if name}
    if extra := [cell for cell in line[len(columns) :] if cell not in (None, "")]:
        row[EXTRA_CELLS] = extra
    return row


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
    # A spreadsheet knows one kind of number: a lead called 17 may come as 17.0.
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _csv(stream: IO[bytes]) -> tuple[int, Iterator[list[str]]]:
    about = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1
    stream.seek(0)
    return about, _csv_lines(stream)


def _csv_lines(stream: IO[bytes]) -> Iterator[list[str]]:
    try:
        first = stream.readline().decode(ENCODING)
        delimiter = max(DELIMITERS, key=first.count)
        rest = (line.decode() for line in stream)
        yield from csv.reader(chain([first], rest), delimiter=delimiter, strict=True)
    except UnicodeDecodeError:
        raise UnreadableFile("It is not in UTF-8: save it as “CSV UTF-8”.") from None
    except csv.Error as error:
        raise UnreadableFile(f"It is no CSV file: {error}.") from None


def _xlsx(stream: IO[bytes]) -> tuple[int | None, Iterator[Sequence[Any]]]:
    try:
        sheet = load_workbook(stream, read_only=True, data_only=True).worksheets[0]
        about = sheet.max_row and sheet.max_row - 1
    except (*_BROKEN_XLSX, IndexError):
        raise UnreadableFile(_NO_XLSX) from None
    return about, _xlsx_lines(sheet)


def _xlsx_lines(sheet: Any) -> Iterator[Sequence[Any]]:
    try:
        yield from sheet.iter_rows(values_only=True)
    except _BROKEN_XLSX:
        raise UnreadableFile(_NO_XLSX) from None
