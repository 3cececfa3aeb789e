"""The admin of the table of outcomes. Rows are edited, but never added or removed."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import Effect
from governance.policies_admin import PolicyAdmin

EFFECTS = {
    Effect.GO_ON.label: "success",
    Effect.PAUSE.label: "info",
    Effect.STOP.label: "warning",
    Effect.OPT_OUT.label: "danger",
}


@admin.register(OutcomeRule)
class OutcomeRuleAdmin(PolicyAdmin):
    """The pages of the table of outcomes: what each outcome of a contact does to the ladder."""

    key_title = _("Outcome")
    settings_fieldsets = (
        (_("What it does to the ladder"), {"fields": ("effect", "pause_days")}),
        (_("What it does to the lead"), {"fields": ("lead_status",)}),
    )
    colours = {"effect": EFFECTS}
    list_filter = ("effect",)
    search_fields = ("outcome", "changed_by", "reason")
    search_help_text = _("Outcome, who changed it, or why")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
