"""The admin of ladders: their steps, and what an operator does with a whole one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from followups.admin.forms import ReassignForm, act_with_form
from followups.admin.rows import WithLead, task_state
from followups.models import FollowupLadder, FollowupTask
from wholesale.admin_base import GrowingAdmin, ReadOnlyInline, SinceFilter, act_with_reason, place_text


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
