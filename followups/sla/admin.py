"""The admin of the SLA: policies are edited, breaches are read, notices are read and marked as read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from unfold.decorators import action, display

from followups.sla.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.sla.notices import read_notice
from followups.tasks.page_parts import WithTask
from governance.policies_admin import PlacePolicyAdmin, PolicyForm
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, Question, ReadOnlyAdmin, asking
from wholesale.plumbing.admin_parts import SinceFilter, StateFilter, allowed, button, column, either, link, place_text
from wholesale.plumbing.errors import DomainError

MAIL_COLOURS = {SlaNotice.Mail.WAITING.label: "warning", SlaNotice.Mail.SENT.label: "success", SlaNotice.Mail.NONE.label: ""}


class SlaPolicyForm(PolicyForm):
    """The form of an SLA policy: how late a task may be."""

    def show(self, refusal: DomainError) -> None:
        """Show why a policy is refused, at the field and in the words of the page."""
        self.add_error(refusal.attr, "At most the time after which it is a breach.")


@admin.register(SlaPolicy)
class SlaPolicyAdmin(PlacePolicyAdmin):
    """The pages of SLA policies: how late tasks may be, by place and channel."""

    form = SlaPolicyForm
    key_title = "Place and channel"
    listed_key = ("place", "channel")
    settings_fieldsets = (("How late", {"fields": (("warn_after_minutes", "breach_after_minutes"),)}),)
    list_filter = ("channel", *PlacePolicyAdmin.list_filter)


class FoundSinceFilter(SinceFilter):
    """Filters breaches by the time when they were found."""

    title = "found"
    field = "found_at"


@admin.register(SlaBreach)
class SlaBreachAdmin(WithTask, GrowingAdmin):
    """The pages of breaches: tasks that were later than their policy allows, the newest first."""

    list_display = ("id", "breached_at", "task_link", "step", "channel", "owner_or_nobody", "place", "late", "became")
    list_display_links = ("id", "breached_at")
    list_filter = (FoundSinceFilter, "channel", "province")
    list_select_related = ("task",)
    search_fields = ("owner__exact", "market__exact", "notice__id__exact", "correlation_id__exact")
    search_help_text = "Owner, market, number of the notice or correlation id, in full"
    fieldsets = (
        ("Task", {"fields": (("task_link", "step"), ("channel", "owner_or_nobody"), ("place", "became"))}),
        ("Lateness", {"fields": (("due_at", "counted_from"), ("breached_at", "late"), ("found_at", "completed_at"))}),
        ("By which policy", {"fields": (("policy", "policy_version"), "breach_after_minutes")}),
        ("Told", {"fields": ("notice", "correlation_id")}),
    )

    owner_or_nobody = column("Owner", lambda breach: breach.owner or "nobody", ordering="owner")
    place = column("Place", place_text, ordering="province")

    late = column(
        "Late by, when found or done", lambda breach: timesince(breach.counted_from, breach.counted_from + breach.lateness)
    )

    @display(description="Today", label={"Still open": "danger", "Done": "success", "Cancelled": "", "Put off": "info"})
    def became(self, breach: SlaBreach) -> str:
        """What became of the task: done, cancelled, put off, or still open."""
        task = breach.task
        if task.completed_at:
            return "Done"
        if task.cancelled_at:
            return "Cancelled"
        return "Still open" if task.due_at == breach.due_at else "Put off"


def _breaches_url(notice: SlaNotice) -> str:
    return reverse("admin:followups_slabreach_changelist", query={"notice__id__exact": notice.pk})


class UnreadFilter(StateFilter):
    """Filters notices by whether somebody has read them."""

    title = "read"
    parameter_name = "read"
    states = {"no": ("Not read yet", Q(read_at__isnull=True)), "yes": ("Read", Q(read_at__isnull=False))}


@admin.register(SlaNotice)
class SlaNoticeAdmin(GrowingAdmin):
    """The pages of notices of breaches, the newest first. Whoever marks a notice as read marks it for everybody."""

    list_display = ("id", "created_at", "number", "state", "read_by", "read_at", "e_mail", "mailed_to")
    list_display_links = ("id", "created_at")
    list_filter = (UnreadFilter, SinceFilter, "mail")
    actions = ("mark_as_read",)
    actions_detail = ("read",)
    fieldsets = (
        ("Notice", {"fields": (("created_at", "number"), "breaches_link")}),
        ("Read", {"fields": (("state", "read_by"), ("read_at", "read_user"))}),
        ("E-mail", {"fields": (("e_mail", "mailed_to"), "mailed_at")}),
        ("Origin", {"fields": ("correlation_id",)}),
    )

    number = column("Breaches", lambda notice: f"{notice.breaches:,}", ordering="breaches")
    state = either("State", lambda notice: notice.read_at, ("Read", "success"), ("Not read yet", "danger"))
    e_mail = column("E-mail", lambda notice: notice.get_mail_display(), ordering="mail", label=MAIL_COLOURS)

    breaches_link = link("The tasks", _breaches_url, lambda _: "See them")

    has_read_permission = allowed("followups.read_slanotice")

    @button("Mark as read...", "read", icon="mark_email_read", when=lambda notice: notice.read_at is None)
    @asking
    def read(self, request: HttpRequest, notice: Any) -> Question:
        """Ask for confirmation, and mark the notice as read."""

        def acted() -> str:
            self._read(request, notice)
            return f"The notice of {notice} is read."

        return Question(
            acted,
            form=forms.Form,
            then=reverse("admin:index"),
            title=f"Mark the notice of {notice} as read",
            explanation="It is marked for everybody, under your name. The tasks do not change.",
            button="Mark as read",
        )

    @action(description="Mark as read", permissions=["read"])
    def mark_as_read(self, request: HttpRequest, queryset: QuerySet[SlaNotice]) -> None:
        """Mark the chosen notices as read."""
        for notice in queryset.filter(read_at__isnull=True).order_by("pk"):
            self._read(request, notice)
        messages.success(request, "Marked as read.")

    def _read(self, request: HttpRequest, notice: SlaNotice) -> None:
        self.log_change(request, read_notice(notice.pk, act=Act.by(request.user)), "Read.")


@admin.register(SlaWatch)
class SlaWatchAdmin(ReadOnlyAdmin):
    """The page that says how far the look for breaches has come."""

    list_display = ("name", "looked_until")
    fields = ("looked_until",)

    name = column("Watch", lambda watch: "Breaches of the SLA")
