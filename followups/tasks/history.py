"""The history of tasks: each transition of a task is one line, written in the same transaction."""

from collections.abc import Collection, Mapping
from typing import Any

from followups.tasks.models import TaskEvent, TaskEventWords
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.wordings import is_own

_LINE = ("task_id", "kind", "reason", "detail", "actor", "user_id", "correlation_id", "created_at")


def write(
    kind: TaskEvent.Kind,
    task_ids: Collection[int],
    act: Act,
    *,
    details: Mapping[int, dict[str, Any]] | None = None,
) -> None:
    """Write a line of history for each task. `details`, by task id, are JSON (such as `from` and `to`), never free text.

    If a person wrote the act's reason, the reason is stored in a row of its own, so that it can be erased.
    """
    detail, user_id = details or {}, act.user.pk if act.user else None
    reason = act.reason if is_own(act.reason) else ""
    lines = [
        (task_id, kind, reason, detail.get(task_id, {}), act.actor, user_id, act.correlation_id, act.now)
        for task_id in task_ids
    ]
    if reason == act.reason:
        writes.insert(TaskEvent, _LINE, lines)
        return
    ids = writes.ids(TaskEvent, len(lines))
    with writes.gathered():
        writes.insert(TaskEvent, ("id", *_LINE), [(pk, *line) for pk, line in zip(ids, lines, strict=True)])
        writes.insert(TaskEventWords, ("event_id", "reason"), [(pk, act.reason) for pk in ids])
