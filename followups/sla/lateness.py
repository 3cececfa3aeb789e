"""How late a task is. Only permitted minutes count: nobody is late while contact is forbidden. Pure functions.

A task's stored interval says when it may be done. Before the interval is replaced, the part of it that passed since the
first permitted minute is added to the lateness. So a new rule neither judges the past anew nor forgets it, and no lateness
is added while no worker renews the intervals.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from followups.sla.rules import SlaRule


class Timed(Protocol):
    """A protocol: the fields of an open task that the functions about lateness need."""

    @property
    def due_at(self) -> datetime:
        """When the task falls due."""

    @property
    def actionable_at(self) -> datetime | None:
        """The first permitted minute at or after the task fell due; None if none is known."""

    @property
    def open_from(self) -> datetime | None:
        """The beginning of the task's stored interval, which is permitted time; None if none is known."""

    @property
    def open_until(self) -> datetime | None:
        """The last instant of the task's stored interval; None if none is known."""

    @property
    def late_for(self) -> timedelta | None:
        """The lateness that is counted so far; None if there is none yet."""

    @property
    def late_until(self) -> datetime | None:
        """The instant up to which `late_for` is counted; None if there is none yet."""

    @property
    def warns_at(self) -> datetime | None:
        """After this instant the task is at risk; None if it is unknown or no policy applies."""

    @property
    def breaches_at(self) -> datetime | None:
        """After this instant the task is a breach; None if it is unknown or no policy applies."""


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
