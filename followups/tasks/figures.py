"""What Today shows of the tasks: those that are due by province, the contacts by hour, and who is at work."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, DateTimeField, F, Max, Q

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
    the zone of the span.

    The SQL is hand-written, for querysets cannot group what is grouped already: to find the hour of each task by the rules
    of a zone takes four times as long as to count quarters of hours and find theirs. A queryset gives the tasks.
    """
    tasks = FollowupTask.objects.counted().filter(span.in_either("completed_at"), completed_at__isnull=False).order_by()
    task_sql, task_parameters = tasks.values("completed_at", "outcome").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_HOUR[connection.vendor]} AS hour, outcome, sum(CASE WHEN quarter >= %s THEN n ELSE 0 END), sum(n) "
            f"FROM (SELECT {_QUARTER[connection.vendor]} AS quarter, outcome, count(*) AS n FROM ({task_sql}) AS task "
            "GROUP BY 1, 2) AS counted GROUP BY 1, 2",
            [str(span.zone), DateTimeField().get_db_prep_value(span.since, connection), *task_parameters],
        )
        rows = [(int(hour), outcome, int(current), int(every)) for hour, outcome, current, every in cursor.fetchall()]
    by_hour = Counter({(hour, outcome): current for hour, outcome, current, _every in rows if current})
    return Contacts(by_hour.total(), sum(every for *_of, every in rows) - by_hour.total(), by_hour)


# The quarter of an hour in which a task was completed, and the hour of a quarter in a zone. Every zone has its midnights,
# and the changes of its clock, at a full quarter.
_QUARTER = {
    "postgresql": "date_bin('15 minutes', completed_at, '2000-01-01T00:00:00Z')",
    "sqlite": "substr(completed_at, 1, 14) || printf('%%02d', substr(completed_at, 15, 2) / 15 * 15) || ':00'",
}
_HOUR = {
    "postgresql": "extract(hour FROM quarter AT TIME ZONE %s)",
    "sqlite": "django_datetime_extract('hour', quarter, %s, 'UTC')",
}


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
