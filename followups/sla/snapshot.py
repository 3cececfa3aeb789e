"""The SLA as the customer's guide measures it: the lateness of the last completed tasks, by the wall clock."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, Value

from followups.tasks.models import FollowupTask
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.compiled import Select

SLA_WINDOW = 500
LIMITS = {"30m": timedelta(minutes=30), "2h": timedelta(hours=2)}


def done_within(allowed: timedelta) -> Q:
    """The condition for tasks that were completed within this time after they fell due, by the wall clock."""
    return Q(completed_at__lte=F("due_at") + Value(allowed))


# Name of a fraction of the SLA -> which completed tasks count as within. For tasks that were completed before permitted
# minutes were counted, all minutes count.
WITHIN = {f"within_{limit}": done_within(allowed) for limit, allowed in LIMITS.items()} | {
    f"within_{limit}_permitted": Q(late_for__lte=allowed) | (Q(late_for__isnull=True) & done_within(allowed))
    for limit, allowed in LIMITS.items()
}


# The constant makes one row of all tasks, even if there are none.
_FIGURES = {"count": Count("id"), **{name: Count("id", filter=within) for name, within in WITHIN.items()}}
_LATEST = Select(lambda: FollowupTask.objects.counted().completed().values_list("id", "due_at", "completed_at", "late_for"))
_SNAPSHOT = Select(lambda: FollowupTask.objects.order_by().values(all=Value(1)).annotate(**_FIGURES).values_list(*_FIGURES))


@verb(ExecutionClass.READ)
def sla_snapshot(window: int = SLA_WINDOW) -> dict[str, Any]:
    """Measure the last `window` completed tasks, without those of walkthroughs: `count`, and the fractions `within_30m` and
    `within_2h` (None if `count` is 0).

    As the customer's guide wants, all minutes since `due_at` count. `within_30m_permitted` and `within_2h_permitted` count
    permitted minutes only. A task that was done early counts as within.
    """
    [(count, *within)] = _SNAPSHOT.rows_from(f"({_LATEST.text} LIMIT %(window)s)", window=window)
    return {"count": count, **{name: number / count if count else None for name, number in zip(WITHIN, within, strict=True)}}
