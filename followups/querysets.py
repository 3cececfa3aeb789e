"""Reads of ladders and tasks. Time is an argument, never read here."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, F, QuerySet, Value, When
from django.db.models.fields import FloatField


class LadderQuerySet(QuerySet[Any]):
    """Ladders."""

    def open(self) -> "LadderQuerySet":
        """Those with a step to do."""
        return self.filter(closed_at__isnull=True)


class TaskQuerySet(QuerySet[Any]):
    """Tasks."""

    def open(self) -> "TaskQuerySet":
        """Neither completed nor cancelled."""
        return self.filter(completed_at__isnull=True, cancelled_at__isnull=True)

    def due(self, now: datetime) -> "TaskQuerySet":
        """Open and due, the oldest first."""
        return self.open().filter(due_at__lte=now).order_by("due_at", "id")

    def completed(self) -> "TaskQuerySet":
        """Completed, the latest first."""
        return self.filter(completed_at__isnull=False).order_by("-completed_at", "-id")

    def lateness(self, window: int) -> dict[str, Any]:
        """Over the last `window` completed tasks: how many, and the fractions done within 30 minutes and 2 hours of due.

        Early counts as within; the fractions are None when there is none.
        """
        return self.completed()[:window].aggregate(
            count=Count("id"),
            within_30m=Avg(_within(timedelta(minutes=30))),
            within_2h=Avg(_within(timedelta(hours=2))),
        )


def _within(limit: timedelta) -> Case:
    return Case(
        When(completed_at__lte=F("due_at") + Value(limit), then=Value(1.0)), default=Value(0.0), output_field=FloatField()
    )
