"""`/api/governance/heimdall`: the endpoints of the gate of AI advice."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from governance import gate
from governance.heimdall import services
from governance.heimdall.models import HeimdallPolicy, HeimdallRecommendation
from governance.policies_api import policy_endpoints
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import JsonField, LabelField, RateField, StrictIntegerField, WordField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class TrialOut(serializers.Serializer[Any]):
    """The domain's scorecard of today (UTC), with the trial counted."""

    domain = serializers.CharField()
    day = serializers.DateField()
    trials = StrictIntegerField()
    successes = StrictIntegerField()


class ScorecardOut(TrialOut):
    """The numbers of a domain's sandbox trials: today (UTC), and in the last `trial_window_days` of its charter."""

    window_days = StrictIntegerField()
    window_trials = StrictIntegerField()
    window_successes = StrictIntegerField()
    window_success_rate = RateField(allow_null=True)


class TrialParams(ActParams):
    """Parameters of a sandbox trial to count."""

    domain = WordField()
    confidence = RateField()
    success = serializers.BooleanField()
    actor = LabelField(required=False, help_text="default: your user name")


class RecommendParams(ActParams):
    """Parameters of an AI's advice to store."""

    domain = WordField()
    confidence = RateField()
    recommendation = JsonField()
    evidence = JsonField(required=False, default=None)
    actor = LabelField(required=False, help_text="default: your user name")


class RecommendationOut(RowSerializer):
    """The stored advice, and whether the gate lets production use it."""

    class Meta:
        model = HeimdallRecommendation
        fields = ("id", "domain", "confidence", "prod_eligible", "gate_reason")


@policy_endpoints(HeimdallPolicy)
class HeimdallViewSet(ApiViewSet):
    """The endpoints of the gate of AI advice."""

    permissions = {
        "scorecard_today": "governance.view_heimdallscorecard",
        "trial": "governance.run_trial",
        "recommend": "governance.recommend",
    }

    @ask("scorecard/today", Params, ScorecardOut(many=True))
    def scorecard_today(self, request: Request) -> Response:
        """The sandbox trials of each domain that has a charter: today (UTC), and in its last `trial_window_days`."""
        return Response(services.scorecards(timezone.now()))

    @act("sandbox/trial", TrialParams, {201: TrialOut})
    def trial(self, request: Request, act: Act, **params: Any) -> Response:
        """Count a sandbox trial on its domain's scorecard of today (UTC)."""
        card = gate.heimdall_trial(**params, act=act)
        return Response(shown(card, ("domain", "day", "trials", "successes")), status=201)

    @act("recommend", RecommendParams, {201: RecommendationOut})
    def recommend(self, request: Request, act: Act, **params: Any) -> Response:
        """Store an AI's advice. The answer says whether production may use it."""
        kept = gate.heimdall_recommend(**params, act=act)
        return Response(shown(kept, RecommendationOut.Meta.fields), status=201)
