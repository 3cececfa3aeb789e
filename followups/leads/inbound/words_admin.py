"""The admin of the table of words. Words are switched off, never deleted."""

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.phrases import spelling
from governance.policies_admin import PolicyAdmin, PolicyForm
from wholesale.plumbing.admin_parts import column

EXCERPT = 40  # characters of a phrase in the list
Kind = InboundWord.Kind
MEANS = {
    Kind.STOP.label: "danger",
    Kind.STOP_ALONE.label: "danger",
    Kind.STOP_ALL.label: "danger",
    Kind.WISH.label: "warning",
    Kind.WISH_ALONE.label: "warning",
    Kind.HARMLESS.label: "success",
    Kind.COURTESY.label: "",
    Kind.START.label: "info",
    Kind.HELP.label: "info",
}


class InboundWordForm(PolicyForm):
    """The form of a word or phrase."""

    def clean_phrase(self) -> str:
        """Return the phrase in lower case with single spaces, so that no phrase is stored twice."""
        return spelling(self.cleaned_data["phrase"])


@admin.register(InboundWord)
class InboundWordAdmin(PolicyAdmin):
    """The admin pages of the words and phrases that decide what a message means. A change counts at the next message."""

    form = InboundWordForm
    key_title = _("Word")
    settings_fieldsets = ((_("What is known of it"), {"fields": ("language", "source")}),)
    list_display = ("begins", "means", "language", "enabled", "source", "changed_by", "updated_at")
    list_display_links = ("begins",)
    list_filter = ("kind", "language", "enabled")
    search_fields = ("phrase", "source", "changed_by", "reason")
    search_help_text = _("Phrase, source, who changed it, or why")

    begins = column(_("Phrase"), lambda word: Truncator(word.phrase).chars(EXCERPT), ordering="phrase")
    means = column(_("Meaning"), lambda word: word.get_kind_display(), ordering="kind", label=MEANS)
