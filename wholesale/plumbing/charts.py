"""Charts of the console: series become the data and the options of Chart.js, and a table that says the same.

Unfold's chart component draws them (`templates/admin/chart.html`). The colours are variables of our stylesheets; they
follow light and dark by `wholesale/charts.js`. Numbers are written in the active language.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wholesale.plumbing.showing import locale, shown_number, shown_rate

Value = float | None
Band = tuple[float, float] | None  # from, to
BAR, LINE = "bar", "line"
# A name of a tone -> the colour of a series: a variable of `admin.css`, and of `dark.css` for the dark.
TONES = {tone: f"var(--chart-{tone})" for tone in ("main", "strong", "soft", "grey", "good", "amber", "red")}


@dataclass(frozen=True, slots=True)
class Series:
    """A row of values with a name. Bars may be bands, from one value to another. A dashed line is a limit."""

    label: str
    values: Sequence[Value | Band]
    tone: str = "main"
    kind: str = BAR
    dashed: bool = False

    def dataset(self) -> dict[str, Any]:
        """Return what Chart.js draws."""
        colour = TONES[self.tone]
        drawn: dict[str, Any] = {"label": self.label, "data": list(self.values), "backgroundColor": colour}
        if self.kind == LINE:
            drawn |= {"type": LINE, "borderColor": colour, "borderWidth": 2, "pointRadius": 0 if self.dashed else 2}
            drawn |= {"borderDash": [6, 4]} if self.dashed else {}
        return drawn


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of a chart are measured and drawn, as `chart` is told."""

    unit: str = ""
    rate: bool = False
    stacked: bool = False
    logarithmic: bool = False
    across: bool = False
    by: str = ""

    @property
    def numbers(self) -> str:
        """The name of the axis of the values: their unit, and whether its steps grow."""
        grows = _("logarithmic scale") if self.logarithmic else ""
        return ", ".join(filter(None, (self.unit, grows)))


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as the template shows it: `data` and `options` are JSON, `headers` and `rows` the table that says the same.

    A file of a report draws it of its `labels` and `series`.
    """

    title: str
    data: str
    options: str
    headers: list[str]
    rows: list[list[str]]
    labels: Sequence[str] = ()
    series: Sequence[Series] = ()
    scale: Scale = Scale()

    @property
    def height(self) -> int:
        """How high it is drawn, in px: bars that run to the right need room for the name of each."""
        each = 14 * max(1, 0 if self.scale.stacked else len(self.series)) + 12
        return max(260, each * len(self.labels) + 70) if self.scale.across else 260

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not any(row[1:] != ["-"] * (len(row) - 1) for row in self.rows)


def chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    by: str = "",
    unit: str = "",
    rate: bool = False,
    stacked: bool = False,
    logarithmic: bool = False,
    across: bool = False,
    shown: Callable[[float], str] | None = None,
) -> Chart:
    """Make a chart of series over the same labels.

    `by` names the labels in the table and below their axis, `unit` the values on theirs. With `rate`, values are fractions
    shown in percent. `stacked` puts bars upon each other, `across` lets them run to the right. `shown` writes the values in
    the table.
    """
    write = shown or (shown_rate if rate else lambda value: shown_number(value, 1))
    scale = Scale(unit, rate, stacked, logarithmic, across, by)
    return Chart(
        title,
        json.dumps({"labels": list(labels), "datasets": [one.dataset() for one in series]}),
        json.dumps(_options(scale, has_legend=len(series) > 1)),
        [by, *(one.label for one in series)],
        [[label, *(_cell(one.values[n], write) for one in series)] for n, label in enumerate(labels)],
        labels,
        series,
        scale,
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a scatter chart: what it is, where it lies by each axis (None: nowhere), its height, its radius (px)."""

    label: str
    at: Mapping[str, float | None]
    y: float
    radius: float = 5


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of one kind, with a colour and a sign (`style`, a point style of Chart.js)."""

    label: str
    points: Sequence[Point]
    tone: str = "main"
    style: str = "circle"

    def dataset(self, axis: str) -> dict[str, Any]:
        """Return what Chart.js draws by one axis. Each point keeps its places by all."""
        points = [{"x": one.at.get(axis), "y": one.y, "label": one.label, "at": dict(one.at)} for one in self.points]
        return {
            "label": self.label,
            "data": points,
            "backgroundColor": TONES[self.tone],
            "borderColor": TONES[self.tone],
            "borderWidth": 2,
            "pointStyle": self.style,
            "pointRadius": [one.radius for one in self.points],
        }


def scatter(title: str, clouds: Sequence[Cloud], *, axes: Mapping[str, str], height: str) -> Chart:
    """Make a scatter chart of money. `axes` names the axes by which points lie, the first of which is drawn; `height` the
    vertical one."""
    axis = next(iter(axes))
    cad = {"style": "currency", "currency": "CAD", "minimumFractionDigits": 0, "maximumFractionDigits": 0}
    options = _options(Scale(), has_legend=True)
    options["interaction"] = {"mode": "nearest", "intersect": True}
    options["plugins"]["legend"]["labels"]["usePointStyle"] = True
    options["scales"] = {
        "x": {"type": "linear", "grid": {}, "title": {"display": True, "text": axes[axis]}},
        "y": {"grid": {}, "title": {"display": True, "text": height}, "ticks": {"format": cad}},
    }
    return Chart(
        title,
        json.dumps({"datasets": [one.dataset(axis) for one in clouds]}),
        json.dumps(options),
        ["", *axes.values(), height],
        [
            [point.label, *(shown_number(point.at.get(name), 1) for name in axes), shown_number(point.y)]
            for one in clouds
            for point in one.points
        ],
    )


def _cell(value: Value | Band, write: Callable[[float], str]) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return f"{write(value[0])} - {write(value[1])}"
    return write(value)


def _options(scale: Scale, *, has_legend: bool) -> dict[str, Any]:
    words: dict[str, Any] = {
        "grid": {"display": False},
        "ticks": {"autoSkip": False} if scale.across else {"maxRotation": 0, "autoSkipPadding": 12},
        "title": {"display": bool(scale.by) and not scale.across, "text": scale.by},
        "stacked": scale.stacked,
    }
    numbers: dict[str, Any] = {
        "grid": {},
        "ticks": {
            "format": {"style": "percent", "minimumFractionDigits": 0, "maximumFractionDigits": 1}
            if scale.rate
            else {"maximumFractionDigits": 2}
        },
        "title": {"display": bool(scale.numbers), "text": scale.numbers},
        "stacked": scale.stacked,
        **({"type": "logarithmic", "min": 1} if scale.logarithmic else {"beginAtZero": True}),
    }
    return {
        "animation": False,
        "maintainAspectRatio": False,
        "responsive": True,
        "locale": locale().replace("_", "-"),
        "maxBarThickness": 18,
        "indexAxis": "y" if scale.across else "x",
        "interaction": {"mode": "index", "intersect": False, "axis": "y" if scale.across else "x"},
        "plugins": {"legend": {"display": has_legend, "align": "end", "labels": {"boxHeight": 8, "boxWidth": 8}}},
        "scales": {"x": numbers, "y": words} if scale.across else {"x": words, "y": numbers},
    }
