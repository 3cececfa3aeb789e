"""The admin of the table of words. Words are switched off, never deleted."""

from django.contrib import admin
from unfold.decorators import display

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.phrases import spelling
from governance.policies_admin import PolicyAdmin, PolicyForm

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
        """Return the phrase in its one spelling."""
        return spelling(self.cleaned_data["phrase"])


@admin.register(InboundWord)
class InboundWordAdmin(PolicyAdmin):
    """The words and phrases by which messages are read. A change counts from the next message on."""

    form = InboundWordForm
    key_title = "Word"
    settings_fieldsets = (("What is known of it", {"fields": ("language", "source")}),)
    list_display = ("begins", "means", "language", "enabled", "source", "changed_by", "updated_at")
    list_display_links = ("begins",)
    list_filter = ("kind", "language", "enabled")
    search_fields = ("phrase", "source", "changed_by", "reason")
    search_help_text = "Phrase, source, who changed it, or why"

    @display(description="Phrase", ordering="phrase")
    def begins(self, word: InboundWord) -> str:
        """The beginning of the phrase. Its page shows all of it."""
        return word.phrase if len(word.phrase) <= EXCERPT else f"{word.phrase[:EXCERPT]}..."

    @display(description="Means", ordering="kind", label=MEANS)
    def means(self, word: InboundWord) -> str:
        """What the word means in a message."""
        return word.get_kind_display()
