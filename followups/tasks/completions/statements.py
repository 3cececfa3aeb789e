"""The statements by which a task is completed, in SQL of their own.

Completing is the hottest verb. To build these query sets each time costs more than to run them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import FACTS, contact_of, read_facts
from followups.leads.models import Lead
from followups.sla.lateness_sql import late_sql
from followups.tasks.cancellations import close_steps
from followups.tasks.models import FollowupTask
from governance import gate
from wholesale.plumbing.act import Act
from wholesale.plumbing.lookups import time_of, time_or_none

# What completing needs of the rows, its answer, its KPI row and its evidence included; in the order of the models' fields.
_TASK = (
    *("id", "ladder_id", "step", "channel", "gap_minutes", "lead_id", "province", "market", "owner"),
    *("created_at", "completed_at"),
)
_LADDER = ("id", "open_steps", "closed_at")
_AS_TEXT = frozenset({"t.created_at", "t.completed_at", "d.closed_at", "l.score"})
_COLUMNS = ", ".join(
    f"CAST({name} AS text)" if name in _AS_TEXT else name
    for name in (*(f"t.{name}" for name in _TASK), *(f"d.{name}" for name in _LADDER), *(f"l.{name}" for name in FACTS))
)
_TASKS, _LADDERS = FollowupTask._meta.db_table, FollowupLadder._meta.db_table
_READ = f"""
SELECT {_COLUMNS}
FROM {_TASKS} AS t
JOIN {_LADDERS} AS d ON d.id = t.ladder_id
LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id
WHERE t.id = %s
"""
# Open as `TaskQuerySet.open` says it, and free as `leases` says it; a test holds them to each other.
_COMPLETE = f"""
UPDATE {_TASKS}
SET completed_at = %(now)s, late_for = {{late}}, completed_by = %(actor)s, completed_user_id = %(user)s,
    outcome = %(outcome)s, note = %(note)s
WHERE id = %(task)s AND completed_at IS NULL AND cancelled_at IS NULL
    AND (leased_until IS NULL OR leased_until <= %(now)s OR leased_user_id = %(user)s OR leased_by = %(holder)s)
"""
_OPEN = """
SELECT t.id, t.step, t.channel, t.gap_minutes, CAST(t.due_at AS text), CAST(t.actionable_at AS text),
    CAST(t.open_from AS text), CAST(t.open_until AS text)
"""
_STILL_OPEN = "t.completed_at IS NULL AND t.cancelled_at IS NULL"
_OPEN_STEPS = f"{_OPEN} FROM {_TASKS} AS t WHERE t.ladder_id = %s AND {_STILL_OPEN} ORDER BY t.step"
# In one message: complete the task, count it off its ladder as `close_steps` does, and read which other steps are open.
_COMPLETE_AND_READ = f"""
WITH done AS ({_COMPLETE} RETURNING ladder_id),
closed AS (
    UPDATE {_LADDERS} AS d
    SET open_steps = d.open_steps - 1, closed_at = CASE WHEN d.open_steps > 1 THEN d.closed_at ELSE %(now)s END
    FROM done WHERE d.id = done.ladder_id RETURNING d.id
)
{_OPEN} FROM closed LEFT JOIN {_TASKS} AS t ON t.ladder_id = closed.id AND t.id <> %(task)s AND {_STILL_OPEN}
ORDER BY t.step
"""


class Found(NamedTuple):
    """A task with its ladder, whose row is locked, and the contact that the step is."""

    task: FollowupTask
    contact: gate.Contact


class OpenStep(NamedTuple):
    """A step of the ladder that is still to be done."""

    id: int
    step: int
    channel: str
    gap_minutes: int
    due_at: datetime
    actionable_at: datetime | None
    open_from: datetime | None
    open_until: datetime | None

    @property
    def gap(self) -> timedelta:
        """At least so long after the last contact of the person."""
        return timedelta(minutes=self.gap_minutes)

    def comes_too_soon(self, contacted_at: datetime, now: datetime) -> bool:
        """Whether it is due before its gap after a contact is over, and that is yet to come."""
        over = contacted_at + self.gap
        return self.due_at < over and over > now

    def moved(self, minutes: gate.Minutes) -> "OpenStep":
        """The same with other minutes."""
        return self._replace(actionable_at=minutes.actionable_at, open_from=minutes.open_from, open_until=minutes.open_until)

    def next_at(self, now: datetime) -> datetime | None:
        """From when on it may be done, as far as is stored; None where no such minute is known."""
        if self.due_at > now:
            return self.actionable_at
        if self.open_from is None or self.open_until is None or self.open_until < now:
            return None
        return max(self.open_from, now)


def locked(task_id: int) -> Found | None:
    """The task, with the ladder's row locked. The task's own row was read before the wait for that lock."""
    lock = "FOR UPDATE OF d" if connection.features.has_select_for_update_of else ""
    with connection.cursor() as cursor:
        cursor.execute(_READ + lock, [task_id])
        row = cursor.fetchone()
    return _found(row) if row else None


def _found(row: tuple[Any, ...]) -> Found:
    *of_task, created_at, completed_at = row[: len(_TASK)]
    ladder_id, open_steps, closed_at, *facts = row[len(_TASK) :]
    values = [*of_task, time_of(created_at), time_or_none(completed_at)]
    task = FollowupTask.from_db(connection.alias, _TASK, values)
    task.ladder = FollowupLadder.from_db(connection.alias, _LADDER, [ladder_id, open_steps, time_or_none(closed_at)])
    contact = contact_of(
        read_facts(facts),
        lead_id=task.lead_id,
        province=task.province,
        market=task.market,
        channel=task.channel,
        gap_minutes=task.gap_minutes,
    )
    return Found(task, contact)


def complete_open(task: FollowupTask, act: Act, *, outcome: str, note: str) -> list[OpenStep] | None:
    """Complete the task if it is open and under nobody else's live claim, and count it off its ladder. Then the steps of the
    ladder that are still open, else None."""
    user_id, holder = (act.user.pk, act.user.get_username()) if act.user else (None, act.actor)
    values = {
        "now": connection.ops.adapt_datetimefield_value(act.now),
        "actor": act.actor,
        "user": user_id,
        "holder": holder,
        "outcome": outcome,
        "note": note,
        "task": task.pk,
    }
    late = late_sql().replace("%s", "%(now)s")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_COMPLETE_AND_READ.format(late=late), values)
            rows = cursor.fetchall()
            if not rows:
                return None
            task.ladder.open_steps -= 1
            task.ladder.closed_at = None if task.ladder.open_steps else act.now
            return _steps(rows)
        cursor.execute(_COMPLETE.format(late=late), values)
        if not cursor.rowcount:
            return None
    close_steps(task.ladder, 1, act.now)
    return open_steps(task.ladder_id)


def open_steps(ladder_id: int) -> list[OpenStep]:
    """The steps of a ladder that are still to be done, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_STEPS, [ladder_id])
        return _steps(cursor.fetchall())


def _steps(rows: Sequence[tuple[Any, ...]]) -> list[OpenStep]:
    return [
        OpenStep(pk, step, channel, gap_minutes, time_of(due_at), *map(time_or_none, minutes))
        for pk, step, channel, gap_minutes, due_at, *minutes in rows
        if pk is not None
    ]
