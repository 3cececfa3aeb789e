"""The pages that show where each policy stands."""

from django.contrib import admin
from unfold.decorators import display

from kpi.tripwire.admin.words import STANDINGS, TRIGGER_DID, Figures, standing
from kpi.tripwire.models import RegressionState
from wholesale.admin_base import ReadOnlyAdmin


@admin.register(RegressionState)
class RegressionStateAdmin(Figures, ReadOnlyAdmin):
    """Where each policy stands since it was last evaluated."""

    list_display = ("policy", "now", "baseline_text", "current_text", "drop", "did", "evaluated_at")
    list_filter = ("triggered", "amber")
    list_select_related = ("policy",)
    search_fields = ("policy__domain", "policy__metric")
    search_help_text = "Domain or metric"
    fieldsets = (
        ("Metric", {"fields": ("policy", "now", "note", "evaluated_at")}),
        ("Seen", {"fields": ("baseline_text", "current_text", "drop", "did")}),
        ("CUSUM", {"fields": ("cusum", "amber", "last_event_id")}),
    )

    @display(description="Now", ordering="triggered", label=STANDINGS)
    def now(self, state: RegressionState) -> str:
        """Where it stands."""
        return standing(state)

    @display(description="It did", ordering="action_taken")
    def did(self, state: RegressionState) -> str:
        """What its last trigger did, while it stands."""
        if not state.action_taken:
            return ""
        return TRIGGER_DID[state.action_taken].format(engine=state.policy.throttled_engine)
