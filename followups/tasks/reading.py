"""The SQL statement that counts contacts by the hour."""

from collections import Counter
from typing import NamedTuple

from django.db import connection
from django.db.models import DateTimeField

from followups.tasks.models import COMPLETED, FollowupTask
from wholesale.plumbing.days import Compared


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
    tasks = FollowupTask.objects.counted().filter(span.in_either("completed_at"), COMPLETED).order_by()
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
