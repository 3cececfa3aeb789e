"""What Today shows of the tasks: those that are due by province, the contacts by hour, and who is at work."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q
from django.db.models.functions import ExtractHour

from followups.sla.lateness import has_passed
from followups.tasks.models import UNRECORDED, FollowupTask
from wholesale.plumbing.days import Compared


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


class Contacts(NamedTuple):
    """The tasks that were completed in a span, in the span before, and in the span by hour (0..23) and outcome."""

    current: int
    previous: int
    by_hour: Counter[tuple[int, str]]


def contacts_of(span: Compared) -> Contacts:
    """Count the tasks that were completed (one query, from the index `followuptask_completed` alone). The hours are those of
    the zone of the span."""
    tasks = FollowupTask.objects.counted().filter(span.in_either("completed_at"), completed_at__isnull=False).order_by()
    rows = (
        tasks.annotate(hour=ExtractHour("completed_at", tzinfo=span.zone))
        .values("hour", "outcome")
        .annotate(current=Count("id", filter=Q(completed_at__gte=span.since)), every=Count("id"))
    )
    by_hour = Counter({(row["hour"], row["outcome"]): row["current"] for row in rows if row["current"]})
    return Contacts(by_hour.total(), sum(row["every"] for row in rows) - by_hour.total(), by_hour)


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
