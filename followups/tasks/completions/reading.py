"""What a completion reads, compiled once, because completing is the verb that runs most often."""

from datetime import datetime, timedelta
from typing import NamedTuple

from followups.leads.facts import contact_at
from followups.tasks.locking import locked_task
from followups.tasks.models import FollowupTask
from governance import gate
from wholesale.plumbing.compiled import Rows, Select


class LockedTask(NamedTuple):
    """A task that is locked, with its ladder, and the contact about which the gate is asked."""

    task: FollowupTask
    contact: gate.Contact

    @property
    def reached(self) -> list[gate.Point]:
        """The points that the contact reaches: the number or address, and the lead as such."""
        lead = self.contact.person
        points = gate.point_of(self.task.channel, phone=lead.phone, email=lead.email), gate.lead_point(self.task.lead_id)
        return [point for point in points if point]

    @property
    def subjects(self) -> set[gate.Point]:
        """The points about which the gate has to know what is on file, for this contact and the next ones."""
        lead = self.contact.person
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


_OPEN_STEPS = Select(
    lambda ladder_id: FollowupTask.objects.open().filter(ladder=ladder_id).order_by().values_list(*OpenStep._fields)
)


def locked(rows: Rows) -> LockedTask | None:
    """Return the task that `locking_task` has locked, or None if there is no task."""
    found = locked_task(rows)
    if found is None:
        return None
    task, lead = found
    return LockedTask(task, contact_at(task, lead))


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
