"""Reading an XLSX file: the rows of the sheet with the list, as a spreadsheet shows them.

The whole sheet is read before the first row is given to the caller, so nothing of a damaged file is imported.
"""

import pickle
from collections.abc import Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext_noop

from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.tables import HEADER_WITHIN, Line, Table, above, no_header
from wholesale.plumbing.importing.xlsx_parts import Book, Merged, Sheet, SheetRow, too_much

COLUMNS_MAX = 500  # named columns
_NO_XLSX = gettext_noop("It is no XLSX file, or one that is damaged or protected by a password.")


def read(stream: IO[bytes], kind: RowKind) -> Table:
    """Open an XLSX file with rows of this kind.

    Raises:
        UnreadableFile: the file is not XLSX, exceeds a bound, or has no sheet with a header at the top.

    """
    try:
        return _table(Book(stream), kind)
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged archive or part can make the libraries raise anything
        raise UnreadableFile(_NO_XLSX) from error


def _table(book: Book, kind: RowKind) -> Table:
    tops = {sheet: list(islice(book.rows(sheet), HEADER_WITHIN)) for sheet in book.sheets}
    headers = {sheet: header for sheet, rows in tops.items() if (header := _header(rows, kind))}
    chosen = next((sheet for sheet in headers if not sheet.is_hidden), None)
    if chosen is None:
        if not headers:
            raise no_header(kind.key)
        hidden = _named(next(iter(headers)))
        raise UnreadableFile(
            gettext_noop("Its %(plural)s are in a hidden sheet, %(hidden)s: show the sheet, and save it."),
            plural=kind.plural,
            hidden=hidden,
        )
    header = headers[chosen]
    if len(header.cells) > COLUMNS_MAX:
        raise too_much(f"{COLUMNS_MAX} columns")
    others = [sheet for sheet, rows in tops.items() if rows and sheet is not chosen]
    notes = [
        *([f"Sheet {_named(chosen)} was read."] if len(book.sheets) > 1 else []),
        *(f"Sheet {_named(sheet)} {'is hidden and ' if sheet.is_hidden else ''}was not read." for sheet in others),
        *above(row.number for row in tops[chosen] if row.number < header.number),
    ]
    shown = (sheet for sheet in others if sheet in headers and not sheet.is_hidden)
    unread = [f"Sheet {_named(sheet)} names {kind.plural} too" for sheet in shown]
    table = Table(header, iter(()), max(0, book.count_rows(chosen) - header.number), notes, unread)
    table.first = [_line(row, header) for row in tops[chosen] if row.number > header.number]
    table.lines = _lines(book, chosen, table)
    return table


def _named(sheet: Sheet) -> str:
    return f"“{sheet.title}”"


def _header(rows: Sequence[SheetRow], kind: RowKind) -> Line | None:
    """Return the best header among the first rows of a sheet. None if no row is a header."""
    lines = [Line(row.number, _dense(row, max(row.cells) + 1)) for row in rows]
    best = max(lines, key=lambda line: (kind.rate(line.cells), -line.number), default=None)
    return best if best and kind.rate(best.cells) else None


def _dense(row: SheetRow, width: int) -> list[str]:
    """Return a row's first `width` cells (those under the header), then the non-empty cells to the right of them."""
    beyond = [text for index, text in sorted(row.cells.items()) if index >= width]
    return [*(row.cells.get(index, "") for index in range(width)), *beyond]


def _line(row: SheetRow, header: Line) -> Line:
    return Line(row.number, _dense(row, len(header.cells)), spoiled=row.faults)


def _lines(book: Book, sheet: Sheet, table: Table) -> Iterator[Line]:
    """Yield the non-empty rows below the header. They are yielded only after all rows were read without an error."""
    header, notes = table.header, table.notes
    with TemporaryFile() as spool:
        kept, hidden = 0, 0
        try:
            for row in book.rows(sheet):
                if row.number > header.number:
                    pickle.dump((row.number, row.cells, row.faults), spool)
                    kept += 1
                    hidden += row.is_hidden
        except UnreadableFile:
            raise
        except Exception as error:  # as above
            raise UnreadableFile(
                gettext_noop("Sheet %(sheet)s is damaged: nothing of it was read."), sheet=_named(sheet)
            ) from error
        if hidden:
            notes.append(f"Of its rows {hidden:,} are hidden, and were read.")
        spool.seek(0)
        last, standing = header.number, _Standing(sheet.merged, len(header.cells))
        for _ in range(kept):
            row = SheetRow(*pickle.load(spool))
            table.skipped += max(0, row.number - last - 1)
            last = row.number
            if standing.fill(row):
                told = "The value of a merged cell was read in each of its rows."
                notes += [] if told in notes else [told]
            yield _line(row, header)


class _Standing:
    """Fills the merged cells of a sheet, row by row. A merged cell shows its value in each of its rows."""

    def __init__(self, merged: Sequence[Merged], columns: int) -> None:
        self.waiting = sorted((one for one in merged if one.column < columns), reverse=True)  # the next one last
        self.now: dict[int, tuple[int, str]] = {}  # column -> the last row that shows the text

    def fill(self, row: SheetRow) -> bool:
        """Fill a row with the values of merged cells that began in earlier rows. Return whether any cell was filled."""
        filled = False
        for column, (last, text) in list(self.now.items()):
            if last < row.number:
                del self.now[column]
            elif column not in row.cells:
                row.cells[column] = text
                filled = True
        while self.waiting and self.waiting[-1].first <= row.number:
            one = self.waiting.pop()
            if one.first == row.number and one.column in row.cells:
                self.now[one.column] = one.last, row.cells[one.column]
        return filled
