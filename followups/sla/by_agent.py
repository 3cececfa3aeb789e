"""How late the tasks were that each agent completed."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from followups.sla.reading import latenesses
from followups.sla.report import figures_of, measured


class SlaByAgent(NamedTuple):
    """The `FIGURES` of the SLA report: of all tasks that agents completed in a span, and by the name of the agent."""

    every: dict[str, Any]
    agents: dict[str, dict[str, Any]]


def sla_by_agent(since: datetime, until: datetime, now: datetime) -> SlaByAgent:
    """Measure the tasks that agents completed from `since` until before `until` (one query).

    It counts as the SLA report does, but not by the day on which a task fell due: the agent of a day is judged by what it
    did on that day.
    """
    span = Q(completed_at__gte=since, completed_at__lt=until, completed_by__isnull=False)
    found = latenesses(measured(span, now, "completed_by"), ["completed_by"])
    by_agent: dict[str, list[Any]] = {}
    for some in found:
        by_agent.setdefault(some.group[0], []).append(some)
    return SlaByAgent(figures_of(found), {name: figures_of(some) for name, some in by_agent.items()})
