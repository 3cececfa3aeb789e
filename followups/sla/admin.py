"""The admin of the SLA: policies are edited, breaches are read, notices are read and marked as read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from followups.sla.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.sla.notices import read_notice
from followups.tasks.page_parts import WithTask
from governance.policies_admin import PlacePolicyAdmin, PolicyForm
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, Question, ReadOnlyAdmin, asking
from wholesale.plumbing.admin_parts import (
    Colours,
    SinceFilter,
    StateFilter,
    allowed,
    button,
    column,
    either,
    link,
    place_text,
)
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_number

MAIL_COLOURS = {SlaNotice.Mail.WAITING.label: "warning", SlaNotice.Mail.SENT.label: "success", SlaNotice.Mail.NONE.label: ""}


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
    search_help_text = _("Owner, market, number of the notice or correlation id, in full")
    fieldsets = (
        (_("Task"), {"fields": (("task_link", "step"), ("channel", "owner_or_nobody"), ("place", "became"))}),
        (_("Lateness"), {"fields": (("due_at", "counted_from"), ("breached_at", "late"), ("found_at", "completed_at"))}),
        (_("By which policy"), {"fields": (("policy", "policy_version"), "breach_after_minutes")}),
        (_("Told"), {"fields": ("notice", "correlation_id")}),
    )

    owner_or_nobody = column(_("Owner"), lambda breach: breach.owner or gettext("nobody"), ordering="owner")
    place = column(_("Place"), place_text, ordering="province")

    late = column(
        _("Late by, when found or done"),
        lambda breach: timesince(breach.counted_from, breach.counted_from + breach.lateness),
    )

    @display(
        description=_("Today"),
        label=Colours({_("Still open"): "danger", _("Done"): "success", _("Cancelled"): "", _("Put off"): "info"}),
    )
    def became(self, breach: SlaBreach) -> str:
        """What became of the task: done, cancelled, put off, or still open."""
        task = breach.task
        if task.completed_at:
            return gettext("Done")
        if task.cancelled_at:
            return gettext("Cancelled")
        return gettext("Still open") if task.due_at == breach.due_at else gettext("Put off")


def _breaches_url(notice: SlaNotice) -> str:
    return reverse("admin:followups_slabreach_changelist", query={"notice__id__exact": notice.pk})


class UnreadFilter(StateFilter):
    """Filters notices by whether somebody has read them."""

    title = _("read")
    parameter_name = "read"
    states = {"no": (_("Not read yet"), Q(read_at__isnull=True)), "yes": (_("Read"), Q(read_at__isnull=False))}


@admin.register(SlaNotice)
class SlaNoticeAdmin(GrowingAdmin):
    """The pages of notices of breaches, the newest first. Whoever marks a notice as read marks it for everybody."""

    list_display = ("id", "created_at", "number", "state", "read_by", "read_at", "e_mail", "mailed_to")
    list_display_links = ("id", "created_at")
    list_filter = (UnreadFilter, SinceFilter, "mail")
    actions = ("mark_as_read",)
    actions_detail = ("read",)
    fieldsets = (
        (_("Notice"), {"fields": (("created_at", "number"), "breaches_link")}),
        (_("Read"), {"fields": (("state", "read_by"), ("read_at", "read_user"))}),
        (_("E-mail"), {"fields": (("e_mail", "mailed_to"), "mailed_at")}),
        (_("Origin"), {"fields": ("correlation_id",)}),
    )

    number = column(_("Breaches"), lambda notice: shown_number(notice.breaches), ordering="breaches")
    state = either(_("State"), lambda notice: notice.read_at, (_("Read"), "success"), (_("Not read yet"), "danger"))
    e_mail = column(_("E-mail"), lambda notice: notice.get_mail_display(), ordering="mail", label=MAIL_COLOURS)

    breaches_link = link(_("The tasks"), _breaches_url, lambda notice: gettext("See them"))

    has_read_permission = allowed("followups.read_slanotice")

    @button(_("Mark as read..."), "read", icon="mark_email_read", when=lambda notice: notice.read_at is None)
    @asking
    def read(self, request: HttpRequest, notice: Any) -> Question:
        """Ask for confirmation, and mark the notice as read."""

        def acted() -> str:
            self._read(request, notice)
            return gettext("The notice of %(notice)s is read.") % {"notice": notice}

        return Question(
            acted,
            form=forms.Form,
            then=reverse("admin:index"),
            title=gettext("Mark the notice of %(notice)s as read") % {"notice": notice},
            explanation=gettext("It is marked for everybody, under your name. The tasks do not change."),
            button=gettext("Mark as read"),
        )

    @action(description=_("Mark as read"), permissions=["read"])
    def mark_as_read(self, request: HttpRequest, queryset: QuerySet[SlaNotice]) -> None:
        """Mark the chosen notices as read."""
        for notice in queryset.filter(read_at__isnull=True).order_by("pk"):
            self._read(request, notice)
        messages.success(request, gettext("Marked as read."))

    def _read(self, request: HttpRequest, notice: SlaNotice) -> None:
        self.log_change(request, read_notice(notice.pk, act=Act.by(request.user)), "Read.")


@admin.register(SlaWatch)
class SlaWatchAdmin(ReadOnlyAdmin):
    """The page that says how far the look for breaches has come."""

    list_display = ("name", "looked_until")
    fields = ("looked_until",)

    name = column(_("Watch"), lambda watch: gettext("Breaches of the SLA"))
