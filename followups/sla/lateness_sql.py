"""`followups.sla.lateness` as SQL expressions over the task's current row. A test checks that both agree."""

from datetime import datetime, timedelta

from django.db.models import Case, DateTimeField, DurationField, Expression, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Coalesce, Greatest, Least

_INSTANT = Value(datetime.resolution, output_field=DurationField())  # the interval's last instant belongs to it
NONE = Value(timedelta(), output_field=DurationField())


def late_at(now: datetime | Expression) -> CombinedExpression:
    """The permitted time by which an open task is late at `now`."""
    at = now if isinstance(now, Expression) else Value(now, output_field=DateTimeField())
    begins = Greatest("actionable_at", "open_from", Coalesce("late_until", "actionable_at"))
    ends = Least(at, F("open_until") + _INSTANT, output_field=DateTimeField())
    passed = ExpressionWrapper(ends - begins, output_field=DurationField())
    is_known = Q(actionable_at__isnull=False, open_from__isnull=False)
    since = Case(When(is_known, then=Greatest(passed, NONE)), default=NONE)
    return Coalesce("late_for", NONE) + since


def has_passed(limit: str, at: datetime | Combinable) -> Q:
    """The condition for tasks that had passed a limit at an instant. `limit` is `warns_at` or `breaches_at`.

    If the limit lies after the stored interval, it is only a forecast. It counts once a worker has renewed the interval.
    """
    is_counted = Q(open_until__isnull=True) | Q(**{f"{limit}__lte": F("open_until")})
    return Q(**{f"{limit}__lt": at}) & is_counted
