"""The admin of follow-up: ladders and tasks to read; leads are in `leads/`."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from followups.leads.admin import LeadAdmin
from followups.leads.imports_admin import LeadImportAdmin
from followups.models import FollowupLadder, FollowupTask
from wholesale.admin_base import GrowingAdmin, ReadOnlyInline, SinceFilter, place_text

__all__ = ["FollowupLadderAdmin", "FollowupTaskAdmin", "LeadAdmin", "LeadImportAdmin"]

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


class TaskInline(ReadOnlyInline):
    """The ladder's steps."""

    model = FollowupTask
    ordering = ("step",)
    fields = ("step", "channel", "due_at", "state", "completed_at", "completed_by", "cancel_reason")
    readonly_fields = ("state",)

    @display(description="State")
    def state(self, task: FollowupTask) -> str:
        """Where the step stands."""
        return task_state(task)


class LadderStateFilter(admin.SimpleListFilter):
    """Open or closed ladders."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        closed = {"open": False, "closed": True}.get(self.value() or "")
        return queryset if closed is None else queryset.filter(closed_at__isnull=not closed)


@admin.register(FollowupLadder)
class FollowupLadderAdmin(GrowingAdmin):
    """Ladders, the newest first."""

    list_display = ("id", "lead", "state", "open_steps", "place", "owner", "created_at", "created_by")
    list_display_links = ("id", "lead")
    list_filter = (LadderStateFilter, SinceFilter, "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Lead id, owner, market or correlation id, in full"
    inlines = (TaskInline,)
    fieldsets = (
        ("Ladder", {"fields": (("lead_id", "owner"), ("province", "market"), ("open_steps", "closed_at"))}),
        ("Who and when", {"fields": (("created_by", "user"), ("created_at", "correlation_id"))}),
    )

    @display(description="Lead", ordering="lead_id", empty_value="no lead")
    def lead(self, ladder: FollowupLadder) -> str | None:
        """The lead's id."""
        return ladder.lead_id

    @display(description="State", label={"Open": "info", "Closed": ""})
    def state(self, ladder: FollowupLadder) -> str:
        """Whether a step is open."""
        return "Closed" if ladder.closed_at else "Open"

    @display(description="Place", ordering="province")
    def place(self, ladder: FollowupLadder) -> str:
        """Where the lead is."""
        return place_text(ladder)


class TaskStateFilter(admin.SimpleListFilter):
    """Where tasks stand; each choice but "all" is served by a partial index."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("due", "Due now"),
            ("overdue", "Overdue by more than 2 hours"),
            ("open", "Open"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        tasks = FollowupTask.objects.all()
        chosen = {
            "due": tasks.due(now),
            "overdue": tasks.due(now - OVERDUE_AFTER),
            "open": tasks.open(),
            "completed": tasks.completed(),
            "cancelled": tasks.filter(cancelled_at__isnull=False, completed_at__isnull=True),
        }.get(self.value() or "")
        return queryset if chosen is None else queryset & chosen.order_by()


class CompletedSinceFilter(SinceFilter):
    """Tasks by the time of their completion."""

    title = "completed"
    field = "completed_at"


@admin.register(FollowupTask)
class FollowupTaskAdmin(GrowingAdmin):
    """Tasks; what is to be done comes in the order in which it falls due."""

    list_display = ("id", "due_at", "state", "step", "channel", "lead", "owner", "place", "completed_at")
    list_display_links = ("id", "due_at")
    list_filter = (TaskStateFilter, CompletedSinceFilter, "channel", "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Lead id, owner, market or correlation id, in full"
    fieldsets = (
        ("Task", {"fields": (("ladder_link", "step"), ("channel", "due_at"), ("state", "owner"))}),
        ("Lead", {"fields": (("lead_id", "province", "market"),)}),
        ("Completed", {"fields": (("completed_at", "completed_by", "completed_user"),)}),
        ("Cancelled", {"fields": (("cancelled_at", "cancel_reason"),)}),
        ("Origin", {"fields": (("created_at", "correlation_id"),)}),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("due_at", "id") if request.GET.get("state") in ("due", "overdue", "open") else ("-id",)

    @display(description="State", label=TASK_STATES)
    def state(self, task: FollowupTask) -> str:
        """Where the task stands."""
        return task_state(task)

    @display(description="Lead", ordering="lead_id", empty_value="no lead")
    def lead(self, task: FollowupTask) -> str | None:
        """The lead's id."""
        return task.lead_id

    @display(description="Place", ordering="province")
    def place(self, task: FollowupTask) -> str:
        """Where the lead is."""
        return place_text(task)

    @display(description="Ladder")
    def ladder_link(self, task: FollowupTask) -> str:
        """To the task's ladder."""
        url = reverse("admin:followups_followupladder_change", args=[task.ladder_id])
        return format_html('<a href="{}" class="text-link">Ladder {}</a>', url, task.ladder_id)
