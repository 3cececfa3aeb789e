"""The statements by which a task is completed, in SQL of their own.

Nothing is done more often than completing, and to build the same query sets each time costs more than to carry them out.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from followups.leads.facts import FACTS, contact_of, read_facts
from followups.leads.models import Lead
from followups.models import FollowupLadder, FollowupTask
from followups.sla.counting import late_sql
from governance import gate
from wholesale.lookups import time_or_none

# What completing needs of the rows, its answer, its KPI row and its evidence included; in the order of the models' fields.
_TASK = ("id", "ladder_id", "step", "channel", "lead_id", "province", "market", "owner", "completed_at")
_LADDER = ("id", "open_steps", "closed_at")
_AS_TEXT = frozenset({"t.completed_at", "d.closed_at", "l.score"})
_COLUMNS = ", ".join(
    f"CAST({name} AS text)" if name in _AS_TEXT else name
    for name in (*(f"t.{name}" for name in _TASK), *(f"d.{name}" for name in _LADDER), *(f"l.{name}" for name in FACTS))
)
_READ = f"""
SELECT {_COLUMNS}
FROM {FollowupTask._meta.db_table} AS t
JOIN {FollowupLadder._meta.db_table} AS d ON d.id = t.ladder_id
LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id
WHERE t.id = %s
"""
# As `TaskQuerySet.open` and `leases.free_for` say it; a test holds them to each other.
_COMPLETE = """
UPDATE {table}
SET completed_at = %s, late_for = {late}, completed_by = %s, completed_user_id = %s, outcome = %s, note = %s
WHERE id = %s AND completed_at IS NULL AND cancelled_at IS NULL
    AND (leased_until IS NULL OR leased_until <= %s OR leased_user_id = %s OR leased_by = %s)
"""


class Found(NamedTuple):
    """A task with its ladder, whose row is locked, and the contact that the step is."""

    task: FollowupTask
    contact: gate.Contact


def locked(task_id: int) -> Found | None:
    """The task, with the ladder's row locked. The task's own row was read before the wait for that lock."""
    lock = "FOR UPDATE OF d" if connection.features.has_select_for_update_of else ""
    with connection.cursor() as cursor:
        cursor.execute(_READ + lock, [task_id])
        row = cursor.fetchone()
    return _found(row) if row else None


def _found(row: tuple[Any, ...]) -> Found:
    *of_task, completed_at = row[: len(_TASK)]
    ladder_id, open_steps, closed_at, *facts = row[len(_TASK) :]
    task = FollowupTask.from_db(connection.alias, _TASK, [*of_task, time_or_none(completed_at)])
    task.ladder = FollowupLadder.from_db(connection.alias, _LADDER, [ladder_id, open_steps, time_or_none(closed_at)])
    lead = read_facts(facts)
    return Found(
        task,
        contact_of(lead, lead_id=task.lead_id, province=task.province, market=task.market, channel=task.channel),
    )


def complete_open(task_id: int, *, actor: str, user: User | None, outcome: str, note: str, now: datetime) -> bool:
    """Complete the task if it is open and under nobody else's live claim. Whether it was."""
    at = connection.ops.adapt_datetimefield_value(now)
    user_id, holder = (user.pk, user.get_username()) if user else (None, actor)
    with connection.cursor() as cursor:
        statement = _COMPLETE.format(table=FollowupTask._meta.db_table, late=late_sql())
        cursor.execute(statement, [at, at, actor, user_id, outcome, note, task_id, at, user_id, holder])
        return bool(cursor.rowcount)
