"""The guide's verbs of follow-up under the guide's names (CONTRACT section 1), and its measure of the SLA."""

from typing import Any

from django.db.models import Avg, Case, Count, Value, When

from followups.ladders.starts import create_ladder, start_ladder
from followups.models import WITHIN, FollowupTask
from followups.tasks.completions.services import complete_task
from followups.tasks.due.services import due_tasks
from governance.decisions import ExecutionClass, verb

__all__ = [
    "complete_task",
    "create_ladder",
    "due_tasks",
    "sla_snapshot",
    "start_ladder",
]

SLA_WINDOW = 500


@verb(ExecutionClass.READ)
def sla_snapshot(window: int = SLA_WINDOW) -> dict[str, Any]:
    """Over the last `window` completed tasks, without walkthroughs': `count`, and the fractions `within_30m` and
    `within_2h` (None at count 0).

    They are the guide's: by the clock on the wall, from `due_at`. `within_30m_permitted` and `within_2h_permitted` count
    permitted minutes only. Early counts as within.
    """
    latest = FollowupTask.objects.counted().completed()[:window]
    fractions = {name: Avg(Case(When(within, then=Value(1.0)), default=Value(0.0))) for name, within in WITHIN.items()}
    return latest.aggregate(count=Count("id"), **fractions)
