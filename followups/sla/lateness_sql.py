"""`followups.sla.lateness` as SQL, of the row as it is when the statement meets it. A test holds them to each other."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Greatest, Least

_INSTANT = Value(datetime.resolution, output_field=DurationField())  # the interval's last instant belongs to it
NONE = Value(timedelta(), output_field=DurationField())


def late_at(now: datetime) -> CombinedExpression:
    """The permitted time by which an open task is late."""
    begins = Greatest("actionable_at", "open_from", Coalesce("late_until", "actionable_at"))
    ends = Least(Value(now, output_field=DateTimeField()), F("open_until") + _INSTANT, output_field=DateTimeField())
    passed = ExpressionWrapper(ends - begins, output_field=DurationField())
    is_known = Q(actionable_at__isnull=False, open_from__isnull=False)
    since = Case(When(is_known, then=Greatest(passed, NONE)), default=NONE)
    return Coalesce("late_for", NONE) + since


def has_passed(limit: str, at: datetime | F) -> Q:
    """The condition of tasks that were later at an instant than `warns_at` or `breaches_at` says.

    A limit after the stored interval is foretold. It comes true once a worker has rolled the task: until then it is listed
    for nobody.
    """
    is_counted = Q(open_until__isnull=True) | Q(**{f"{limit}__lte": F("open_until")})
    return Q(**{f"{limit}__lt": at}) & is_counted


_BEGINS = "{greatest}(actionable_at, open_from, COALESCE(late_until, actionable_at))"
_ON_POSTGRESQL = f"""
    COALESCE(late_for, interval '0') + CASE WHEN actionable_at IS NOT NULL AND open_from IS NOT NULL
    THEN GREATEST(LEAST(%s, open_until + interval '1 microsecond') - {_BEGINS.format(greatest="GREATEST")}, interval '0')
    ELSE interval '0' END
"""
_ON_SQLITE = f"""
    COALESCE(late_for, 0) + CASE WHEN actionable_at IS NOT NULL AND open_from IS NOT NULL
    THEN MAX(MIN(django_timestamp_diff(%s, {_BEGINS.format(greatest="MAX")}),
        django_timestamp_diff(open_until, {_BEGINS.format(greatest="MAX")}) + 1), 0)
    ELSE 0 END
"""


def late_sql() -> str:
    """The same for SQL of our own; its one parameter is the clock."""
    return _ON_POSTGRESQL if connection.vendor == "postgresql" else _ON_SQLITE
