"""The admin of the table of outcomes: each row is edited, none is added or taken away."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from followups.tasks.errors import OptOutStays, PauseNeedsDays
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import PAUSE_DAYS_MAX, Effect
from followups.tasks.outcomes.services import require_sound, upsert_rule
from governance.policies_admin import PolicyAdmin, PolicyForm, whole_number_field

EFFECTS = {
    Effect.GO_ON.label: "success",
    Effect.PAUSE.label: "info",
    Effect.STOP.label: "warning",
    Effect.OPT_OUT.label: "danger",
}


class OutcomeRuleForm(PolicyForm):
    """What an outcome does."""

    key = ("outcome",)

    class Meta:
        model = OutcomeRule
        fields = ("outcome", "effect", "pause_days", "lead_status")
        labels = {"effect": "What it does", "lead_status": "The lead becomes"}

    pause_days = whole_number_field(
        OutcomeRule,
        "pause_days",
        label="Days of a pause",
        min_value=0,
        max_value=PAUSE_DAYS_MAX,
        help_text=f"1 to {PAUSE_DAYS_MAX} of a pause, else 0.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "effect" in cleaned and "pause_days" in cleaned:
            try:
                require_sound(self.instance.outcome, cleaned["effect"], cleaned["pause_days"])
            except (OptOutStays, PauseNeedsDays) as error:
                self.add_error(error.attr, error.detail)
        return cleaned


@admin.register(OutcomeRule)
class OutcomeRuleAdmin(PolicyAdmin):
    """What each outcome of a contact does to the ladder."""

    upsert = upsert_rule
    form = OutcomeRuleForm
    key_title = "Outcome"
    settings_fieldsets = (
        ("What it does to the ladder", {"fields": ("effect", "pause_days")}),
        ("What it does to the lead", {"fields": ("lead_status",)}),
    )
    list_display = ("outcome", "does", "days", "becomes", "changed_by", "updated_at")
    list_display_links = ("outcome",)
    list_filter = ("effect",)
    search_fields = ("outcome", "changed_by", "reason")
    search_help_text = "Outcome, who changed it, or why"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def key_fields(self) -> tuple[str, ...]:
        return self.form.key

    @display(description="What it does", ordering="effect", label=EFFECTS)
    def does(self, rule: OutcomeRule) -> str:
        """Its effect in words."""
        return rule.get_effect_display()

    @display(description="Days", ordering="pause_days", empty_value="")
    def days(self, rule: OutcomeRule) -> int | None:
        """Of a pause."""
        return rule.pause_days or None

    @display(description="The lead becomes", ordering="lead_status", empty_value="")
    def becomes(self, rule: OutcomeRule) -> str | None:
        """Its status in words."""
        return rule.get_lead_status_display() or None

    def settings_of(self, record: Any) -> dict[str, str]:
        becomes = self.becomes(record) or "what it is"
        return {"What it does": self.does(record), "Days": str(record.pause_days), "The lead becomes": becomes}
