"""The history of tasks: each transition is one line, written in the transaction of its fact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from followups.models import TaskEvent, TaskEventWords
from wholesale.plumbing import correlation, many
from wholesale.plumbing.wordings import is_own

_LINE = ("task_id", "kind", "reason", "detail", "actor", "user_id", "correlation_id", "created_at")


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and when: what each line that it writes is signed with."""

    actor: str
    user: User | None
    correlation_id: str
    now: datetime

    @classmethod
    def of(cls, actor: str, user: User | None, correlation_id: str | None, now: datetime) -> "Act":
        """An act under the given correlation id, else under that of the request."""
        return cls(actor, user, correlation_id or correlation.current(), now)


def write(
    kind: TaskEvent.Kind,
    task_ids: Collection[int],
    act: Act,
    *,
    reason: str = "",
    details: Mapping[int, dict[str, Any]] | None = None,
) -> None:
    """One line for each task, in one statement; `details` by task: names, from and to as plain JSON, never free text.

    A reason that somebody wrote is kept beside the lines.
    """
    detail, user_id = details or {}, act.user.pk if act.user else None
    if not is_own(reason):
        _write_in_words(kind, task_ids, act, reason, detail)
        return
    many.insert(
        TaskEvent,
        _LINE,
        [
            (task_id, kind, reason, detail.get(task_id, {}), act.actor, user_id, act.correlation_id, act.now)
            for task_id in task_ids
        ],
    )


def _write_in_words(
    kind: TaskEvent.Kind, task_ids: Collection[int], act: Act, reason: str, details: Mapping[int, dict[str, Any]]
) -> None:
    signature = {"actor": act.actor, "user": act.user, "correlation_id": act.correlation_id, "created_at": act.now}
    events = TaskEvent.objects.bulk_create(
        TaskEvent(task_id=task_id, kind=kind, detail=details.get(task_id, {}), **signature) for task_id in task_ids
    )
    TaskEventWords.objects.bulk_create(TaskEventWords(event=event, reason=reason) for event in events)
