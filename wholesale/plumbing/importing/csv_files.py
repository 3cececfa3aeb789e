"""Reading CSV as spreadsheets and people write it. A fault makes one row unreadable, never the other rows."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from itertools import chain, islice
from typing import IO, NamedTuple

from django.utils.translation import gettext_noop

from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.tables import HEADER_WITHIN, Line, Table, above, no_header
from wholesale.plumbing.importing.texts import storable

DELIMITERS = ",;\t|"  # Excel writes ; where the comma is the decimal sign, as in French
LINE_MAX = 100_000  # characters in a row
JOINED_MAX = 200  # lines in one row with line breaks in quotes

_CHUNK = 1 << 20
# The first bytes of a file in each encoding: a byte order mark, or the bytes of two ASCII letters.
_BY_START = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's mark
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"[^\x00]\x00[^\x00]\x00", "utf-16-le"),
    (b"\x00[^\x00]\x00[^\x00]", "utf-16-be"),
)
_UTF_8, _MARKED_UTF_8, _WESTERN, _WIDE = "utf-8", "utf-8-sig", "cp1252", ("utf-16", "utf-32")
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")  # bytes, as `surrogateescape` reads them
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_WESTERN_LETTERS = re.compile("[\udcc0-\udcff\udc8c\udc9c\udc91-\udc97\udc85\udca0\udcab\udcb0\udcbb\udc80]")  # and quotes
_ESCAPED, _REPLACED = re.compile("[\ud800-\udfff]"), re.compile("[\ud800-\udfff\ufffd]")
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_OPEN = "unexpected end of data"  # as the csv module says it
_DIGITS, _LETTERS = re.compile("[0-9]+"), re.compile(r"[^\W\d_]+")


def read(stream: IO[bytes], kind: RowKind) -> Table:
    """Open a CSV file with rows of this kind.

    Raises:
        UnreadableFile: no row at the top names the columns, or that row cannot be read.

    """
    found = _looked_through(stream)
    table = _table(stream, found.encoding, found.lines, kind)
    if table.header.fault and found.encoding == _UTF_8 and found.is_western:
        table = _table(stream, _WESTERN, found.lines, kind)
    if table.header.fault:
        raise UnreadableFile(
            gettext_noop("The row that names its columns cannot be read. %(fault)s"), fault=table.header.fault
        )
    return table


def _table(stream: IO[bytes], encoding: str, count: int, kind: RowKind) -> Table:
    stream.seek(0)
    errors, unread = ("replace", _REPLACED) if encoding.startswith(_WIDE) else ("surrogateescape", _ESCAPED)
    lines = _lines(stream, encoding, errors)
    first = list(islice(lines, HEADER_WITHIN))
    separator = _SEPARATOR.fullmatch(first[0]) if first else None
    if separator:  # for Excel, which does not show it
        first.pop(0)
    index, delimiter = _header(first, separator[1] if separator else DELIMITERS, kind)
    rows = _Rows(chain(first[index:], lines), delimiter, unread, before=index)
    header = next(rows)
    titles = [number for number, line in enumerate(first[:index], 1) if any(_cells(line, delimiter))]
    rows.header = header.cells
    name = "Windows-1252" if encoding == _WESTERN else encoding[: len("utf-16")].upper()
    notes = [] if encoding in (_UTF_8, _MARKED_UTF_8) else [f"It is not in UTF-8, and was read as {name}."]
    return Table(header, rows, max(0, count - header.number), [*notes, *above(titles)])


class _Found(NamedTuple):
    """The result of a first pass over the whole file: its encoding and the number of its lines."""

    encoding: str
    lines: int
    is_western: bool = False  # the bytes beyond ASCII are letters of Windows-1252, and hardly any are UTF-8


def _looked_through(stream: IO[bytes]) -> _Found:
    """Find a file's encoding and count its lines. The first bytes may tell the encoding; otherwise it is UTF-8.

    A single byte that is not UTF-8 makes a bad row. If there are many, and hardly any UTF-8 beyond ASCII, the file is in
    Windows-1252, as Excel in Quebec writes it.
    """
    start = stream.read(4)
    stream.seek(0)
    marked = next((encoding for mark, encoding in _BY_START if re.match(mark, start, re.DOTALL)), None)
    decoder = codecs.getincrementaldecoder(_UTF_8)("surrogateescape")
    lines = bad = good = western = 0
    last = b""
    for chunk in iter(partial(stream.read, _CHUNK), b""):
        last = chunk
        lines += chunk.count(b"\n") or chunk.count(b"\r")
        text = "" if marked else decoder.decode(chunk)
        if not text.isascii():
            good += len(_BEYOND_ASCII.findall(text))
            bad += len(_NOT_UTF_8.findall(text))
            western += len(_WESTERN_LETTERS.findall(text))
    lines += not last.endswith((b"\n", b"\r"))
    if marked:
        return _Found(marked, lines)
    is_western = bad > 10 * good and western >= 0.9 * bad
    return _Found(_WESTERN if is_western and bad > 1 else _UTF_8, lines, is_western)


def _lines(stream: IO[bytes], encoding: str, errors: str) -> Iterator[str]:
    """Yield the lines of the file. A line that is too long is cut at LINE_MAX."""
    text = TextIOWrapper(stream, encoding, errors, newline=None)
    try:
        for line in iter(partial(text.readline, LINE_MAX), ""):
            yield line.removesuffix("\n")
            if len(line) == LINE_MAX and not line.endswith("\n"):
                _skip_line(text)
    finally:
        with suppress(ValueError):  # the caller may have closed the stream already
            text.detach()


def _skip_line(text: TextIOWrapper) -> None:
    for line in iter(partial(text.readline, LINE_MAX), ""):
        if line.endswith("\n"):
            return


def _header(lines: Sequence[str], delimiters: str, kind: RowKind) -> tuple[int, str]:
    """Return the index of the line that names the columns, and the delimiter of the cells."""
    best = max(
        (
            (kind.rate(_cells(line, delimiter)), -index, -rank)
            for index, line in enumerate(lines)
            for rank, delimiter in enumerate(delimiters)
        ),
        default=(0, 0, 0),
    )
    if not best[0]:
        raise no_header(kind.key)
    return -best[1], delimiters[-best[2]]


class _Rows(Iterator[Line]):
    """The rows of a file in turn, numbered from `before` + 1 on. A cell in quotes may contain line breaks."""

    def __init__(self, lines: Iterator[str], delimiter: str, unread: re.Pattern[str], before: int) -> None:
        self.lines = lines
        self.unread = unread
        self.ahead: deque[str] = deque()
        self.delimiter = delimiter
        self.number = self.line_number = before
        self.header: list[str] = []

    def __next__(self) -> Line:
        line = self.ahead.popleft() if self.ahead else next(self.lines)
        self.number += 1
        self.line_number += 1
        if len(line) >= LINE_MAX:
            return self._refused(line[:LINE_MAX], f"It is longer than {LINE_MAX:,} characters.")
        if '"' not in line:
            cells = line.split(self.delimiter)
        else:
            cells, error = _parsed(line, self.delimiter)
            if error == _OPEN:
                cells, error = self._joined(line)
            if error:
                return self._refused(line, error)
        if not line.isascii() and self.unread.search("".join(cells)):
            return self._refused(line, "It has a byte that cannot be read: save the file as “CSV UTF-8”.")
        return Line(self.number, cells)

    def _refused(self, line: str, reason: str) -> Line:
        where = "" if self.line_number == self.number else f" It is line {self.line_number:,} of the file."
        return Line(self.number, [storable(cell) for cell in _cells(line, self.delimiter)], reason + where)

    def _joined(self, line: str) -> tuple[list[str], str]:
        """Return the cells of a row whose last cell continues on the next lines, up to the closing quotation mark.

        If that mark is missing, or comes only after lines that are rows themselves, only the first line is faulty.
        """
        text = line
        for following in range(JOINED_MAX):
            more = self._peek(following)
            if more is None or len(text) > LINE_MAX or self._is_row(more, line):
                break
            text = f"{text}\n{more}"
            if '"' in more:
                cells, error = _parsed(text, self.delimiter)
                if not error:
                    for _ in range(following + 1):
                        self.ahead.popleft()
                    self.line_number += following + 1
                    return cells, ""
                if error != _OPEN:
                    break
        return [], "A quotation mark opens a cell, and none closes it."

    def _peek(self, index: int) -> str | None:
        while len(self.ahead) <= index:
            line = next(self.lines, None)
            if line is None:
                return None
            self.ahead.append(line)
        return self.ahead[index]

    def _is_row(self, line: str, opened: str) -> bool:
        """Whether a line is a row itself: it has all columns, and its first cell looks like the first cell of `opened`."""
        if len(self.header) < 3:
            return False
        cells, error = _parsed(line, self.delimiter)
        return not error and len(cells) == len(self.header) and _shape(cells[0]) == _shape(_cells(opened, self.delimiter)[0])


def _parsed(text: str, delimiter: str) -> tuple[list[str], str]:
    """Return the cells of a row, and what is wrong with the row (empty if nothing is)."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), []), ""
    except csv.Error as error:
        if str(error) == _OPEN:
            return [], _OPEN
        return [], "A quotation mark closes a cell that goes on: within a cell it is written twice."


def _cells(line: str, delimiter: str) -> list[str]:
    """Return as many cells of a line as can be read, even if the line is malformed."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _shape(cell: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("9", cell))
