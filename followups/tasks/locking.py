"""Locking one task: its ladder, then the task, in one statement, which also reads the lead."""

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import FACTS, read_facts
from followups.tasks.models import FollowupTask
from governance.people import PersonFacts
from wholesale.plumbing.compiled import Rows, Select, Statement

_TASK = tuple(field.attname for field in FollowupTask._meta.concrete_fields)
_LADDER = ("id", "open_steps", "closed_at")
_LOCK = Select(
    lambda task_id: (
        FollowupTask.objects.filter(pk=task_id)
        .order_by()
        .values_list(*_TASK, *(f"ladder__{name}" for name in _LADDER), *(f"lead__{name}" for name in FACTS))
    )
)


def locking_task(task_id: int) -> Statement:
    """Return the statement that locks the ladder of a task, then the task, for `locked_task`."""
    return _LOCK.locking(FollowupLadder, FollowupTask, task_id=task_id)


def locked_task(rows: Rows) -> tuple[FollowupTask, PersonFacts | None] | None:
    """Return the task that was locked, and its lead if the lead is known. The ladder and the task are as they are under the
    lock. None if there is no task."""
    if not rows:
        return None
    (row,) = rows
    of_ladder, of_lead = len(_TASK), len(_TASK) + len(_LADDER)
    task: FollowupTask = FollowupTask.from_db(connection.alias, _TASK, row[:of_ladder])
    task.ladder = FollowupLadder.from_db(connection.alias, _LADDER, row[of_ladder:of_lead])
    return task, read_facts(row[of_lead:])
