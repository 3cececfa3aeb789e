"""The table of outcomes: `/api/followups/outcomes`."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from followups.leads.models import Lead
from followups.outcomes.models import OutcomeRule
from followups.outcomes.rules import PAUSE_DAYS_MAX, Effect, Outcome
from followups.outcomes.services import upsert_rule
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, acting_user, ask
from wholesale.plumbing.fields import LabelField, NoteField, StrictIntegerField, UpperChoiceField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of

LEAVE = "LEAVE"  # an empty parameter would count as absent


class OutcomeRuleOut(RowSerializer):
    """What an outcome does to the ladder and to the lead."""

    class Meta:
        model = OutcomeRule
        fields = (
            "id",
            "outcome",
            "effect",
            "pause_days",
            "lead_status",
            "version",
            "changed_by",
            "reason",
            "updated_at",
        )


class OutcomeRuleParams(ActParams):
    """An outcome whose effect changes; an absent setting keeps its value, and days are 0 of what is no pause."""

    outcome = UpperChoiceField(choices=Outcome.choices)
    effect = UpperChoiceField(required=False, choices=Effect.choices)
    pause_days = StrictIntegerField(
        required=False, min_value=0, max_value=PAUSE_DAYS_MAX, help_text="of a pause, 1 to 365; else 0"
    )
    lead_status = UpperChoiceField(
        required=False,
        choices=[(LEAVE, "Leave the lead as it is"), *Lead.Status.choices],
        help_text="to which the lead moves on",
    )
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class OutcomeViewSet(ApiViewSet):
    """The table of outcomes."""

    permissions = {"rules": "followups.view_outcomerule", "upsert": "followups.change_outcomerule"}

    @ask("outcomes", Params, OutcomeRuleOut(many=True))
    def rules(self, request: Request) -> Response:
        """What each outcome of a contact does to the ladder and to the lead."""
        return Response(list(OutcomeRule.objects.values(*OutcomeRuleOut.Meta.fields)))

    @act(
        "outcomes/upsert",
        OutcomeRuleParams,
        OutcomeRuleOut,
        examples=[
            OpenApiExample(
                "Wait a week after a reply",
                request_only=True,
                value={"outcome": "REPLIED", "effect": "PAUSE", "pause_days": 7, "reason": "they asked for time"},
            )
        ],
    )
    def upsert(self, request: Request, **params: Any) -> Response:
        """Change what an outcome does to the ladder and to the lead."""
        if params.get("lead_status") == LEAVE:
            params["lead_status"] = ""
        params.setdefault("changed_by", label_of(request.user))
        return Response(shown(upsert_rule(user=acting_user(request), **params), OutcomeRuleOut.Meta.fields))
