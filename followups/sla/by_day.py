"""The SLA by day, and how soon the first step of a ladder is done: the speed to lead."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, DateTimeField, DurationField, ExpressionWrapper, F, Q

from followups.sla.reading import PACKED, PERCENTILES, Microseconds, unpacked
from followups.sla.report import joined, measured, percentiles
from followups.sla.snapshot import LIMITS
from wholesale.plumbing.days import Compared


class SlaSpan(NamedTuple):
    """Figures of the SLA report of the tasks that fell due in a span: `count` and `within_...` of all, and `count` and the
    percentiles of the first steps of ladders alone."""

    every: dict[str, Any]
    first: dict[str, Any]


class SlaByDay(NamedTuple):
    """The SLA of some days together, of the span before, and of each of the days."""

    current: SlaSpan
    previous: SlaSpan
    days: dict[date, SlaSpan]


class _Counted(NamedTuple):
    """The tasks that fell due in a span: how many; for each limit how many were done within it and how many are decided; and
    how late the first steps are."""

    number: int
    within: Sequence[int]
    decided: Sequence[int]
    first: Microseconds


def sla_by_day(span: Compared, now: datetime) -> SlaByDay:
    """Measure the tasks that fell due in these days and in the span before, by the day on which they fell due (one query).

    It counts as the SLA report does: permitted minutes only, and an open task with its lateness until now.
    """
    previous, _gap, *days = _counted([*span.before, *span.beginnings(), span.until], now)
    return SlaByDay(
        _figures(days),
        _figures([previous]),
        {day: _figures([of_day]) for day, of_day in zip(span.all_days(), days, strict=True)},
    )


def _counted(edges: Sequence[datetime], now: datetime) -> list[_Counted]:
    """Count the tasks that fell due between each of the edges, which are in order, and the next one.

    The SQL is hand-written: to bring the lateness of each task here takes three times as long as to count in the database,
    and querysets cannot pack numbers. A queryset gives the tasks.
    """
    bucket, fence = _BUCKET[connection.vendor]
    tasks = measured(
        Q(due_at__gte=edges[0], due_at__lt=edges[-1]),
        now,
        fell_due=F("due_at"),
        is_first=ExpressionWrapper(Q(step=1), output_field=BooleanField()),
    )
    task_sql, task_parameters = tasks.query.sql_with_params()
    limits = [DurationField().get_db_prep_value(limit, connection) for limit in LIMITS.values()]
    counts = "count(*) FILTER (WHERE done AND lateness <= %s), count(*) FILTER (WHERE done OR lateness > %s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n, count(*), {', '.join([counts] * len(limits))}, "
            f"{PACKED[connection.vendor].format('lateness')} FILTER (WHERE is_first) "
            f"FROM (SELECT {bucket(len(edges))} AS n, * FROM ({task_sql}) AS measured {fence}) AS task GROUP BY n",
            [
                *(limit for limit in limits for _twice in range(2)),
                *(DateTimeField().get_db_prep_value(edge, connection) for edge in edges),
                *task_parameters,
            ],
        )
        rows = {n: _Counted(count, *_pairs(rest), unpacked(packed or b"")) for n, count, *rest, packed in cursor.fetchall()}
    nothing = _Counted(0, *_pairs([0] * 2 * len(limits)), unpacked(b""))
    return [rows.get(n + 1, nothing) for n in range(len(edges) - 1)]


def _pairs(counts: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    return counts[::2], counts[1::2]


# The number of edges up to the time by which a task fell due. The fence keeps PostgreSQL from looking into the subquery: it
# would expect a group for each time, and sort all tasks.
_BUCKET: dict[str, tuple[Callable[[int], str], str]] = {
    "postgresql": (lambda edges: f"width_bucket(fell_due, ARRAY[{', '.join(['%s'] * edges)}]::timestamptz[])", "OFFSET 0"),
    "sqlite": (lambda edges: " + ".join(["(fell_due >= %s)"] * edges), ""),
}


def _figures(some: Sequence[_Counted]) -> SlaSpan:
    """Return the figures of some spans together."""
    first = joined(one.first for one in some)
    every: dict[str, Any] = {"count": sum(one.number for one in some)}
    for n, limit in enumerate(LIMITS):
        decided = sum(one.decided[n] for one in some)
        every[f"within_{limit}"] = sum(one.within[n] for one in some) / decided if decided else None
    ranked = {f"p{percentile}": value for percentile, value in zip(PERCENTILES, percentiles(first), strict=True)}
    return SlaSpan(every, {"count": len(first), **ranked})
