"""What a completion reads, compiled once, because completing is the verb that runs most often."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import FACTS, contact_at, read_facts
from followups.tasks.models import FollowupTask
from governance import gate
from wholesale.plumbing.compiled import Rows, Select, Statement

# The columns that completing needs, also for its answer, its KPI row and its evidence, in the order of the models' fields.
_NEEDED = {
    *("id", "ladder_id", "step", "channel", "gap_minutes", "lead_id", "province", "market", "owner"),
    *("created_at", "completed_at", "cancelled_at", "leased_by", "leased_user_id", "leased_until"),
    *("due_at", "actionable_at", "open_from", "open_until", "late_for", "late_until"),
}
_TASK = tuple(field.attname for field in FollowupTask._meta.concrete_fields if field.attname in _NEEDED)
_LADDER = ("id", "open_steps", "closed_at")


class LockedTask(NamedTuple):
    """A task that is locked, with its ladder, and the contact about which the gate is asked."""

    task: FollowupTask
    contact: gate.Contact

    @property
    def reached(self) -> list[gate.Point]:
        """The points that the contact reaches: the number or address, and the lead as such."""
        lead = self.contact.lead
        points = gate.point_of(self.task.channel, phone=lead.phone, email=lead.email), gate.lead_point(self.task.lead_id)
        return [point for point in points if point]

    @property
    def subjects(self) -> set[gate.Point]:
        """The points about which the gate has to know what is on file, for this contact and the next ones."""
        lead = self.contact.lead
        return {*gate.points_of(phone=lead.phone, email=lead.email), *self.reached}


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


_LOCK = Select(
    lambda task_id: (
        FollowupTask.objects.filter(pk=task_id)
        .order_by()
        .values_list(*_TASK, *(f"ladder__{name}" for name in _LADDER), *(f"lead__{name}" for name in FACTS))
    )
)
_OPEN_STEPS = Select(
    lambda ladder_id: FollowupTask.objects.open().filter(ladder=ladder_id).order_by().values_list(*OpenStep._fields)
)


def locking(task_id: int) -> Statement:
    """Return the statement that locks the ladder of a task, then the task, for `locked`."""
    return _LOCK.locking(FollowupLadder, FollowupTask, task_id=task_id)


def locked(rows: Rows) -> LockedTask | None:
    """Return the task that was locked. The ladder and the task are as they are under the lock. None if there is no task."""
    if not rows:
        return None
    (row,) = rows
    task = FollowupTask.from_db(connection.alias, _TASK, row[: len(_TASK)])
    task.ladder = FollowupLadder.from_db(connection.alias, _LADDER, row[len(_TASK) : len(_TASK) + len(_LADDER)])
    return LockedTask(task, contact_at(task, read_facts(row[len(_TASK) + len(_LADDER) :])))


def following(found: LockedTask) -> tuple[gate.GateFacts, list[OpenStep]]:
    """Read what the gate needs to know about a locked task's lead, and the other open steps of the ladder in their order."""
    facts, rows = gate.read_with_facts(_OPEN_STEPS.of(ladder_id=found.task.ladder_id), found.subjects, standing_counts=False)
    return facts, _steps(rows, found.task)


def open_steps(task: FollowupTask) -> list[OpenStep]:
    """Read the other open steps of a task's ladder, in their order."""
    return _steps(_OPEN_STEPS.rows(ladder_id=task.ladder_id), task)


def _steps(rows: Rows, task: FollowupTask) -> list[OpenStep]:
    steps = (OpenStep(*row) for row in rows if row[0] != task.pk)
    return sorted(steps, key=lambda step: step.step)
