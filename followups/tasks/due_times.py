"""Moving open tasks to another due time, with their new permitted minutes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from followups.sla.lateness import NONE, limits, spans
from followups.sla.rulebook import rulebook
from followups.tasks import history
from followups.tasks.contacts import contact_for
from followups.tasks.models import FollowupTask, TaskEvent
from governance import gate
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

MOVED = ("due_at", "actionable_at", "open_from", "open_until", "warns_at", "breaches_at", "late_for", "late_until")


def put_off(tasks: Sequence[tuple[FollowupTask, datetime]], kind: TaskEvent.Kind, act: Act, **others: Any) -> None:
    """Move each open task to the due time beside it, with the permitted minutes of that time. Its lateness begins anew.

    The caller has locked the tasks and read them with their leads. The gate is asked once. `kind` is the kind of the history
    lines. `others` are values of further columns, the same for all tasks.
    """
    if not tasks:
        return
    rules = rulebook(mark.current())
    watched = [rules.of(task.province, task.market, task.channel) for task, _ in tasks]
    contacts = [(contact_for(task), due_at) for task, due_at in tasks]
    minutes = gate.permitted_minutes(contacts, now=act.now, spans=[spans(rule) for rule in watched])
    details = {}
    for (task, due_at), allowed, rule in zip(tasks, minutes, watched, strict=True):
        details[task.pk] = {"from": iso_utc(task.due_at), "to": iso_utc(due_at)}
        task.due_at, task.actionable_at = due_at, allowed.actionable_at
        task.open_from, task.open_until = allowed.open_from, allowed.open_until
        task.late_for, task.late_until = None, None
        task.warns_at, task.breaches_at = limits(task, rule, NONE, allowed.passed, act.now)
        for name, value in others.items():
            setattr(task, name, value)
    FollowupTask.objects.bulk_update([task for task, _ in tasks], (*MOVED, *others))
    history.write(kind, list(details), act, details=details)
