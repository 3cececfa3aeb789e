"""The admin of follow-up: ladders, tasks and contact attempts to read; leads and messages have their own rooms."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from followups.inbound.admin import InboundMessageAdmin
from followups.leads.admin import LeadAdmin
from followups.leads.imports_admin import LeadImportAdmin
from followups.models import ContactAttempt, FollowupLadder, FollowupTask
from followups.pool.admin import PoolAgentAdmin
from followups.steps.admin import LadderTemplateAdmin
from governance.contact import Reason
from wholesale.admin_base import GrowingAdmin, ReadOnlyInline, SinceFilter, place_text

__all__ = [
    "ContactAttemptAdmin",
    "FollowupLadderAdmin",
    "FollowupTaskAdmin",
    "InboundMessageAdmin",
    "LadderTemplateAdmin",
    "LeadAdmin",
    "LeadImportAdmin",
    "PoolAgentAdmin",
]

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


class WithLead:
    """Rows that name a lead, whether or not there is one."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lead")  # type: ignore[misc]

    @display(description="Lead", ordering="lead_id", empty_value="no lead")
    def who(self, row: Any) -> str | None:
        """The lead's name where there is such a lead, else its id alone."""
        name = str(row.lead or "")
        return f"{name} ({row.lead_id})" if name and name != row.lead_id else row.lead_id


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
class FollowupLadderAdmin(WithLead, GrowingAdmin):
    """Ladders, the newest first."""

    list_display = ("id", "who", "state", "open_steps", "place", "owner", "created_at", "created_by")
    list_display_links = ("id", "who")
    list_filter = (LadderStateFilter, SinceFilter, "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Lead id, owner, market or correlation id, in full"
    inlines = (TaskInline,)
    fieldsets = (
        ("Ladder", {"fields": (("who", "owner"), ("province", "market"), ("open_steps", "closed_at"))}),
        ("Who and when", {"fields": (("created_by", "user"), ("created_at", "correlation_id"))}),
    )

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


class AttemptPage:
    """How a contact attempt is shown."""

    @display(description="By the rules", label={"Within": "success", "Outside": "danger"})
    def verdict(self, attempt: ContactAttempt) -> str:
        """Whether nothing stood in the way."""
        return "Within" if attempt.allowed else "Outside"

    @display(description="Why not", empty_value="")
    def why_not(self, attempt: ContactAttempt) -> str:
        """The reasons as sentences."""
        return " ".join(str(Reason(reason).label) for reason in attempt.reasons)

    @display(description="Warnings", empty_value="")
    def warned(self, attempt: ContactAttempt) -> str:
        """What would have stood in the way, were it enforced."""
        return " ".join(str(Reason(warning).label) for warning in attempt.warnings)


class AttemptInline(AttemptPage, ReadOnlyInline):
    """The contact by which the task was done."""

    model = ContactAttempt
    fields = ("contacted_at", "verdict", "why_not", "warned", "local_time", "zone", "actor")
    readonly_fields = ("verdict", "why_not", "warned")


@admin.register(ContactAttempt)
class ContactAttemptAdmin(AttemptPage, WithLead, GrowingAdmin):
    """Contacts with the decision under which each was made, the newest first."""

    list_display = ("id", "contacted_at", "verdict", "channel", "who", "local_time", "why_not", "actor")
    list_display_links = ("id", "contacted_at")
    list_filter = ("allowed", "channel", SinceFilter)
    list_select_related = False
    search_fields = ("lead_id__exact", "actor__exact", "correlation_id__exact")
    search_help_text = "Lead id, actor or correlation id, in full"
    fieldsets = (
        ("Contact", {"fields": (("who", "channel"), ("contacted_at", "local_time"), "task_link")}),
        ("Decision", {"fields": (("verdict", "legal_ok", "policy_ok"), "why_not", "warned")}),
        ("From what", {"fields": (("zone", "zone_source", "tz_version"), ("matched_market", "policy_version"))}),
        ("Who and when", {"fields": (("actor", "user"), ("created_at", "correlation_id"))}),
    )

    @display(description="Task")
    def task_link(self, attempt: ContactAttempt) -> str:
        """To the task."""
        url = reverse("admin:followups_followuptask_change", args=[attempt.task_id])
        return format_html('<a href="{}" class="text-link">Task {}</a>', url, attempt.task_id)


@admin.register(FollowupTask)
class FollowupTaskAdmin(WithLead, GrowingAdmin):
    """Tasks; what is to be done comes in the order in which it falls due."""

    list_display = ("id", "due_at", "state", "step", "channel", "who", "owner", "place", "completed_at")
    list_display_links = ("id", "due_at")
    list_filter = (TaskStateFilter, CompletedSinceFilter, "channel", "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Lead id, owner, market or correlation id, in full"
    inlines = (AttemptInline,)
    fieldsets = (
        ("Task", {"fields": (("ladder_link", "step"), ("channel", "due_at"), ("state", "owner"))}),
        ("Lead", {"fields": (("who", "province", "market"),)}),
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

    @display(description="Place", ordering="province")
    def place(self, task: FollowupTask) -> str:
        """Where the lead is."""
        return place_text(task)

    @display(description="Ladder")
    def ladder_link(self, task: FollowupTask) -> str:
        """To the task's ladder."""
        url = reverse("admin:followups_followupladder_change", args=[task.ladder_id])
        return format_html('<a href="{}" class="text-link">Ladder {}</a>', url, task.ladder_id)
