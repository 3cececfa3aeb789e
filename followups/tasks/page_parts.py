"""How ladders and tasks are shown: whose they are, where they stand, what time it is there."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.decorators import display

from followups.tasks.models import FollowupTask

OVERDUE_AFTER = timedelta(hours=2)  # past due by so much, a task misses the SLA
TASK_STATES = {"Completed": "success", "Overdue": "danger", "Due": "warning", "Waiting": "info", "Cancelled": ""}


def task_state(task: FollowupTask) -> str:
    """One of `TASK_STATES`; a task that was completed after it was cancelled is completed."""
    if task.completed_at:
        return "Completed"
    if task.cancelled_at:
        return "Cancelled"
    late = timezone.now() - task.due_at
    if late < timedelta(0):
        return "Waiting"
    return "Overdue" if late >= OVERDUE_AFTER else "Due"


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """A moment as a clock on the wall there shows it, with its day; in UTC, and said so, where no zone is known."""
    there = moment.astimezone(zone) if zone else moment
    return f"{date_format(there, 'D j M, H:i')}{'' if zone else ' UTC'}"


def task_url(task_id: int) -> str:
    """The page of a task."""
    return reverse("admin:followups_followuptask_change", args=[task_id])


def ladder_url(ladder_id: int) -> str:
    """The page of a ladder."""
    return reverse("admin:followups_followupladder_change", args=[ladder_id])


class WithLead:
    """Rows that name a lead, whether or not there is one."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lead")  # type: ignore[misc]

    @display(description="Lead", ordering="lead_id", empty_value="no lead")
    def who(self, row: Any) -> str | None:
        """The lead's name where there is such a lead, else its id alone."""
        name = str(row.lead or "")
        return f"{name} ({row.lead_id})" if name and name != row.lead_id else row.lead_id


class WithTask:
    """Rows that belong to a task."""

    @display(description="Task")
    def task_link(self, row: Any) -> str:
        """To the task."""
        return format_html('<a href="{}" class="text-link">Task {}</a>', task_url(row.task_id), row.task_id)
