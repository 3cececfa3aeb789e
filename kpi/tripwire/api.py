"""`/api/governance/regression`."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.clocks.api import PlaceParams
from kpi.models import KPIEvent
from kpi.services import record_kpi
from kpi.tripwire import evaluations, policies, summaries
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.rules import EVENTS_MAX, Action, Method, Statistic
from kpi.tripwire.triggers import undo_trigger
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ApiViewSet, RowSerializer, act, acting_user, ask, path_id
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    JsonField,
    LabelField,
    MetricField,
    NoteField,
    ProvinceField,
    RateField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of

_SMALLEST = Decimal("0.0001")


class ExpectationOut(serializers.Serializer[Any]):
    """What to expect of the policy, simulated soon after it was saved."""

    rate = RateField(help_text="the success rate it was simulated at")
    events_a_day = StrictIntegerField(help_text="of the last 30 days")
    looked_every = StrictIntegerField(help_text="events between two looks: a day's (at most 1,000), or 1 on arrival")
    design_drop = RateField()
    false_alarms_per_1000 = RateField(help_text="share of unchanged runs of 1,000 events with an alarm")
    median_delay_events = StrictDecimalField(
        max_digits=9, decimal_places=1, allow_null=True, help_text="events until the designed drop is seen; null: too rarely"
    )


class RegressionPolicyOut(RowSerializer):
    """How a metric is watched."""

    expectation = ExpectationOut(
        allow_null=True, help_text="null until the worker has simulated it, where there is no rate, and for other statistics"
    )

    class Meta:
        model = RegressionPolicy
        fields = (
            "id",
            "domain",
            "metric",
            "enabled",
            "statistic",
            "method",
            "action",
            "engine",
            "window_events",
            "baseline_events",
            "min_events_to_enforce",
            "window_days",
            "max_drop_fraction",
            "design_drop",
            "amber_threshold",
            "red_threshold",
            "baseline_rate",
            "baseline_size",
            "expectation",
            "version",
            "changed_by",
            "reason",
            "updated_at",
        )


class MetricParams(ActParams):
    """A metric."""

    domain = WordField()
    metric = MetricField()


class RegressionPolicyParams(MetricParams):
    """How to watch a metric; an absent setting keeps its value."""

    enabled = serializers.BooleanField(required=False)
    statistic = UpperChoiceField(required=False, choices=Statistic.choices)
    method = UpperChoiceField(required=False, choices=Method.choices)
    action = UpperChoiceField(required=False, choices=Action.choices)
    engine = WordField(required=False, help_text="whose risk policy THROTTLE switches off; default: the domain")
    window_events = StrictIntegerField(required=False, min_value=1, max_value=EVENTS_MAX)
    baseline_events = StrictIntegerField(required=False, min_value=1, max_value=EVENTS_MAX)
    min_events_to_enforce = StrictIntegerField(required=False, min_value=1, max_value=EVENTS_MAX)
    window_days = StrictIntegerField(required=False, min_value=1, max_value=365)
    max_drop_fraction = RateField(required=False, min_value=_SMALLEST)
    design_drop = StrictDecimalField(
        required=False, max_digits=5, decimal_places=4, min_value=_SMALLEST, max_value=1 - _SMALLEST
    )
    amber_threshold = StrictDecimalField(
        required=False, max_digits=6, decimal_places=2, min_value=Decimal("0.01"), max_value=Decimal(1000)
    )
    red_threshold = StrictDecimalField(
        required=False, max_digits=6, decimal_places=2, min_value=Decimal("0.01"), max_value=Decimal(1000)
    )
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class BaselineParams(MetricParams):
    """Who approves the baseline, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class UndoParams(ActParams):
    """Who undoes the trigger, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class StateOut(serializers.Serializer[Any]):
    """Where a policy stands."""

    domain = serializers.CharField()
    metric = serializers.CharField()
    triggered = serializers.BooleanField()
    amber = serializers.BooleanField()
    baseline = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    current = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    drop_fraction = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    note = serializers.CharField(allow_blank=True)
    action_taken = serializers.CharField(allow_blank=True, help_text="what its trigger did; none: there was nothing to do")
    evaluated_at = AwareDateTimeField(allow_null=True)


class EvaluateOut(serializers.Serializer[Any]):
    """The policy's state after looking."""

    state = StateOut()


