"""The functions of follow-up that the customer's guide names, importable under its names (CONTRACT section 1)."""

from followups.ladders.starts import create_ladder, start_ladder
from followups.sla.snapshot import sla_snapshot
from followups.tasks.completions.services import complete_task
from followups.tasks.due.services import due_tasks
