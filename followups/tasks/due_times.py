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
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

MOVED = ("due_at", "actionable_at", "open_from", "open_until", "warns_at", "breaches_at", "late_for", "late_until")


def put_off(
    tasks: Sequence[tuple[FollowupTask, datetime]],
    kind: TaskEvent.Kind,
    act: Act,
    facts: gate.GateFacts | None = None,
    **others: Any,
) -> None:
    """Move each open task to the due time beside it, with the permitted minutes of that time. Its lateness begins anew.

    The caller has locked the tasks and read them with their leads. It takes one read and one write, or no read if the
    caller has read the `facts` about the leads. `kind` is the kind of
    the history lines. `others` are values of further columns, the same for all tasks.
    """
    if not tasks:
        return
    contacts = [(contact_for(task), due_at) for task, due_at in tasks]
    facts = facts or gate.read_facts(gate.subjects_of(contact for contact, _ in contacts), standing_counts=False)
    rules = rulebook(facts.mark)
    watched = [rules.of(task.province, task.market, task.channel) for task, _ in tasks]
    minutes = gate.permitted_minutes(contacts, now=act.now, spans=[spans(rule) for rule in watched], facts=facts)
    details = {}
    for (task, due_at), allowed, rule in zip(tasks, minutes, watched, strict=True):
        details[task.pk] = {"from": iso_utc(task.due_at), "to": iso_utc(due_at)}
        ends = limits(task, rule, NONE, allowed.passed, act.now)
        values = due_at, allowed.actionable_at, allowed.open_from, allowed.open_until, *ends, None, None
        for name, value in {**dict(zip(MOVED, values, strict=True)), **others}.items():
            setattr(task, name, value)
    columns = (*MOVED, *others)
    with writes.gathered():
        writes.update(FollowupTask, columns, [(task.pk, *(getattr(task, name) for name in columns)) for task, _ in tasks])
        history.write(kind, list(details), act, details=details)
