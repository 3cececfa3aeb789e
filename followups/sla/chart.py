"""The SLA report as a picture."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from followups.sla.report import PERCENTILES, SlaReport

WIDTH, DOTS = 11, 100  # inches, and dots in each
ROWS_MAX = 40  # groups in one picture; of more, those whose 90th percentile is the highest
LABEL_MAX = 28  # characters
_COLOURS = {50: "#08519c", 90: "#6baed6", 99: "#c6dbef"}
# Minutes, and how the axis says them: even steps up to ten minutes, and from there on each ten times as wide as the last.
_EVEN_UP_TO = 10
_TICKS = {
    30: "30 min",
    120: "2 h",
    480: "8 h",
    1_440: "1 day",
    10_080: "7 days",
    43_200: "30 days",
    525_600: "1 year",
}


def sla_chart(
    report: SlaReport, *, by: Sequence[str], since: datetime | None, until: datetime | None, now: datetime
) -> bytes:
    """A PNG: for each group its percentiles as one bar within the other, and how many tasks stand behind them."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # a second and 40 MB, which only the drawing command pays

    rows = chart_rows(report, by)
    figure = Figure(figsize=(WIDTH, 2.2 + 0.36 * len(rows)), dpi=DOTS, layout="constrained")
    axes = figure.add_subplot()
    for percentile in sorted(PERCENTILES, reverse=True):
        lateness = [row[f"p{percentile}"] or 0 for _, row in rows]
        height = 0.3 + 0.5 * (PERCENTILES.index(percentile) + 1) / len(PERCENTILES)
        axes.barh(range(len(rows)), lateness, height, color=_COLOURS[percentile], label=f"p{percentile}")
    _label(axes, rows)
    _scale(axes, rows)
    figure.suptitle(_title(report, by, since, until, now), x=0.01, ha="left", fontsize=12)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def chart_rows(report: SlaReport, by: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """What is drawn, from the top: a label and the figures of each group, below them all tasks together."""
    groups = report.groups
    if len(groups) > ROWS_MAX:
        latest = sorted(groups, key=lambda row: -row["p90"])[:ROWS_MAX]
        groups = [row for row in groups if row in latest]
    return [*((_name([row[name] for name in by]), row) for row in groups), ("all", report.whole)]


def _name(values: Sequence[Any]) -> str:
    text = ", ".join("nobody" if value is None else str(value) for value in values)
    return text if len(text) <= LABEL_MAX else f"{text[: LABEL_MAX - 1]}…"


def _label(axes: Any, rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """The groups' names on the left, how many tasks of each on the right."""
    axes.set_ylim(len(rows) - 0.5, -0.5)
    # An owner's name may hold a dollar sign, which would begin a formula.
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], parse_math=False)
    if len(rows) > 1:
        axes.axhline(len(rows) - 1.5, color="0.6", linewidth=0.8)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [_counts(row) for _, row in rows])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)


def _counts(row: dict[str, Any]) -> str:
    within = "" if row["within_2h"] is None else f", {row['within_2h']:.0%} in 2 h"
    overdue = f", {row['open_overdue']:,} overdue" if row["open_overdue"] else ""
    return f"{row['count']:,} task{'' if row['count'] == 1 else 's'}{within}{overdue}"


def _scale(axes: Any, rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """From minutes to days on one axis."""
    drawn = [row[f"p{percentile}"] or 0 for _, row in rows for percentile in PERCENTILES]
    most = max(*drawn, 120)
    axes.set_xscale("symlog", linthresh=_EVEN_UP_TO)
    shown = {0: "in time", **{minutes: text for minutes, text in _TICKS.items() if minutes <= most * 1.5}}
    axes.set_xticks(list(shown), list(shown.values()))
    axes.minorticks_off()
    axes.set_xlim(0, most * 1.5)
    axes.set_xlabel("permitted time late; so far, where a task is open")
    axes.grid(axis="x", color="0.85", linewidth=0.8)
    axes.set_axisbelow(True)
    for limit, label in ((30, "30 minutes, 2 hours"), (120, None)):
        axes.axvline(limit, color="#cb181d", linestyle="--", linewidth=1, label=label)


def _title(report: SlaReport, by: Sequence[str], since: datetime | None, until: datetime | None, now: datetime) -> str:
    named = f" by {', '.join(by)}" if by else ""
    of_all = f", the {ROWS_MAX} latest of {len(report.groups)}" if len(report.groups) > ROWS_MAX else ""
    began = f" from {_clock(since)}" if since else ""
    ended = f" until {_clock(until)}" if until else ""
    return f"Lateness of follow-up{named}{of_all}\nTasks that fell due{began}{ended}; as of {_clock(now)}"


def _clock(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"
