"""Parts of the pages about ladders and tasks: the lead, the state, the local time, and links."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.tasks.models import FollowupTask
from wholesale.plumbing.admin_parts import link
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.spoken import known_words

OVERDUE_AFTER = timedelta(hours=2)  # a task that is so long past due misses the SLA
TASK_STATES = {
    _("Completed"): "success",
    _("Overdue"): "danger",
    _("Due"): "warning",
    _("Waiting"): "info",
    _("Cancelled"): "",
}


def task_state(task: FollowupTask) -> str:
    """Return the task's state, one of `TASK_STATES`. A task that was cancelled and then completed is completed."""
    if task.completed_at:
        return gettext("Completed")
    if task.cancelled_at:
        return gettext("Cancelled")
    late = timezone.now() - task.due_at
    if late < timedelta(0):
        return gettext("Waiting")
    return gettext("Overdue") if late >= OVERDUE_AFTER else gettext("Due")


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """Return the day and time of a moment in a zone, or else on the user's clock."""
    return shown_time(moment, zone)


def reason_words(text: str) -> str:
    """Return the reason of a change of a task: what a person wrote, or in words what the product noted by codes."""
    what, found, code = text.partition(" ")
    if what == "lapsed" and found:
        return gettext("Lapsed: %(reason)s") % {"reason": known_words(code, "reason")}
    if what == "outcome" and found:
        return gettext("After the outcome: %(outcome)s") % {"outcome": known_words(code, "outcome")}
    return {"opted_out": gettext("Wants no more contact"), "restarted": gettext("The ladder was started anew")}.get(
        text, text
    )


def task_url(task_id: int) -> str:
    """Return the address of a task's page."""
    return reverse("admin:followups_followuptask_change", args=[task_id])


def ladder_url(ladder_id: int) -> str:
    """Return the address of a ladder's page."""
    return reverse("admin:followups_followupladder_change", args=[ladder_id])


class WithLead:
    """A mixin for admins of rows with a lead id. The lead may be unknown."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lead")  # type: ignore[misc]

    @display(description=_("Lead"), ordering="lead_id", empty_value=_("no lead"))
    def who(self, row: Any) -> str | None:
        """The lead's name and id, or only the id if the lead is unknown or has no name. None if the row has no lead."""
        name = str(row.lead or "")
        return f"{name} ({row.lead_id})" if name and name != row.lead_id else row.lead_id


class WithTask:
    """A mixin for admins of rows that belong to a task."""

    task_link = link(_("Task"), lambda row: task_url(row.task_id), lambda row: _task_name(row.task_id))


def _task_name(task_id: int) -> str:
    """Return the name of a task, which no table breaks into two lines."""
    return format_html('<span class="whitespace-nowrap">{}</span>', gettext("Task %(task_id)s") % {"task_id": task_id})
