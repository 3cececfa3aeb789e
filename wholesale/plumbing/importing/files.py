"""Reading lists from CSV and XLSX files: the meaning of columns and cells. Also the file of refused rows."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import PurePath
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from wholesale.plumbing.importing import csv_files, xlsx_files
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.rows import EXTRA_CELLS, FileRow, RefusedRow
from wholesale.plumbing.importing.tables import Line, Table
from wholesale.plumbing.importing.texts import MAY_BE_AS_TEXT, guarded, key_of, plain, storable

ENCODING = "utf-8-sig"
_ZEROS_FIRST = re.compile("0[0-9]+")


class Format(StrEnum):
    """The format of a file: CSV or XLSX."""

    CSV = "CSV"
    XLSX = "XLSX"

    @classmethod
    def of(cls, name: str) -> "Format":
        """Return the format by the ending of a file's name.

        Raises:
            UnreadableFile: the ending is not that of a format.

        """
        try:
            return cls(PurePath(name).suffix.removeprefix(".").upper())
        except ValueError:
            raise UnreadableFile(gettext_noop("Its name must end with .csv or .xlsx.")) from None


_READERS = {Format.CSV: csv_files.read, Format.XLSX: xlsx_files.read}


def open_list(stream: IO[bytes], file_format: Format, kind: RowKind, now: datetime | None = None) -> "ListFile":
    """Open a file as a list. Its rows are read later; a fault that makes the whole file unreadable is raised here.

    Raises:
        UnreadableFile: the file is not of its format, exceeds a bound, lacks the key's column, or names a column twice.

    """
    return ListFile(_READERS[file_format](stream, kind), kind, now or timezone.now())


class ListFile:
    """An open list: its columns, those with unknown names, the approximate number of rows, and the rows, read lazily."""

    def __init__(self, table: Table, kind: RowKind, now: datetime) -> None:
        self.kind = kind
        self._names, self.columns = _columns(table.header.cells)
        self.meanings = _meanings(self._names, kind.column_of)
        self.beside = kind.beside(self._names, self.meanings) if kind.beside else None
        self.about = table.about
        self.unread = table.unread  # parts that look like such rows but were not read
        self.count = 0  # rows read so far
        self.rows = self._rows(table.lines)
        self._now = now
        self._table = table
        self._used = [(index, name) for index, name in enumerate(self.meanings) if name]
        self._nameless: set[int] = set()

    @property
    def unknown(self) -> list[str]:
        """The names of the file's columns that mean none of our columns."""
        understood = self.beside.understood if self.beside else ()
        known = (meaning or name in understood for name, meaning in zip(self._names, self.meanings, strict=True))
        return [column for column, is_known in zip(self.columns, known, strict=True) if column and not is_known]

    @property
    def blank(self) -> int:
        """The number of empty rows in the file. It is final only after all rows were read."""
        return self._table.skipped

    @property
    def notes(self) -> list[str]:
        """Remarks about how the file was read. They are complete only after all rows were read."""
        return [
            *self._table.notes,
            *(self.beside.notes if self.beside else ()),
            *(f"Column {index + 1} has no name, and was not read." for index in sorted(self._nameless)),
        ]

    def first(self, number: int) -> list[FileRow]:
        """Return the first `number` rows for a preview, without reading all rows."""
        return [self._row(line) for line in islice(self._table.first or self._table.lines, number)]

    def _rows(self, lines: Iterator[Line]) -> Iterator[FileRow]:
        nameless = [index for index, name in enumerate(self.columns) if not name]
        for line in lines:
            if not (line.fault or any(map(str.strip, line.cells))):
                self._table.skipped += 1
                continue
            self.count += 1
            if nameless:
                self._nameless.update(index for index in nameless if index < len(line.cells) and line.cells[index].strip())
            yield self._row(line)

    def _row(self, line: Line) -> FileRow:
        number, cells, fault, spoiled = line
        cells = [plain(cell) if cell[:1] in MAY_BE_AS_TEXT else cell for cell in cells]
        row = FileRow(zip(self.columns, cells, strict=False), number)
        row.pop("", None)
        if extra := [cell for cell in cells[len(self.columns) :] if cell]:
            row[EXTRA_CELLS] = extra
        if fault:
            row.errors["row"] = [f"{fault} {self.beside.lost}" if self.beside else fault]
            return row
        fault_of, value_of = self.kind.fault_of, self.kind.value_of
        for index, name in self._used:
            if index < len(cells) and (text := cells[index].strip()):
                if wrong := spoiled.get(index) or fault_of(name, text):
                    row.errors[name] = [wrong]
                elif value := value_of(name, text):
                    row.given[name] = value
        row.said = self.beside.read(cells, self._now) if self.beside else None
        return row


def _columns(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a header's names up to the last that is not empty. Also return them with repeated names numbered."""
    names = ["_".join(storable(plain(cell)).lower().replace("-", " ").split()) for cell in header]
    while names and not names[-1]:
        names.pop()
    seen: Counter[str] = Counter()
    columns = []
    for name in names:
        seen[name] += 1
        columns.append(f"{name}_({seen[name]})" if name and seen[name] > 1 else name)
    return names, columns


def _meanings(names: Sequence[str], column_of: Mapping[str, str]) -> list[str | None]:
    """Return for each column of the file our column that it means (or None). Our own names take precedence over other names.

    Raises:
        UnreadableFile: two columns have the same meaning.

    """
    meanings = [column_of.get(key_of(name)) for name in names]
    for meaning in {one for one in meanings if one}:
        same = [index for index, other in enumerate(meanings) if other == meaning]
        own = [index for index in same if key_of(names[index]) == key_of(meaning)]
        if len(own or same) > 1:
            twice = " and ".join(names[index] for index in own or same)
            raise UnreadableFile(
                gettext_noop("It has a column twice: %(twice)s mean %(meaning)s. Rename all but one of them."),
                twice=twice,
                meaning=meaning,
            )
        for index in same:
            if own and index not in own:
                meanings[index] = None
    return meanings


class RefusedFile:
    """A CSV file of refused rows, each with its number and reason. A person can mend the file and import it again."""

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        self.columns = [name for name in columns if name not in ("", "row", "reason")]
        self.writer = csv.writer(stream, lineterminator="\n")
        self.writer.writerow([*map(guarded, self.columns), "row", "reason"])

    def write(self, refused: RefusedRow) -> None:
        """Write a refused row. Numbers with leading zeros are guarded, because a spreadsheet would remove the zeros."""
        texts = ("" if (cell := refused.row.get(name)) is None else storable(str(cell)) for name in self.columns)
        cells: list[Any] = [f"'{text}" if _ZEROS_FIRST.fullmatch(text) else guarded(text) for text in texts]
        self.writer.writerow([*cells, refused.number, guarded(refused.reason)])
