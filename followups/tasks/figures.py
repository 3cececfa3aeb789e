"""What Today shows of the tasks: those that are due by province, and who is at work."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q

from followups.sla.lateness import has_passed
from followups.tasks.models import UNRECORDED, FollowupTask


class DueTasks(NamedTuple):
    """How many tasks are due: in all, permitted now, breached, and at risk of a breach."""

    due: int = 0
    permitted: int = 0
    breached: int = 0
    at_risk: int = 0

    def plus(self, other: "DueTasks") -> "DueTasks":
        """Return the sums of both."""
        return DueTasks(*map(sum, zip(self, other, strict=True)))


def due_by_province(now: datetime) -> dict[str, DueTasks]:
    """Count the due tasks of each province that has some (one query, from the index `followuptask_due` alone)."""
    rows = FollowupTask.objects.due(now).order_by().values("province")
    counts = rows.annotate(
        due=Count("id"),
        permitted=Count("id", filter=Q(open_from__lte=now, open_until__gte=now)),
        breached=Count("id", filter=Q(breached_due_at=F("due_at"))),
        # A task is at risk only after it fell due, so these are all of `breaches.at_risk`.
        at_risk=Count("id", filter=UNRECORDED & has_passed("warns_at", now)),
    )
    return {row.pop("province"): DueTasks(**row) for row in counts}


class AgentAtWork(NamedTuple):
    """What somebody does: live claims, until when the last of them runs, tasks done since some instant, and the last one."""

    name: str
    claims: int = 0
    until: datetime | None = None
    done: int = 0
    last_at: datetime | None = None


def agents_at_work(since: datetime, now: datetime) -> list[AgentAtWork]:
    """Return who has a live claim, or completed a task since an instant: first who acted last (two queries)."""
    claimed = FollowupTask.objects.claimed(now).order_by().values("leased_by")
    claims = {row.pop("leased_by"): row for row in claimed.annotate(claims=Count("id"), until=Max("leased_until"))}
    completed = FollowupTask.objects.filter(completed_at__gte=since, completed_at__lte=now, completed_by__isnull=False)
    acted: Any = completed.order_by().values("completed_by").annotate(done=Count("id"), last_at=Max("completed_at"))
    acts = {row.pop("completed_by"): row for row in acted}
    agents = [AgentAtWork(name, **claims.get(name, {}), **acts.get(name, {})) for name in claims.keys() | acts.keys()]
    return sorted(agents, key=lambda agent: (-(agent.last_at or since).timestamp(), agent.name))
