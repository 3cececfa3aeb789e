"""The SLA report: how late tasks are.

It measures the tasks that fell due: a measure of completed tasks would forget those that nobody ever did. Lateness counts
permitted minutes only, as in `followups.sla.lateness`. The figures `..._wall` count all minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_noop

from followups.sla.lateness import NONE_SQL, late_at
from followups.sla.reading import CLOCKS, PERCENTILES, Latenesses, Microseconds, latenesses
from followups.sla.snapshot import LIMITS
from followups.tasks.errors import TimeOutOfRange
from followups.tasks.models import COMPLETED, FollowupTask, TaskQuerySet
from governance.decisions import ExecutionClass, verb

GROUPS = ("province", "market", "owner", "channel", "step")
FIGURES = (
    *("count", "completed", "open_overdue", "by_wall_clock"),
    *(f"p{percentile}{clock}" for clock in CLOCKS for percentile in PERCENTILES),
    *(f"within_{limit}{clock}" for clock in CLOCKS for limit in LIMITS),
)
SPAN = timedelta(days=7)
_MICROSECOND = timedelta(microseconds=1)
_NOTHING: Microseconds = np.empty(0, dtype=np.int64)


class SlaReport(NamedTuple):
    """The SLA report: the `FIGURES` of all tasks, and for each group the group's fields and `FIGURES`, sorted by group."""

    whole: dict[str, Any]
    groups: list[dict[str, Any]]


@verb(ExecutionClass.READ)
def sla_report(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Sequence[str] = (),
    now: datetime | None = None,
) -> SlaReport:
    """How late the tasks are that fell due from `since` until before `until`, in all and grouped by the fields of `by`.

    It measures completed tasks, and open tasks that are overdue, with their lateness until now. It leaves out cancelled
    tasks that nobody did, tasks that are not due yet, and those of walkthroughs.

    `count` is `completed` + `open_overdue`. `p50`, `p90` and `p99` are percentiles of the lateness in permitted minutes, by
    nearest rank; a task in time has 0. `within_...` are fractions of the tasks that are decided: completed, or open beyond
    that limit. `..._wall` figures count all minutes since `due_at`; negative is early. `by_wall_clock` is the number of
    tasks that were completed before permitted minutes were counted. For them every figure counts all minutes. Without tasks,
    percentiles and fractions are None, and there are no groups.

    Raises:
        TimeOutOfRange: `since` is not before `until`.

    """
    if since is not None and until is not None and since >= until:
        raise TimeOutOfRange(gettext_noop("Must lie before until."), attr="since")
    found = latenesses(measured(_between(since, until), now or timezone.now(), *by), by)
    groups: dict[tuple[Any, ...], list[Latenesses]] = defaultdict(list)
    for some in found:
        groups[some.group].append(some)
    listed = sorted(groups, key=_unowned_last) if by else []
    return SlaReport(figures_of(found), [{**dict(zip(by, key, strict=True)), **figures_of(groups[key])} for key in listed])


@verb(ExecutionClass.READ)
def recent_sla(
    *, by: str | None = None, since: datetime | None = None, until: datetime | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """The report of a span. By default the span ends now and is 7 days long.

    The result has the `FIGURES` of all tasks, `since`, `until`, `by` and the `groups`, as in `sla_report`.

    Raises:
        TimeOutOfRange: `since` is not before `until`.

    """
    now = now or timezone.now()
    until = until or now
    since = since or until - SPAN
    whole, groups = sla_report(since=since, until=until, by=[by] if by else [], now=now)
    return {**whole, "since": since, "until": until, "by": by, "groups": groups}


def _between(since: datetime | None, until: datetime | None) -> Q:
    span = Q()
    if since is not None:
        span &= Q(due_at__gte=since)
    if until is not None:
        span &= Q(due_at__lt=until)
    return span


def measured(span: Q, now: datetime, *by: str) -> Any:
    """A row for each task of a span: its group, whether it is done, its lateness in permitted and in all minutes (until now
    if open), and whether the permitted minutes of a completed task are unknown."""
    completed, still_open = _measures(now)
    # Each side of the OR has its index: followuptask_completed_due, and followuptask_due. A long span scans the table once.
    tasks = _completed(span) | _still_open(span, now)
    return tasks.values(
        *by, **{name: Case(When(COMPLETED, then=completed[name]), default=still_open[name]) for name in completed}
    )


def measured_by_index(span: Q, now: datetime, **named: F) -> Any:
    """The same rows, with the columns `named` in place of a group. It reads the completed tasks from their index alone, if
    that holds the columns."""
    completed, still_open = (measures | named for measures in _measures(now))
    return _completed(span).values(**completed).union(_still_open(span, now).values(**still_open), all=True)


def _completed(span: Q) -> TaskQuerySet:
    return FollowupTask.objects.counted().filter(span, COMPLETED).order_by()


def _still_open(span: Q, now: datetime) -> TaskQuerySet:
    return FollowupTask.objects.counted().open().filter(span, due_at__lt=now).order_by()


def _measures(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is measured of a completed task, and of an open one."""
    wall = F("completed_at") - F("due_at")
    completed = {
        "done": Value(True),
        "lateness": Coalesce("late_for", Greatest(wall, NONE_SQL)),
        "lateness_wall": wall,
        "by_wall": ExpressionWrapper(Q(late_for__isnull=True), output_field=BooleanField()),
    }
    still_open = {
        "done": Value(False),
        "lateness": late_at(now),
        "lateness_wall": Value(now) - F("due_at"),
        "by_wall": Value(False),
    }
    return completed, still_open


def figures_of(found: Sequence[Latenesses]) -> dict[str, Any]:
    """Compute the `FIGURES` of some tasks."""
    by_clock = [
        (
            joined(some.by_clock[n] for some in found if some.done),
            joined(some.by_clock[n] for some in found if not some.done),
        )
        for n in range(len(CLOCKS))
    ]
    completed, open_overdue = map(len, by_clock[0])
    by_wall = sum(len(some.by_clock[0]) for some in found if some.by_wall)
    fractions = [_within(*one, limit / _MICROSECOND) for one in by_clock for limit in LIMITS.values()]
    ranked = [percentiles(joined(one)) for one in by_clock]
    values = (completed + open_overdue, completed, open_overdue, by_wall, *chain.from_iterable(ranked), *fractions)
    return dict(zip(FIGURES, values, strict=True))


def joined(some: Iterable[Microseconds]) -> Microseconds:
    """Return the latenesses of several groups as one array."""
    return np.concatenate([_NOTHING, *some])


def _within(done: Microseconds, open_so_far: Microseconds, limit: float) -> float | None:
    """Return the fraction of the decided tasks that were done within a limit."""
    in_time = int(np.count_nonzero(done <= limit))
    decided = len(done) + int(np.count_nonzero(open_so_far > limit))
    return in_time / decided if decided else None


def percentiles(values: Microseconds) -> list[float | None]:
    """Return the `PERCENTILES` of latenesses by nearest rank, in minutes: real latenesses, the same on every database."""
    ranks = [(len(values) * percentile + 99) // 100 - 1 for percentile in PERCENTILES]
    if not len(values):
        return [None] * len(ranks)
    ranked = np.partition(values, ranks)
    return [round(int(ranked[rank]) * _MICROSECOND / timedelta(minutes=1), 2) for rank in ranks]


def _unowned_last(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """The sort key of a group; a None in it comes last. Python sorts, because the collations of databases differ."""
    return [(value is None, value) for value in key]
