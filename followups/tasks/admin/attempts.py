"""The read-only admin of contact attempts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from followups.tasks.completions.attempts import LABELS
from followups.tasks.models import ContactAttempt
from followups.tasks.page_parts import WithLead, WithTask
from governance.clocks.resolving import ZoneSource
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_parts import SinceFilter, column, either
from wholesale.plumbing.showing import shown_there

ZONE_SOURCES = dict(ZoneSource.choices)


class AttemptPage:
    """The computed columns of contact attempts, for every page that shows attempts."""

    verdict = either(
        _("By the rules"),
        lambda attempt: attempt.allowed,
        (pgettext_lazy("the rules", "Within"), "success"),
        (pgettext_lazy("the rules", "Outside"), "danger"),
    )
    why_not = column(
        _("Why not"), lambda attempt: " ".join(str(LABELS[reason]) for reason in attempt.reasons), empty_value=""
    )
    there = column(_("Local time"), lambda attempt: shown_there(attempt.there))
    warned = column(
        _("Warnings"), lambda attempt: " ".join(str(LABELS[warning]) for warning in attempt.warnings), empty_value=""
    )


class AttemptInline(AttemptPage, ReadOnlyInline):
    """The table, on a task's page, with the contact by which the task was done."""

    model = ContactAttempt
    fields = ("contacted_at", "verdict", "why_not", "warned", "there", "zone", "actor")
    readonly_fields = ("verdict", "why_not", "warned", "there")


@admin.register(ContactAttempt)
class ContactAttemptAdmin(AttemptPage, WithTask, WithLead, GrowingAdmin):
    """The pages of contact attempts, each with the gate's decision about it. The newest come first."""

    list_display = ("id", "contacted_at", "verdict", "channel", "who", "there", "why_not", "actor")
    list_display_links = ("id", "contacted_at")
    list_filter = ("allowed", "channel", SinceFilter)
    list_select_related = False
    search_fields = ("lead_id__exact", "actor__exact", "correlation_id__exact")
    search_help_text = _("Lead id, actor or correlation id, in full")
    zone_from = column(_("Zone source"), lambda attempt: ZONE_SOURCES.get(attempt.zone_source, attempt.zone_source))
    fieldsets = (
        (_("Contact"), {"fields": (("who", "channel"), ("contacted_at", "there"), "task_link")}),
        (_("Decision"), {"fields": (("verdict", "legal_ok", "policy_ok"), "why_not", "warned")}),
        (
            _("From what"),
            {"fields": (("zone", "zone_from", "tz_version"), ("matched_market", "policy_version"), "law_version")},
        ),
        (_("Who and when"), {"fields": (("actor", "user"), "created_at", "correlation_id")}),
    )
