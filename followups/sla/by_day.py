"""The SLA by day, and how soon the first step of a ladder is done: the speed to lead."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, Q, Value

from followups.sla.reading import Latenesses, latenesses
from followups.sla.report import figures_of, measured
from wholesale.plumbing.days import Compared

_MICROSECOND = timedelta(microseconds=1)


class SlaSpan(NamedTuple):
    """The `FIGURES` of the SLA report: of all tasks that fell due in a span, and of the first steps of ladders alone."""

    every: dict[str, Any]
    first: dict[str, Any]


class SlaByDay(NamedTuple):
    """The SLA of some days together, of the span before, and of each of the days."""

    current: SlaSpan
    previous: SlaSpan
    days: dict[date, SlaSpan]


def sla_by_day(span: Compared, now: datetime) -> SlaByDay:
    """Measure the tasks that fell due in these days and in the span before, by the day on which they fell due (one query).

    It counts as the SLA report does: permitted minutes only, and an open task with its lateness until now.
    """
    begin, end = span.before
    tasks = measured(
        Q(due_at__gte=begin, due_at__lt=span.until),
        now,
        is_first=ExpressionWrapper(Q(step=1), output_field=BooleanField()),
        fell_due=ExpressionWrapper(F("due_at") - Value(begin), output_field=DurationField()),
    )
    found = latenesses(tasks, ["is_first"], fell_due="fell_due")

    def measure(since: datetime, until: datetime) -> SlaSpan:
        within = [_between(some, (since - begin) / _MICROSECOND, (until - begin) / _MICROSECOND) for some in found]
        return SlaSpan(figures_of(within), figures_of([some for some in within if some.group[0]]))

    edges = [*span.beginnings(), span.until]
    return SlaByDay(
        measure(span.since, span.until),
        measure(begin, end),
        {day: measure(edges[n], edges[n + 1]) for n, day in enumerate(span.all_days())},
    )


def _between(some: Latenesses, since: float, until: float) -> Latenesses:
    """Return those that fell due within a span, in microseconds."""
    assert some.fell_due is not None
    return some.only(np.logical_and(some.fell_due >= since, some.fell_due < until))
