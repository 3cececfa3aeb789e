"""The pages of risk policies."""

from typing import Any

from django.contrib import admin
from unfold.decorators import display

from governance.policies_admin import PolicyAdmin, PolicyForm, number_field, one_spelling, whole_number_field
from governance.risk.models import RiskPolicy
from governance.risk.policies import upsert_policy
from governance.risk.rules import GLOBAL
from wholesale.plumbing.admin_base import cad

NO_CAP = "no cap"
CAPS = ("max_daily_loss", "max_daily_exposure", "max_open_risk", "max_actions_per_day")


class RiskPolicyForm(PolicyForm):
    """A risk policy."""

    key = ("engine",)

    class Meta:
        model = RiskPolicy
        fields = ("engine", "enabled", *CAPS)
        help_texts = {"enabled": "Off, the engine may put nothing at stake."}

    max_daily_loss = number_field(
        RiskPolicy,
        "max_daily_loss",
        min_value=0,
        help_text="CAD. Once the day's settled losses reach it, nothing more is reserved until the next day. 0: no cap.",
    )
    max_daily_exposure = number_field(
        RiskPolicy, "max_daily_exposure", min_value=0, help_text="CAD reserved in a day, settled or not. 0: no cap."
    )
    max_open_risk = number_field(
        RiskPolicy, "max_open_risk", min_value=0, help_text="CAD reserved and not settled, whatever the day. 0: no cap."
    )

    max_actions_per_day = whole_number_field(
        RiskPolicy, "max_actions_per_day", min_value=0, max_value=2**31 - 1, help_text="Reservations in a day. 0: no cap."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "engine" in self.fields:
            self.fields["engine"].help_text = f"{GLOBAL} is what every reservation must pass beside its own engine's policy."

    def clean_engine(self) -> str:
        """The engine in its one spelling."""
        return one_spelling(self.cleaned_data["engine"])


@admin.register(RiskPolicy)
class RiskPolicyAdmin(PolicyAdmin):
    """How much each engine may put at stake."""

    upsert = upsert_policy
    form = RiskPolicyForm
    key_title = "Engine"
    settings_fieldsets = (("Caps", {"fields": CAPS}),)
    list_display = ("engine", "switched", "loss", "exposure", "open_risk", "actions_a_day", "changed_by", "updated_at")
    list_filter = ("enabled",)
    search_fields = ("engine", "changed_by", "reason")
    search_help_text = "Engine, who changed it, or why"

    @display(description="Loss a day", ordering="max_daily_loss")
    def loss(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_daily_loss) if policy.max_daily_loss else NO_CAP

    @display(description="Exposure a day", ordering="max_daily_exposure")
    def exposure(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_daily_exposure) if policy.max_daily_exposure else NO_CAP

    @display(description="Open risk", ordering="max_open_risk")
    def open_risk(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_open_risk) if policy.max_open_risk else NO_CAP

    @display(description="Actions a day", ordering="max_actions_per_day")
    def actions_a_day(self, policy: RiskPolicy) -> str:
        """How many reservations."""
        return str(policy.max_actions_per_day or NO_CAP)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Loss a day": self.loss(record),
            "Exposure a day": self.exposure(record),
            "Open risk": self.open_risk(record),
            "Actions a day": self.actions_a_day(record),
        }
