"""The read-only admin of task events."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.tasks.models import TaskEvent
from followups.tasks.page_parts import WithTask, reason_words
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_parts import SinceFilter, column
from wholesale.plumbing.spoken import line, value_words

TASK_DIGITS_MAX = 12  # a longer number is no task's id
KIND_COLOURS = {
    TaskEvent.Kind.COMPLETED.label: "success",
    TaskEvent.Kind.CANCELLED.label: "danger",
    TaskEvent.Kind.LAPSED.label: "warning",
    TaskEvent.Kind.TAKEN_BACK.label: "warning",
    TaskEvent.Kind.SKIPPED.label: "warning",
    TaskEvent.Kind.SNOOZED.label: "info",
    TaskEvent.Kind.PAUSED.label: "info",
    TaskEvent.Kind.OPTED_OUT.label: "danger",
    TaskEvent.Kind.REASSIGNED.label: "info",
}


class EventPage:
    """The computed columns of task events, for every page that shows events."""

    what = column(_("What"), lambda event: event.get_kind_display(), label=KIND_COLOURS)

    @display(description=_("Changed"), empty_value="")
    def change(self, event: TaskEvent) -> str:
        """The old and the new value, then everything else in the event's detail."""
        detail = dict(event.detail)
        moved = f"{value_words(detail.pop('from'))} \u2192 {value_words(detail.pop('to'))}" if "from" in detail else ""
        return ", ".join(filter(None, (moved, line(detail))))

    why = column(_("Reason"), lambda event: reason_words(event.reason))


class EventInline(EventPage, ReadOnlyInline):
    """The table of a task's history on the task's page: when, what, old and new value, why, who."""

    model = TaskEvent
    verbose_name_plural = _("history")
    ordering = ("id",)
    fields = ("created_at", "what", "change", "why", "actor")
    readonly_fields = ("what", "change", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("words")


@admin.register(TaskEvent)
class TaskEventAdmin(EventPage, WithTask, GrowingAdmin):
    """The pages of task events, the newest first."""

    list_display = ("id", "created_at", "what", "task_link", "change", "why", "actor")
    list_display_links = ("id", "created_at")
    list_filter = ("kind", SinceFilter)
    list_select_related = ("words",)
    search_fields = ("actor__exact", "correlation_id__exact")
    search_help_text = _("Number of the task, actor or correlation id, in full")
    fieldsets = (
        (_("What happened"), {"fields": (("what", "task_link"), "change", "why")}),
        (_("Who and when"), {"fields": (("actor", "user"), "created_at", "correlation_id")}),
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if term.isdecimal() and len(term) <= TASK_DIGITS_MAX:
            return queryset.filter(task_id=int(term)), False
        return super().get_search_results(request, queryset, search_term)
