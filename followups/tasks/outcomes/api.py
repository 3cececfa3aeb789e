"""The table of outcomes: `/api/followups/outcomes`."""

from typing import Any

from followups.leads.models import Lead
from followups.tasks.outcomes.models import OutcomeRule
from governance.policies_api import params_of, policy_endpoints
from wholesale.plumbing.api import ApiViewSet
from wholesale.plumbing.fields import UpperChoiceField

LEAVE = "LEAVE"  # stands for an empty status, because an empty parameter counts as absent


class NextStatusField(UpperChoiceField):
    """The field for the status to which the lead moves on. LEAVE means that the lead keeps its status."""

    def to_internal_value(self, data: Any) -> str:
        status = super().to_internal_value(data)
        return "" if status == LEAVE else status


@policy_endpoints(
    OutcomeRule,
    path="outcomes",
    params=params_of(
        OutcomeRule,
        lead_status=NextStatusField(
            required=False,
            choices=[(LEAVE, "Leave the lead as it is"), *Lead.Status.choices],
            help_text="the status to which the lead moves on",
        ),
    ),
    does="Change what an outcome does to the ladder and to the lead. The days are 0 unless the effect is a pause.",
    example=(
        "Wait a week after a reply",
        {"outcome": "REPLIED", "effect": "PAUSE", "pause_days": 7, "reason": "they asked for time"},
    ),
)
class OutcomeViewSet(ApiViewSet):
    """The endpoints of the table of outcomes."""
