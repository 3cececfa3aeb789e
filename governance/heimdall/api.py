"""`/api/governance/heimdall`."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import gate
from governance.heimdall import services
from governance.heimdall.models import (
    RECOMMENDATION_HOURS_MAX,
    TRIAL_WINDOW_DAYS_MAX,
    HeimdallPolicy,
    HeimdallRecommendation,
)
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, acting_user, ask
from wholesale.plumbing.fields import JsonField, LabelField, NoteField, RateField, StrictIntegerField, WordField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of


class HeimdallPolicyOut(RowSerializer):
    """What advice in a domain must show before production may use it."""

    class Meta:
        model = HeimdallPolicy
        fields = (
            "id",
            "domain",
            "min_confidence_prod",
            "min_sandbox_trials",
            "min_sandbox_success_rate",
            "prod_use_enabled",
            "use_lower_bound",
            "trial_window_days",
            "recommendation_hours",
            "version",
            "changed_by",
            "reason",
            "updated_at",
        )


class HeimdallPolicyParams(ActParams):
    """A charter to create or change; an absent setting keeps its value."""

    domain = WordField()
    min_confidence_prod = RateField(required=False, help_text="required for a new charter")
    min_sandbox_trials = StrictIntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="required for a new charter"
    )
    min_sandbox_success_rate = RateField(required=False, help_text="required for a new charter")
    prod_use_enabled = serializers.BooleanField(required=False)
    use_lower_bound = serializers.BooleanField(required=False)
    trial_window_days = StrictIntegerField(required=False, min_value=1, max_value=TRIAL_WINDOW_DAYS_MAX)
    recommendation_hours = StrictIntegerField(required=False, min_value=1, max_value=RECOMMENDATION_HOURS_MAX)
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class ScorecardOut(serializers.Serializer[Any]):
    """A domain's trials today (UTC), and over the window that its charter counts."""

    domain = serializers.CharField()
    day = serializers.DateField()
    trials = StrictIntegerField()
    successes = StrictIntegerField()
    window_days = StrictIntegerField()
    window_trials = StrictIntegerField()
    window_successes = StrictIntegerField()
    window_success_rate = RateField(allow_null=True)


class TrialParams(ActParams):
    """A sandbox trial."""

    domain = WordField()
    confidence = RateField()
    success = serializers.BooleanField()
    actor = LabelField(required=False, help_text="default: your user name")


class TrialOut(serializers.Serializer[Any]):
    """The domain's scorecard of today after the trial."""

    domain = serializers.CharField()
    day = serializers.DateField()
    trials = StrictIntegerField()
    successes = StrictIntegerField()


class RecommendParams(ActParams):
    """An AI's advice."""

    domain = WordField()
    confidence = RateField()
    recommendation = JsonField()
    evidence = JsonField(required=False, default=None)
    actor = LabelField(required=False, help_text="default: your user name")


class RecommendationOut(RowSerializer):
    """The gate's answer."""

    class Meta:
        model = HeimdallRecommendation
        fields = ("id", "domain", "confidence", "prod_eligible", "gate_reason")


class HeimdallViewSet(ApiViewSet):
    """Whether an AI's advice has earned its way into production."""

    permissions = {
        "policies": "governance.view_heimdallpolicy",
        "upsert": "governance.change_heimdallpolicy",
        "scorecard_today": "governance.view_heimdallscorecard",
        "trial": "governance.run_trial",
        "recommend": "governance.recommend",
    }

    @ask("policies", Params, HeimdallPolicyOut(many=True))
    def policies(self, request: Request) -> Response:
        """All charters, by domain."""
        return Response(list(HeimdallPolicy.objects.values(*HeimdallPolicyOut.Meta.fields)))

    @act("policies/upsert", HeimdallPolicyParams, HeimdallPolicyOut)
    def upsert(self, request: Request, **params: Any) -> Response:
        """Create or change the charter of a domain."""
        params.setdefault("changed_by", label_of(request.user))
        policy = services.upsert_policy(user=acting_user(request), **params)
        return Response(shown(policy, HeimdallPolicyOut.Meta.fields))

    @ask("scorecard/today", Params, ScorecardOut(many=True))
    def scorecard_today(self, request: Request) -> Response:
        """Each charter's trials today and over its window."""
        return Response(services.scorecards(timezone.now()))

    @act("sandbox/trial", TrialParams, {201: TrialOut})
    def trial(self, request: Request, act: Act, **params: Any) -> Response:
        """Count a sandbox trial."""
        card = gate.heimdall_trial(**params, act=act)
        return Response(shown(card, ("domain", "day", "trials", "successes")), status=201)

    @act("recommend", RecommendParams, {201: RecommendationOut})
    def recommend(self, request: Request, act: Act, **params: Any) -> Response:
        """Keep an AI's advice; the answer says whether production may use it."""
        kept = gate.heimdall_recommend(**params, act=act)
        return Response(shown(kept, RecommendationOut.Meta.fields), status=201)
