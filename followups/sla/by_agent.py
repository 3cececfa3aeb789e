"""How late the tasks were that each agent completed."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from followups.sla.reading import latenesses
from followups.sla.report import figures_of, measured


class SlaByAgent(NamedTuple):
    """The `FIGURES` of the SLA report: of all tasks that users completed in a span, and by the id of the user."""

    every: dict[str, Any]
    users: dict[int, dict[str, Any]]


def sla_by_agent(since: datetime, until: datetime, now: datetime) -> SlaByAgent:
    """Measure the tasks that users completed from `since` until before `until` (one query).

    It counts as the SLA report does, but not by the day on which a task fell due: the agent of a day is judged by what it
    did on that day.
    """
    span = Q(completed_at__gte=since, completed_at__lt=until, completed_user__isnull=False)
    found = latenesses(measured(span, now, "completed_user_id"), ["completed_user_id"])
    by_user: dict[int, list[Any]] = {}
    for some in found:
        by_user.setdefault(some.group[0], []).append(some)
    return SlaByAgent(figures_of(found), {user: figures_of(some) for user, some in by_user.items()})
