"""The SQL statements that complete a task. They are compiled once, because completing is the verb that runs most often.

Two are handwritten: no queryset locks only a joined table's row, or completes a task, updates its ladder and reads at once.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import FACTS, contact_of, read_facts
from followups.sla.lateness_sql import late_at
from followups.tasks.cancellations import CLOSE_STEPS, close_steps
from followups.tasks.models import FollowupTask
from governance import gate
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select, Update, fetch

# The columns that completing needs, also for its answer, its KPI row and its evidence, in the order of the models' fields.
_TASK = (
    *("id", "ladder_id", "step", "channel", "gap_minutes", "lead_id", "province", "market", "owner"),
    *("created_at", "completed_at"),
)
_LADDER = ("id", "open_steps", "closed_at")


class LockedTask(NamedTuple):
    """A task whose ladder's row is locked, and the contact about which the gate is asked."""

    task: FollowupTask
    contact: gate.Contact


class OpenStep(NamedTuple):
    """An open step of a ladder."""

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
        """The time that has to pass between the person's last contact and this step."""
        return timedelta(minutes=self.gap_minutes)

    def comes_too_soon(self, contacted_at: datetime, now: datetime) -> bool:
        """Whether the step falls due before its gap after the contact is over, and the gap is not over yet."""
        over = contacted_at + self.gap
        return self.due_at < over and over > now

    def moved(self, minutes: gate.Minutes) -> "OpenStep":
        """Return the same step with these permitted minutes in place of its own."""
        return self._replace(actionable_at=minutes.actionable_at, open_from=minutes.open_from, open_until=minutes.open_until)

    def next_at(self, now: datetime) -> datetime | None:
        """Return the next time at which the step may be done, by its stored minutes; None if none is known."""
        if self.due_at > now:
            return self.actionable_at
        if self.open_from is None or self.open_until is None or self.open_until < now:
            return None
        return max(self.open_from, now)


_READ = Select(
    lambda task_id: (
        FollowupTask.objects.filter(pk=task_id)
        .order_by()
        .values_list(*_TASK, *(f"ladder__{name}" for name in _LADDER), *(f"lead__{name}" for name in FACTS))
    )
)


def locked(task_id: int) -> LockedTask | None:
    """Lock the ladder of a task and return the task as read before the lock. Return None if there is no such task."""
    has_locks = connection.features.has_select_for_update_of
    lock = f" FOR UPDATE OF {_READ.alias_of(FollowupLadder)}" if has_locks else ""
    rows = fetch(_READ.text + lock, _READ.columns, {"task_id": task_id})
    return _found(rows[0]) if rows else None


def _found(row: tuple[Any, ...]) -> LockedTask:
    of_task, of_ladder = row[: len(_TASK)], row[len(_TASK) : len(_TASK) + len(_LADDER)]
    task = FollowupTask.from_db(connection.alias, _TASK, of_task)
    task.ladder = FollowupLadder.from_db(connection.alias, _LADDER, of_ladder)
    contact = contact_of(
        read_facts(row[len(_TASK) + len(_LADDER) :]),
        lead_id=task.lead_id,
        province=task.province,
        market=task.market,
        channel=task.channel,
        gap_minutes=task.gap_minutes,
    )
    return LockedTask(task, contact)


_COMPLETE = Update(
    lambda task_id, now, actor, user_id, holder, outcome, note: (
        FollowupTask.objects.open().workable_by(user_id, holder, now).filter(pk=task_id),
        {
            "completed_at": now,
            "late_for": late_at(now),
            "completed_by": actor,
            "completed_user": user_id,
            "outcome": outcome,
            "note": note,
        },
    )
)
_OPEN_STEPS = Select(
    lambda ladder_id: FollowupTask.objects.open().filter(ladder=ladder_id).order_by("step").values_list(*OpenStep._fields)
)


@cache
def _complete_and_read_sql() -> str:
    """Return the SQL that completes the task, subtracts it from its ladder's open steps as `close_steps` does, and reads the
    other open steps. If none is open, it returns one row of nulls; if the task was not completed, no row."""
    closing = CLOSE_STEPS.text.replace("%(ladder_id)s", "SELECT ladder_id FROM done").replace("%(steps)s", "1")
    return f"""
        WITH done AS ({_COMPLETE.text} RETURNING ladder_id), closed AS ({closing} RETURNING id)
        SELECT t.* FROM closed
        LEFT JOIN LATERAL ({_OPEN_STEPS.text.replace("%(ladder_id)s", "closed.id")}) AS t ON t.id <> %(task_id)s
        ORDER BY t.step
    """


def complete_open(task: FollowupTask, act: Act, *, outcome: str, note: str) -> list[OpenStep] | None:
    """Complete the task if it is open and not claimed by others, and subtract it from its ladder's open steps. Return the
    steps of the ladder that are still open, or None if the task was not completed."""
    user_id, holder = (act.user.pk, act.user.get_username()) if act.user else (None, act.actor)
    values = {
        "task_id": task.pk,
        "now": act.now,
        "actor": act.actor,
        "user_id": user_id,
        "holder": holder,
        "outcome": outcome,
        "note": note,
    }
    if connection.vendor != "postgresql":
        if not _COMPLETE.run(**values):
            return None
        close_steps(task.ladder, 1, act.now)
        return open_steps(task.ladder_id)
    rows = fetch(_complete_and_read_sql(), _OPEN_STEPS.columns, values)
    if not rows:
        return None
    task.ladder.open_steps -= 1
    task.ladder.closed_at = None if task.ladder.open_steps else act.now
    return _steps(rows)


def open_steps(ladder_id: int) -> list[OpenStep]:
    """Return the open steps of a ladder, in their order."""
    return _steps(_OPEN_STEPS.rows(ladder_id=ladder_id))


def _steps(rows: Rows) -> list[OpenStep]:
    return [OpenStep(*row) for row in rows if row[0] is not None]
