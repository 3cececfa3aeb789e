"""The guide's verbs of follow-up under the guide's names (CONTRACT section 1), and its measure of the SLA."""

from typing import Any

from followups.completions import complete_task
from followups.due.services import due_tasks
from followups.models import FollowupTask
from followups.starting import create_ladder, start_ladder
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
    """Over the last `window` completed tasks: `count`, and the fractions `within_30m` and `within_2h` (None at count 0).

    They are the guide's: by the clock on the wall, from `due_at`. `within_30m_permitted` and `within_2h_permitted` count
    permitted minutes only.
    """
    return FollowupTask.objects.all().lateness(window)
