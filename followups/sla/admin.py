"""The admin of the SLA: policies are edited, breaches and what each look found are read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.sla.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.tasks.page_parts import WithTask
from governance.policies_admin import PlacePolicyAdmin, PolicyForm
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyAdmin, without
from wholesale.plumbing.admin_parts import Colours, SinceFilter, column, link
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_number


class SlaPolicyForm(PolicyForm):
    """The form of an SLA policy: how late a task may be."""

    def show(self, refusal: DomainError) -> None:
        """Show why a policy is refused, at the field and in the words of the page."""
        self.add_error(refusal.attr, gettext("At most the time after which it is a breach."))


@admin.register(SlaPolicy)
class SlaPolicyAdmin(PlacePolicyAdmin):
    """The pages of SLA policies: how late tasks may be, by place and channel."""

    form = SlaPolicyForm
    key_title = _("Place and channel")
    listed_key = ("place", "channel")
    settings_fieldsets = ((_("How late"), {"fields": (("warn_after_minutes", "breach_after_minutes"),)}),)
    list_filter = ("channel", *PlacePolicyAdmin.list_filter)


class FoundSinceFilter(SinceFilter):
    """Filters breaches by the time when they were found."""

    title = _("found")
    field = "found_at"


@admin.register(SlaBreach)
class SlaBreachAdmin(WithTask, GrowingAdmin):
    """The pages of breaches: tasks that were later than their policy allows, the newest first."""

    list_display = ("id", "breached_at", "task_link", "step", "channel", "owner_or_nobody", "place", "late", "became")
    list_display_links = ("id", "breached_at")
    list_filter = (FoundSinceFilter, "channel", "province")
    list_select_related = ("task",)
    search_fields = ("owner__exact", "market__exact", "notice__id__exact", "correlation_id__exact")
    search_help_text = _("Owner, market, number of the look or correlation id, in full")
    fieldsets = (
        (_("Task"), {"fields": (("task_link", "step"), ("channel", "owner_or_nobody"), ("place", "became"))}),
        (_("Lateness"), {"fields": (("due_at", "counted_from"), ("breached_at", "late"), ("found_at", "completed_at"))}),
        (_("By which policy"), {"fields": (("policy", "policy_version"), "breach_after_minutes")}),
        (_("Told"), {"fields": ("notice", "correlation_id")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields of the page, without the end of a task that is open and the look of a breach that no look told."""
        absent = {name for name in ("completed_at", "notice") if obj is not None and getattr(obj, name) is None}
        return [
            (title, {**options, "fields": without(options["fields"], absent)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    owner_or_nobody = column(_("Owner"), lambda breach: breach.owner or gettext("nobody"), ordering="owner")
    place = column(_("Place"), place_text, ordering="province")

    late = column(
        _("Late by, when found or done"),
        lambda breach: timesince(breach.counted_from, breach.counted_from + breach.lateness),
    )

    @display(
        description=_("Now"),
        label=Colours(
            {_("Still open"): "danger", pgettext_lazy("task", "Done"): "success", _("Cancelled"): "", _("Put off"): "info"}
        ),
    )
    def became(self, breach: SlaBreach) -> str:
        """What became of the task: done, cancelled, put off, or still open."""
        task = breach.task
        if task.completed_at:
            return pgettext("task", "Done")
        if task.cancelled_at:
            return gettext("Cancelled")
        return gettext("Still open") if task.due_at == breach.due_at else gettext("Put off")


def _breaches_url(notice: SlaNotice) -> str:
    return reverse("admin:followups_slabreach_changelist", query={"notice__id__exact": notice.pk})


@admin.register(SlaNotice)
class SlaNoticeAdmin(GrowingAdmin):
    """The pages of the looks that found breaches, the newest first."""

    list_display = ("id", "created_at", "number")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter,)
    fieldsets = (
        (_("Found"), {"fields": (("created_at", "number"), "breaches_link")}),
        (_("Origin"), {"fields": ("correlation_id",)}),
    )

    number = column(_("Breaches"), lambda notice: shown_number(notice.breaches), ordering="breaches")

    breaches_link = link(_("The tasks"), _breaches_url, lambda notice: gettext("See them"))


@admin.register(SlaWatch)
class SlaWatchAdmin(ReadOnlyAdmin):
    """The page that says how far the look for breaches has come."""

    list_display = ("name", "looked_until")
    fields = ("looked_until",)

    name = column(_("Watch"), lambda watch: gettext("Breaches of the SLA"))
