"""A report as a PDF on letter paper: charts as drawings, tables that go on over pages with their headings repeated."""

import io
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
)

from wholesale.console.reports.pdf_charts import BOLD, FONT, drawing_of, register_fonts
from wholesale.plumbing.reports import Figure, Made, ReportDocument, ReportTable, Section
from wholesale.plumbing.showing import locale

CONTENT_TYPE = "application/pdf"
ROWS_MAX = 1_000  # rows of a table; a PDF is for reading, and the other files have them all
_MARGIN = 15 * mm
_LEAST = 45 * mm  # of a page, for a heading and the first rows below it
_WIDE = 7  # columns; a table with more is laid on its side
_INK, _SOFT, _LINE, _HEAD = HexColor("#111827"), HexColor("#4b5563"), HexColor("#d1d5db"), HexColor("#f3f4f6")
_SMALLEST, _LARGEST = 5.0, 8.0  # points, of the font of a table
_PADDING = 3.0
_WORDS_MAX = 16.0  # widths of the font, of a column of words


def as_pdf(report: ReportDocument, made: Made) -> bytes:
    """Return the report as a file."""
    register_fonts()
    widest = max((len(one.table.columns) for one in report.sections if one.table and one.has_rows), default=0)
    size = landscape(letter) if widest > _WIDE else letter
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=size,
        title=_clean(report.title),
        author=_clean(made.by),
        subject=_clean(report.period),
        lang=locale().replace("_", "-"),
    )
    width = size[0] - 2 * _MARGIN
    frame = Frame(_MARGIN, _MARGIN, width, size[1] - 2 * _MARGIN - 4 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build([*_story(report, made, width)], canvasmaker=_numbered(report, made))
    return out.getvalue()


def _clean(text: object) -> str:
    """Return a text without the narrow space that the font lacks."""
    return str(text).replace("\u202f", "\xa0")


def _style(name: str, size: float, **given: Any) -> ParagraphStyle:
    return ParagraphStyle(name, **{"fontName": FONT, "fontSize": size, "leading": size * 1.3, "textColor": _INK, **given})


_TITLE = _style("title", 16, fontName=BOLD, spaceAfter=4)
_HEADING = _style("heading", 11, fontName=BOLD, spaceBefore=10, spaceAfter=5)
_TEXT = _style("text", 8.5, spaceAfter=4)
_NOTE = _style("note", 7.5, textColor=_SOFT, spaceBefore=4, spaceAfter=4)


def _story(report: ReportDocument, made: Made, width: float) -> Iterator[Any]:
    yield _paragraph(report.title, _TITLE)
    yield _paragraph(report.period, _TEXT)
    yield _paragraph(made, _NOTE)
    for section in report.sections:
        yield from _section(section, width)
    if report.note:
        yield _paragraph(report.note, _NOTE)


def _section(section: Section, width: float) -> Iterator[Any]:
    top: list[Any] = [_paragraph(section.title, _HEADING)]
    if section.figures:
        top.append(_paragraph("\xa0\xa0\xa0 ".join(map(_said, section.figures)), _TEXT))
    for chart in section.charts:
        if not chart.is_empty:
            title = [_paragraph(chart.title, _NOTE)] if chart.title != str(section.title) else []
            top += [*title, drawing_of(chart, width), Spacer(1, 6)]
    yield CondPageBreak(_LEAST)
    yield KeepTogether(top)
    if section.table is not None and section.has_rows:
        yield _table(section.table, width)
        left_out = len(section.table.rows) - ROWS_MAX
        if left_out > 0:
            text = ngettext("%(n)s more row is in the other files.", "%(n)s more rows are in the other files.", left_out)
            yield _paragraph(text % {"n": left_out}, _NOTE)
    if section.note:
        yield _paragraph(section.note, _NOTE)


def _said(figure: Figure) -> str:
    return (_("%(title)s: %(value)s") % {"title": figure.title, "value": figure.shown}).replace(" ", "\xa0")


def _paragraph(text: object, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_clean(text)), style)


