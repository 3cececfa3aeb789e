"""How late a task is. Only permitted minutes count: nobody is late while contact is forbidden.

A task's stored interval says when it may be done. Before the interval is replaced, the part of it that passed since the
first permitted minute is added to the lateness. So a new rule neither judges the past anew nor forgets it, and no lateness
is added while no worker renews the intervals.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.db.models import Case, DateTimeField, DurationField, Expression, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Coalesce, Greatest, Least

from followups.sla.rules import SlaRule


class Timed(Protocol):
    """A protocol: the fields of an open task that the functions about lateness need."""

    due_at: datetime
    actionable_at: datetime | None  # the first permitted minute at or after due_at; None if none is known
    open_from: datetime | None  # the beginning of the stored interval, which is permitted time; None if none is known
    open_until: datetime | None  # its last instant
    late_for: timedelta | None  # the lateness that is counted so far; None if there is none yet
    late_until: datetime | None  # up to when `late_for` is counted
    warns_at: datetime | None  # after this instant it is at risk; None if it is unknown or no policy applies
    breaches_at: datetime | None  # after this instant it is a breach; None likewise


NONE = timedelta()


def late_for(task: Timed, at: datetime) -> timedelta:
    """The permitted time by which an open task is late at an instant, as far as its stored interval reaches."""
    counted = task.late_for or NONE
    if task.actionable_at is None or task.open_from is None or task.open_until is None:
        return counted
    begins = max(task.actionable_at, task.open_from, task.late_until or task.actionable_at)
    ends = min(at, task.open_until + datetime.resolution)
    return counted + max(ends - begins, NONE)


def spans(rule: SlaRule | None, late: timedelta = NONE) -> tuple[timedelta, ...]:
    """The permitted time that is left until a task is at risk, and until it is a breach. Empty if no policy applies."""
    if rule is None:
        return ()
    return max(rule.warn_after - late, NONE), max(rule.breach_after - late, NONE)


def limits(
    task: Timed, rule: SlaRule | None, late: timedelta, passed: Sequence[datetime | None], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When an open task is at risk, and when it is a breach. `passed` says when each of its `spans` will have passed.

    If the task is at risk or a breach already, it keeps that time. If only a stricter policy makes it so, the time is `now`.
    """
    if rule is None:
        return None, None
    warns_at, breaches_at = passed
    if late > rule.warn_after:
        warns_at = min(task.warns_at or now, now)
    if late > rule.breach_after:
        breaches_at = min(task.breaches_at or now, now)
    return warns_at, breaches_at


class Standing(StrEnum):
    """How an open task that is late stands with its SLA."""

    AT_RISK = "at_risk"
    BREACHED = "breached"


def standing(task: Timed, now: datetime) -> Standing | None:
    """How an open task stands with its SLA at `now`. None if it is in time, or if no policy applies."""
    counted_to = min(now, task.open_until + datetime.resolution) if task.open_until else now
    if task.breaches_at and task.breaches_at < counted_to:
        return Standing.BREACHED
    return Standing.AT_RISK if task.warns_at and task.warns_at < counted_to else None


def counted_from(task: Timed) -> datetime:
    """The instant from which the task's lateness counts. A task that falls due at night is not late before the morning."""
    return task.actionable_at or task.due_at


# The same as expressions over the columns of tasks. A test checks that both agree.
NONE_SQL = Value(NONE, output_field=DurationField())
_INSTANT = Value(datetime.resolution, output_field=DurationField())  # the interval's last instant belongs to it


def late_at(now: datetime | Expression) -> CombinedExpression:
    """The permitted time by which an open task is late at `now`."""
    at = now if isinstance(now, Expression) else Value(now, output_field=DateTimeField())
    begins = Greatest("actionable_at", "open_from", Coalesce("late_until", "actionable_at"))
    ends = Least(at, F("open_until") + _INSTANT, output_field=DateTimeField())
    passed = ExpressionWrapper(ends - begins, output_field=DurationField())
    is_known = Q(actionable_at__isnull=False, open_from__isnull=False)
    since = Case(When(is_known, then=Greatest(passed, NONE_SQL)), default=NONE_SQL)
    return Coalesce("late_for", NONE_SQL) + since


def has_passed(limit: str, at: datetime | Combinable) -> Q:
    """The condition for tasks that had passed a limit at an instant. `limit` is `warns_at` or `breaches_at`.

    If the limit lies after the stored interval, it is only a forecast. It counts once a worker has renewed the interval.
    """
    is_counted = Q(open_until__isnull=True) | Q(**{f"{limit}__lte": F("open_until")})
    return Q(**{f"{limit}__lt": at}) & is_counted
