"""The SLA by day, and how soon the first step of a ladder is done: the speed to lead."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DurationField, F, Q

from followups.sla.reading import PACKED, PERCENTILES, Microseconds, aggregated, unpacked
from followups.sla.report import joined, measured_by_index, percentiles
from followups.sla.snapshot import LIMITS
from wholesale.plumbing.days import Compared

Figures = dict[str, Any]  # figures of the SLA report, by their names there


class SlaByDay(NamedTuple):
    """Of the tasks that fell due in some days together, in the span before, and on each of the days: `count` and
    `within_...`, as in the SLA report."""

    current: Figures
    previous: Figures
    days: dict[date, Figures]


class FirstStepsByDay(NamedTuple):
    """The same of the first steps of ladders alone, with `count` and the percentiles of their lateness."""

    current: Figures
    previous: Figures
    days: dict[date, Figures]


class _Counted(NamedTuple):
    """The tasks that fell due in a span: how many; for each limit how many were done within it and how many are decided."""

    number: int
    within: Sequence[int]
    decided: Sequence[int]


def sla_by_day(span: Compared, now: datetime) -> SlaByDay:
    """Measure the tasks that fell due in these days and in the span before, by the day on which they fell due (one query).

    It counts as the SLA report does: permitted minutes only, and an open task with its lateness until now.
    """
    limits = [DurationField().get_db_prep_value(limit, connection) for limit in LIMITS.values()]
    counts = "count(*) FILTER (WHERE done AND lateness <= %s), count(*) FILTER (WHERE done OR lateness > %s)"
    rows = _grouped(
        f"count(*), {', '.join([counts] * len(limits))}", [limit for limit in limits for _twice in range(2)], span, now, Q()
    )
    nothing = _Counted(0, [0] * len(limits), [0] * len(limits))
    spans = [nothing if row is None else _Counted(row[0], row[1::2], row[2::2]) for row in rows]
    previous, _gap, *days = spans
    each = [_within([of_day]) for of_day in days]
    return SlaByDay(_within(days), _within([previous]), dict(zip(span.all_days(), each, strict=True)))


def first_steps_by_day(span: Compared, now: datetime) -> FirstStepsByDay:
    """Measure the first steps of ladders alone, as `sla_by_day` measures all tasks (one query)."""
    rows = _grouped(PACKED[connection.vendor].format("lateness"), [], span, now, Q(step=1))
    previous, _gap, *days = [unpacked(b"" if row is None else row[0]) for row in rows]
    each = [_ranked([of_day]) for of_day in days]
    return FirstStepsByDay(_ranked(days), _ranked([previous]), dict(zip(span.all_days(), each, strict=True)))


def _grouped(aggregates: str, parameters: Sequence[Any], span: Compared, now: datetime, which: Q) -> list[Any]:
    """Aggregate the tasks of the span before, of the gap that follows it, and of each day: a row for each, or None."""
    edges = [*span.before, *span.beginnings(), span.until]
    tasks = measured_by_index(which & Q(due_at__gte=edges[0], due_at__lt=edges[-1]), now, fell_due=F("due_at"))
    return aggregated(tasks, edges, aggregates, parameters)


def _within(some: Sequence[_Counted]) -> Figures:
    """Return the figures of some spans together."""
    figures: Figures = {"count": sum(one.number for one in some)}
    for n, limit in enumerate(LIMITS):
        decided = sum(one.decided[n] for one in some)
        figures[f"within_{limit}"] = sum(one.within[n] for one in some) / decided if decided else None
    return figures


def _ranked(some: Sequence[Microseconds]) -> Figures:
    lateness = joined(some)
    named = zip(PERCENTILES, percentiles(lateness), strict=True)
    return {"count": len(lateness), **{f"p{percentile}": value for percentile, value in named}}