def _table(table: ReportTable, width: float) -> LongTable:
    """A table as wide as the page at most. Its words are broken over lines; its numbers never are."""
    rows = [[*map(_clean, row)] for row, _n in zip(table.texts(), range(ROWS_MAX), strict=False)]
    is_text = [column.is_text for column in table.columns]
    needed = _widths(table.headers, rows, is_text)
    padding = 2 * _PADDING * len(needed)
    size = max(_SMALLEST, min(_LARGEST, (width - padding) / sum(needed)))
    widths = _fitting([each * size + 2 * _PADDING for each in needed], is_text, width)
    heads = [_style(f"head{right}", size, fontName=BOLD, alignment=2 if right else 0) for right in (False, True)]
    sums_up = table.total and len(rows) == len(table.rows)
    words, total = _style("cell", size), _style("total", size, fontName=BOLD)
    words_of = [*[words] * (len(rows) - sums_up), *[total] * sums_up]
    cells: list[list[Any]] = [
        [_paragraph(title, heads[n > 0 and not is_text[n]]) for n, title in enumerate(table.headers)],
        *(
            [_paragraph(text, style) if is_text[n] else text for n, text in enumerate(row)]
            for row, style in zip(rows, words_of, strict=True)
        ),
    ]
    look: list[Any] = [
        ("FONT", (0, 1), (-1, -1), FONT, size, size * 1.3),
        ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((side, (0, 0), (-1, -1), _PADDING) for side in ("LEFTPADDING", "RIGHTPADDING")),
        *((side, (0, 0), (-1, -1), 2) for side in ("TOPPADDING", "BOTTOMPADDING")),
        *(("ALIGN", (n, 1), (n, -1), "RIGHT") for n, is_word in enumerate(is_text) if not is_word),
    ]
    if sums_up:
        look += [("FONT", (0, -1), (-1, -1), BOLD, size, size * 1.3), ("LINEABOVE", (0, -1), (-1, -1), 0.8, _INK)]
    return LongTable(cells, colWidths=widths, repeatRows=1, style=look, hAlign="LEFT")


def _widths(headers: list[str], rows: list[list[str]], is_text: list[bool]) -> list[float]:
    """Return how wide each column must be in a font of one point: for its numbers, its words up to some width, and the
    longest word of its title."""
    found = []
    for n, header in enumerate(headers):
        # Of the longest texts one is the widest, near enough: they are padded.
        longest = max((row[n] for row in rows), key=len, default="")
        wide = stringWidth(longest, BOLD, 1) * 1.03
        word = max((stringWidth(each, BOLD, 1) for each in header.split()), default=0)
        word = max(word, stringWidth(header, BOLD, 1) * 0.55)  # two lines, or three
        found.append(max(min(wide, _WORDS_MAX) if is_text[n] else wide, word))
    return found


def _fitting(widths: list[float], is_text: list[bool], width: float) -> list[float]:
    """Return the widths so that they fill the page, or fit it: the columns of words give way."""
    over = sum(widths) - width
    if over <= 0:
        return [each - over / len(widths) for each in widths] if -over < width * 0.5 else widths
    words = sum(each for each, is_word in zip(widths, is_text, strict=True) if is_word)
    kept = max(words - over, words * 0.4) / words if words else 1
    return [each * kept if is_word else each for each, is_word in zip(widths, is_text, strict=True)]


def _numbered(report: ReportDocument, made: Made) -> type[Canvas]:
    """Return a canvas whose pages say what they belong to, and which of how many each is."""

    class Numbered(Canvas):
        """A canvas that keeps its pages until their number is known."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # the name that reportlab calls
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # what reportlab's own examples call

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self._say(number, len(self._kept))
                super().showPage()
            super().save()

        def _say(self, number: int, of: int) -> None:
            width, height = self._pagesize  # type: ignore[attr-defined]
            self.setFont(FONT, 7)
            self.setFillColor(_SOFT)
            if number > 1:
                self.drawString(_MARGIN, height - 11 * mm, _clean(f"{report.title} · {report.period}"))
            self.drawString(_MARGIN, 8 * mm, _clean(made))
            text = _("Page %(number)s of %(pages)s") % {"number": number, "pages": of}
            self.drawRightString(width - _MARGIN, 8 * mm, text)

    return Numbered
