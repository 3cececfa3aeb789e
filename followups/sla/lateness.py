"""How late a task is. Only permitted minutes count: nobody is late while contact is forbidden. Pure.

A task's stored interval says when it may be done. Whenever it is replaced, the part of it that has passed since the first
permitted minute is counted. So a new rule neither judges the past anew nor forgets it, and nothing counts while no worker
renews the intervals.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from followups.sla.rules import SlaRule


class Timed(Protocol):
    """What is needed of an open task."""

    @property
    def due_at(self) -> datetime:
        """When it falls due."""

    @property
    def actionable_at(self) -> datetime | None:
        """The first permitted minute at or after it fell due."""

    @property
    def open_from(self) -> datetime | None:
        """The beginning of its stored permitted interval."""

    @property
    def open_until(self) -> datetime | None:
        """The last instant of that interval."""

    @property
    def late_for(self) -> timedelta | None:
        """The lateness that is counted; None is none yet."""

    @property
    def late_until(self) -> datetime | None:
        """Up to when it is counted."""

    @property
    def warns_at(self) -> datetime | None:
        """Later than that it is at risk."""

    @property
    def breaches_at(self) -> datetime | None:
        """Later than that it is a breach."""


NONE = timedelta()


def late_for(task: Timed, at: datetime) -> timedelta:
    """The permitted time by which an open task is late at an instant, as far as its stored interval tells."""
    counted = task.late_for or NONE
    if task.actionable_at is None or task.open_from is None or task.open_until is None:
        return counted
    begins = max(task.actionable_at, task.open_from, task.late_until or task.actionable_at)
    ends = min(at, task.open_until + datetime.resolution)
    return counted + max(ends - begins, NONE)


def spans(rule: SlaRule | None, late: timedelta = NONE) -> tuple[timedelta, ...]:
    """The permitted time that is left until a task is at risk, and until it is a breach. None where no lateness is one."""
    if rule is None:
        return ()
    return max(rule.warn_after - late, NONE), max(rule.breach_after - late, NONE)


def limits(
    task: Timed, rule: SlaRule | None, late: timedelta, passed: Sequence[datetime | None], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When an open task is at risk, and when it is a breach. `passed` is when each of its `spans` will have passed.

    What it is already keeps its time. Where a stricter policy makes it so, that is from now on.
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
    """How an open task stands with its SLA, where it is late at all."""

    AT_RISK = "at_risk"
    BREACHED = "breached"


def standing(task: Timed, now: datetime) -> Standing | None:
    """How an open task stands at `now`; None where it is in time, or nobody watches."""
    counted_to = min(now, task.open_until + datetime.resolution) if task.open_until else now
    if task.breaches_at and task.breaches_at < counted_to:
        return Standing.BREACHED
    return Standing.AT_RISK if task.warns_at and task.warns_at < counted_to else None


def counted_from(task: Timed) -> datetime:
    """What lateness counts from: a task that is due at night is not late before the morning."""
    return task.actionable_at or task.due_at
