"""The charts of a report as vector drawings for its PDF. Values are read from the table beside, so they are not repeated."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal

from reportlab.graphics.shapes import Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

from wholesale.plumbing.charts import LINE, Chart, Scale
from wholesale.plumbing.showing import shown_number, shown_rate

FONT, BOLD, SIZE = "Vera", "Vera-Bold", 7.0
HEIGHT = 170.0  # points
_LEFT, _BOTTOM, _TOP = 46.0, 30.0, 24.0
_INK, _GRID = HexColor("#374151"), HexColor("#d1d5db")
# By tone, like `charts.TONES`, but for paper.
_COLOURS = {
    "main": HexColor("#9333ea"),
    "strong": HexColor("#6b21a8"),
    "soft": HexColor("#d8b4fe"),
    "grey": HexColor("#9ca3af"),
    "good": HexColor("#16a34a"),
    "amber": HexColor("#f97316"),
    "red": HexColor("#dc2626"),
}
_TICKS = 5
_BAR_MAX = 22.0


@cache
def register_fonts() -> None:
    """Register the font, which comes with reportlab. The fonts that each reader has know no Łódź."""
    registerFont(TTFont(FONT, "Vera.ttf"))
    registerFont(TTFont(BOLD, "VeraBd.ttf"))
    registerFontFamily(FONT, normal=FONT, bold=BOLD)


def drawing_of(chart: Chart, width: float) -> Drawing:
    """Return a drawing of a chart, so many points wide."""
    register_fonts()
    drawing = Drawing(width, HEIGHT)
    plot = _Plot(chart, width)
    for part in (*plot.grid(), *plot.bars(), *plot.lines(), *plot.names(), *plot.legend()):
        drawing.add(part)
    return drawing


class _Plot:
    """The place of each value in the drawing of a chart."""

    def __init__(self, chart: Chart, width: float) -> None:
        self.labels, self.scale = list(chart.labels), chart.scale
        self.bar_series = [one for one in chart.series if one.kind != LINE]
        self.line_series = [one for one in chart.series if one.kind == LINE]
        self.width, self.height = width - _LEFT - 4, HEIGHT - _BOTTOM - _TOP
        self.low, self.ticks = _axis(self.scale, [*self._extremes()])
        self.high = self.ticks[-1]
        self.step = self.width / max(len(self.labels), 1)

    def _extremes(self) -> Iterator[float]:
        for one in (*self.bar_series, *self.line_series):
            for value in one.values:
                yield from value if isinstance(value, tuple) else () if value is None else (value,)
        if self.scale.stacked and self.bar_series:
            for n in range(len(self.labels)):
                yield sum(_end(one.values[n]) for one in self.bar_series)

    def _y(self, value: float) -> float:
        if self.scale.logarithmic:
            value, low, high = (math.log10(max(each, self.low)) for each in (value, self.low, self.high))
        else:
            low, high = self.low, self.high
        return _BOTTOM + self.height * (min(max(value, low), high) - low) / (high - low)

    def _x(self, n: int) -> float:
        return _LEFT + self.step * (n + 0.5)

    def grid(self) -> Iterator[Any]:
        """Yield a line for each tick with its value, and the unit above them."""
        for tick in self.ticks:
            y = self._y(tick)
            yield Line(_LEFT, y, _LEFT + self.width, y, strokeColor=_GRID, strokeWidth=0.5)
            yield _text(_LEFT - 4, y - 2.5, _shown(tick, self.scale), anchor="end")
        if self.scale.numbers:
            yield _text(0, HEIGHT - SIZE - 1, self.scale.numbers)

    def bars(self) -> Iterator[Rect]:
        """Yield the bars: beside each other, or upon each other if the chart is stacked."""
        beside = 1 if self.scale.stacked else max(len(self.bar_series), 1)
        width = min(self.step * 0.8 / beside, _BAR_MAX)
        for n in range(len(self.labels)):
            top = 0.0
            for place, one in enumerate(self.bar_series):
                value = one.values[n]
                if value is None:
                    continue
                begin, end = value if isinstance(value, tuple) else (0.0, value)
                left = self._x(n) - width * beside / 2
                if self.scale.stacked:
                    begin, end = begin + top, end + top
                    top = end
                else:
                    left += width * place
                y, to = sorted((self._y(begin), self._y(end)))
                yield _box(left, y, width, to - y, one.tone)

    def lines(self) -> Iterator[Any]:
        """Yield the lines. A value that lacks leaves a gap."""
        for one in self.line_series:
            look: dict[str, Any] = {"strokeColor": _COLOURS[one.tone], "strokeWidth": 1.2}
            look |= {"strokeDashArray": (4, 3)} if one.dashed else {}
            for run in _runs(one.values):
                points = [coordinate for n, value in run for coordinate in (self._x(n), self._y(value))]
                if len(run) > 1:
                    yield PolyLine(points, **look)
                if not one.dashed:
                    for x, y in zip(points[::2], points[1::2], strict=True):
                        yield _box(x - 1.5, y - 1.5, 3, 3, one.tone)

    def names(self) -> Iterator[Any]:
        """Yield the labels below the axis. If they do not fit, they are turned, and some are left out."""
        widest = max((stringWidth(label, FONT, SIZE) for label in self.labels), default=0)
        turned = widest > self.step - 3
        every = max(1, math.ceil((SIZE + 1 if turned else widest) / self.step)) if self.labels else 1
        for n, label in enumerate(self.labels):
            if n % every and n != len(self.labels) - 1:
                continue
            x, y = self._x(n), _BOTTOM - SIZE - 3
            if turned:
                name = Group(_text(0, 0, _cut(label, 52), anchor="end"))
                name.translate(x + 2, y + 5)
                name.rotate(28)
                yield name
            else:
                yield _text(x, y, label, anchor="middle")

    def legend(self) -> Iterator[Any]:
        """Yield what each colour means, from the right, if there are several."""
        series = [*self.bar_series, *self.line_series]
        x = _LEFT + self.width
        for one in reversed(series if len(series) > 1 else []):
            x -= stringWidth(one.label, FONT, SIZE)
            yield _text(x, HEIGHT - SIZE - 1, one.label)
            yield _box(x - 10, HEIGHT - SIZE - 1, 7, 6, one.tone)
            x -= 22


def _end(value: Any) -> float:
    return 0.0 if value is None else float(value[1] if isinstance(value, tuple) else value)


def _axis(scale: Scale, values: Sequence[float]) -> tuple[float, list[float]]:
    """Return where the axis of the values begins, and its ticks; the last is not below any value."""
    if scale.logarithmic:
        top = max([10.0, *values])
        return 1.0, [10.0**power for power in range(math.ceil(math.log10(top)) + 1)]
    low, high = min([0.0, *values]), max([0.0, *values]) or 1.0
    rough = (high - low) / _TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first = math.floor(low / step)
    return first * step, [n * step for n in range(first, math.ceil(high / step - 1e-9) + 1)]


def _shown(tick: float, scale: Scale) -> str:
    text = shown_rate(tick, 1) if scale.rate else shown_number(tick, 2)
    return text.replace("\u202f", "\xa0")


def _runs(values: Sequence[Any]) -> Iterator[list[tuple[int, float]]]:
    """Yield the values that follow each other without a gap, each with its place."""
    run: list[tuple[int, float]] = []
    for n, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((n, value))
    if run:
        yield run


def _cut(text: str, width: float) -> str:
    while len(text) > 3 and stringWidth(text, FONT, SIZE) > width:
        text = text[:-2].rstrip("…") + "…"
    return text


def _text(x: float, y: float, text: str, *, anchor: Literal["start", "middle", "end"] = "start") -> String:
    return String(x, y, text, fontName=FONT, fontSize=SIZE, fillColor=_INK, textAnchor=anchor)


def _box(x: float, y: float, width: float, height: float, tone: str) -> Rect:
    box = Rect(x, y, width, height)
    box.fillColor, box.strokeColor = _COLOURS[tone], None
    return box
