"""Reading the parts of an XLSX file, limited in size and time: its sheets, shared texts and formats, and cells.

No maintained library tells what we need: where a sheet really ends, whether a formula has a result, and the format of a
number (docs/decisions.md). The value of a cell is the text that it shows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname, join, normpath
from time import monotonic
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile

from django.utils.translation import gettext_noop
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.utils.escape import unescape

from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.number_formats import shown

UNPACKED_MAX = 300 * 1024 * 1024  # bytes of all unpacked parts
ROWS_MAX = 500_000
CELLS_MAX = 3_000_000
ELEMENTS_MAX = 12_000_000  # XML elements in one part
SECONDS_MAX = 60.0
_ROW_MAX = 16_384  # cells; no sheet is wider

_NAMESPACES = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_RELATION_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
# The XML elements that are read. Each has a name in either namespace.
_KINDS = {
    f"{{{namespace}}}{name}": name
    for namespace in _NAMESPACES
    for name in ["row", "c", "f", "v", "is", "t", "r", "mergeCell", "si", "sheet", "workbookPr", "numFmt", "cellXfs", "xf"]
}
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_CHUNK = 1 << 20


def too_much(what: str) -> UnreadableFile:
    """Return the error for a file that exceeds a bound, such as its number of rows (`what`)."""
    return UnreadableFile(gettext_noop("It has more than %(what)s: divide it, or save it as CSV."), what=what)


class Merged(NamedTuple):
    """A merged cell: its first and last row, and the column that shows its value."""

    first: int
    last: int
    column: int  # the leftmost is 0


@dataclass(eq=False, slots=True)
class Sheet:
    """A sheet of an XLSX file. `merged` (its merged cells) is complete only after its rows were read."""

    title: str
    part: str
    is_hidden: bool
    merged: list[Merged] = field(default_factory=list)


@dataclass(slots=True)
class SheetRow:
    """A non-empty row of a sheet. By column (0 is the leftmost): texts of cells, and why other cells cannot be read."""

    number: int
    cells: dict[int, str]
    faults: dict[int, str]
    is_hidden: bool = False


class Book:
    """An XLSX file that is being read.

    Raises:
        UnreadableFile: the file exceeds a bound. A damaged file may raise any exception.

    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.archive = ZipFile(stream)
        if sum(part.file_size for part in self.archive.infolist()) > UNPACKED_MAX:
            raise too_much(f"{UNPACKED_MAX // 1024**2} MB when it is unpacked")
        self.deadline = monotonic() + SECONDS_MAX
        [book] = [target for kind, target in self._relations("").values() if kind == "officeDocument"]
        related = self._relations(book)
        self.of_kind = dict(related.values())
        self.sheets: list[Sheet] = []
        self.epoch = WINDOWS_EPOCH
        for element, kind in self._elements(book):
            if kind == "workbookPr" and element.get("date1904", "0") in ("1", "true"):
                self.epoch = MAC_EPOCH
            elif kind == "sheet":
                key = next(value for name in _RELATION_IDS if (value := element.get(name)))
                if related[key][0] == "worksheet":
                    is_hidden = element.get("state", "visible") != "visible"
                    self.sheets.append(Sheet(element.get("name", ""), related[key][1], is_hidden))

    def count_rows(self, sheet: Sheet) -> int:
        """Return the approximate number of rows of a sheet, for a progress bar."""
        with self.archive.open(sheet.part) as part:
            return sum(chunk.count(b"<row") for chunk in iter(lambda: part.read(_CHUNK), b""))

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """Yield the non-empty rows of a sheet, in the file's order."""
        self.deadline = monotonic() + SECONDS_MAX
        sheet.merged = []
        number = rows = cells = in_row = 0
        for element, kind in self._elements(sheet.part):
            if kind == "c":
                in_row += 1
                if in_row > _ROW_MAX:
                    raise too_much(f"{_ROW_MAX:,} cells in a row")
            elif kind == "row":
                rows, cells, in_row = rows + 1, cells + in_row, 0
                if rows > ROWS_MAX:
                    raise too_much(f"{ROWS_MAX:,} rows")
                if cells > CELLS_MAX:
                    raise too_much(f"{CELLS_MAX:,} cells")
                number = int(element.get("r") or number + 1)
                row = self._row(element, number)
                element.clear()
                if row.cells or row.faults:
                    yield row
            elif kind == "mergeCell":
                area = _AREA.fullmatch(element.get("ref", ""))
                if area and area[2] != area[4]:
                    sheet.merged.append(Merged(int(area[2]), int(area[4]), column_index_from_string(area[1]) - 1))
            elif kind is None:
                element.clear()

    def _row(self, element: Element, number: int) -> SheetRow:
        row = SheetRow(number, {}, {}, element.get("hidden") in ("1", "true"))
        column = -1
        for cell in element:
            if _KINDS.get(cell.tag) != "c":
                continue
            place = _CELL.fullmatch(cell.get("r", ""))
            column = column_index_from_string(place[1]) - 1 if place else column + 1
            text, has_result = self._shown(cell)
            if not has_result:
                where = f"{get_column_letter(column + 1)}{number}"
                row.faults[column] = (
                    f"Cell {where} has a formula without a result: open the file in a spreadsheet, and save it again."
                )
            if text:
                row.cells[column] = text
        return row

    def _shown(self, cell: Element) -> tuple[str, bool]:
        """Return the text that a cell shows, and whether it is known. A formula without a stored result is unknown."""
        kind = cell.get("t", "n")
        parts = {_KINDS.get(part.tag): part for part in cell}
        stored, formula = parts.get("v"), parts.get("f")
        value = (stored.text or "") if stored is not None else ""
        if formula is not None and not value and (kind != "str" or stored is None):
            return "#N/A", False
        if kind == "s":
            return self._texts[int(value)] if value else "", True
        if kind == "inlineStr":
            return (_text_of(parts["is"]) if "is" in parts else ""), True
        if kind == "b":
            return ("TRUE" if value in ("1", "true") else "FALSE"), True
        if kind == "n":
            return (shown(value, self._format(cell.get("s")), self.epoch) if value.strip() else ""), True
        return (value.removesuffix("T00:00:00") if kind == "d" else _unescaped(value)), True

    @cached_property
    def _texts(self) -> list[str]:
        """The texts that the cells of all sheets share, by index."""
        part, texts = self.of_kind.get("sharedStrings"), []
        for element, kind in self._elements(part) if part else ():
            if kind == "si":
                texts.append(_text_of(element))
                element.clear()
                if len(texts) > CELLS_MAX:
                    raise too_much(f"{CELLS_MAX:,} texts")
        return texts

    def _format(self, style: str | None) -> str:
        index = int(style or 0)
        return self._formats[index] if 0 <= index < len(self._formats) else "General"

    @cached_property
    def _formats(self) -> list[str]:
        """The number format of each cell style, by the style's index."""
        part, own, styles = self.of_kind.get("styles"), dict(BUILTIN_FORMATS), []
        for element, kind in self._elements(part) if part else ():
            if kind == "numFmt":
                own[int(element.get("numFmtId", "0"))] = element.get("formatCode", "General")
            elif kind == "cellXfs":
                styles = [int(style.get("numFmtId", "0")) for style in element if _KINDS.get(style.tag) == "xf"]
        return [own.get(number, "General") for number in styles]

    def _elements(self, part: str) -> Iterator[tuple[Element, str | None]]:
        """Yield a part's XML elements as they end, each with its kind. The kind is None if the element is not read."""
        with self.archive.open(part) as stream:
            for count, (_, element) in enumerate(iterparse(stream)):
                if count % 4096 == 0 and monotonic() > self.deadline:
                    raise UnreadableFile(
                        gettext_noop("To read it takes longer than %(seconds_max)s seconds: divide it."),
                        seconds_max=f"{SECONDS_MAX:.0f}",
                    )
                if count > ELEMENTS_MAX:
                    raise too_much(f"{ELEMENTS_MAX:,} elements in a part")
                yield element, _KINDS.get(element.tag)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts to which a part refers, each by the reference's id: its kind and its name."""
        folder, name = dirname(part), part.rpartition("/")[2]
        found = {}
        with self.archive.open(join(folder, "_rels", f"{name}.rels")) as stream:
            for _, element in iterparse(stream):
                target = element.get("Target", "")
                if element.get("TargetMode") != "External":
                    kind = element.get("Type", "").rpartition("/")[2]
                    found[element.get("Id", "")] = kind, normpath(join("/", folder, target)).lstrip("/")
        return found


def _text_of(element: Element) -> str:
    """Return the text within an XML element, without hints for its pronunciation."""
    runs = [element, *(child for child in element if _KINDS.get(child.tag) == "r")]
    return _unescaped("".join(child.text or "" for run in runs for child in run if _KINDS.get(child.tag) == "t"))


def _unescaped(text: str) -> str:
    return str(unescape(text)) if "_x" in text else text