class TriggerOut(RowSerializer):
    """A tripwire that went off."""

    domain = serializers.CharField()
    metric = serializers.CharField()

    class Meta:
        model = RegressionTrigger
        fields = ("domain", "metric", *summaries.TRIGGER_FIELDS)


class RegressionStateOut(StateOut):
    """Where a policy stands, with its latest triggers."""

    enabled = serializers.BooleanField()
    triggers = TriggerOut(many=True, help_text="those not undone, the last ten, the newest first")


class KpiParams(PlaceParams, MetricParams):
    """A KPI event to record."""

    success = serializers.BooleanField(required=False, default=None)
    value = StrictDecimalField(required=False, default=None, max_digits=18, decimal_places=4)
    province = ProvinceField(required=False, default=None)
    market = WordField(required=False, default=None)
    actor = LabelField(required=False, help_text="default: your user name")
    detail = JsonField(required=False, default=None)


class KpiOut(RowSerializer):
    """The recorded event."""

    class Meta:
        model = KPIEvent
        fields = ("id", "occurred_at", "domain", "metric", "success", "value", "province", "market", "actor")


class RegressionViewSet(ApiViewSet):
    """A KPI that falls throttles its engine or engages the kill switch."""

    permissions = {
        "policies": "kpi.view_regressionpolicy",
        "upsert": "kpi.change_regressionpolicy",
        "state": "kpi.view_regressionstate",
        "evaluate": "kpi.evaluate_tripwire",
        "kpi": "kpi.record_kpi",
        "approve_baseline": "kpi.clear_tripwire",
        "undo": "kpi.clear_tripwire",
    }

    @ask("policies", Params, RegressionPolicyOut(many=True))
    def policies(self, request: Request) -> Response:
        """All regression policies, each with what to expect of it."""
        return Response(list(RegressionPolicy.objects.values(*RegressionPolicyOut.Meta.fields)))

    @act("policies/upsert", RegressionPolicyParams, RegressionPolicyOut)
    def upsert(self, request: Request, **params: Any) -> Response:
        """Create or change how a metric is watched."""
        params.setdefault("changed_by", label_of(request.user))
        policy = policies.upsert_policy(user=acting_user(request), **params)
        return Response(shown(policy, RegressionPolicyOut.Meta.fields))

    @ask("state", Params, RegressionStateOut(many=True))
    def state(self, request: Request) -> Response:
        """Where each policy stands since it was last evaluated."""
        return Response(summaries.states())

    @act("evaluate", MetricParams, EvaluateOut, in_parts=True)
    def evaluate(self, request: Request, act: Act, **params: Any) -> Response:
        """Look whether a metric has fallen; a fall that begins acts."""
        state = evaluations.evaluate(**params, act=act)
        return Response({"state": summaries.state_summary(state.policy, state)})

    @act("kpi", KpiParams, {201: KpiOut})
    def kpi(self, request: Request, act: Act, **params: Any) -> Response:
        """Record a KPI event."""
        return Response(shown(record_kpi(**params, act=act), KpiOut.Meta.fields), status=201)

    @act("baseline/approve", BaselineParams, RegressionPolicyOut)
    def approve_baseline(self, request: Request, act: Act, **params: Any) -> Response:
        """Freeze the metric's present rate as its baseline; clears a CUSUM that went red."""
        policy = policies.approve_baseline(**params, act=act)
        return Response(shown(policy, RegressionPolicyOut.Meta.fields))

    @act(f"triggers/{ROW_ID}/undo", UndoParams, TriggerOut, parameters=[path_id("trigger")])
    def undo(self, request: Request, id: str, act: Act) -> Response:
        """Take back what a trigger did."""
        return Response(summaries.trigger_summary(undo_trigger(int(id), act=act)))
