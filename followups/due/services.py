"""Verbs of the due list."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from followups.models import FollowupTask
from governance import gate
from governance.decisions import ExecutionClass, verb

DUE_LIMIT = 50


class DueTask(NamedTuple):
    """A task as the due list shows it."""

    id: int
    lead_id: str | None
    due_at: datetime
    channel: str
    step: int
    owner: str | None
    province: str
    market: str


# The part of due() that is the same each time, built once.
_OPEN_BY_DUE = FollowupTask.objects.open().order_by("due_at", "id").values_list(*DueTask._fields)


@verb(ExecutionClass.EXECUTE)
def due_tasks(limit: int = DUE_LIMIT, *, now: datetime | None = None, **filters: str) -> list[DueTask]:
    """The tasks that are due, the oldest first: what a dialer pulls.

    `filters` are `owner`, `province`, `market` and `channel`.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    gate.require(ExecutionClass.EXECUTE)
    tasks = _OPEN_BY_DUE.filter(due_at__lte=now or timezone.now(), **filters)[:limit]
    return [DueTask(*row) for row in tasks]
