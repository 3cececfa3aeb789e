"""The endpoints of the tripwire, below `/api/governance/regression`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from governance.clocks.api import PlaceParams
from governance.policies_api import out_of, policy_endpoints
from kpi.models import KPIEvent
from kpi.services import record_kpi
from kpi.tripwire import evaluations, policies, summaries
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.triggers import undo_trigger
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ApiViewSet, RowSerializer, act, ask, path_id
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
    WordField,
)
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class ExpectationOut(serializers.Serializer[Any]):
    """What to expect of a policy, as the API shows it: false alarms, and the delay. The worker simulates it on each save."""

    rate = RateField(help_text="the success rate it was simulated at")
    events_a_day = StrictIntegerField(help_text="of the last 30 days")
    looked_every = StrictIntegerField(help_text="events between two looks: a day's (at most 1,000), or 1 on arrival")
    design_drop = RateField()
    false_alarms_per_1000 = RateField(help_text="share of unchanged runs of 1,000 events with an alarm")
    median_delay_events = StrictDecimalField(
        max_digits=9, decimal_places=1, allow_null=True, help_text="events until the designed drop is seen; null: too rarely"
    )


RegressionPolicyOut = out_of(
    RegressionPolicy,
    expectation=ExpectationOut(
        allow_null=True, help_text="null: not simulated yet, there is no rate, or the statistic is another"
    ),
)


class MetricParams(ActParams):
    """The parameters that name a metric: its domain and its name."""

    domain = WordField()
    metric = MetricField()


class WatchedParams(MetricParams):
    """The parameters that name a regression policy: its metric and its province."""

    province = ProvinceField(required=False, default=None, help_text="default: all of Canada")


class BaselineParams(WatchedParams):
    """The parameters of an approval: the policy whose baseline is approved, who approves it, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class UndoParams(ActParams):
    """The parameters of an undo: who undoes the trigger, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class StateOut(serializers.Serializer[Any]):
    """The state of a regression policy after its last evaluation, as the API shows it."""

    domain = serializers.CharField()
    metric = serializers.CharField()
    province = serializers.CharField(allow_null=True, help_text="null: all of Canada")
    triggered = serializers.BooleanField()
    amber = serializers.BooleanField()
    baseline = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    current = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    drop_fraction = StrictDecimalField(max_digits=20, decimal_places=6, allow_null=True)
    note = serializers.CharField(allow_blank=True)
    action_taken = serializers.CharField(allow_blank=True, help_text="what its trigger did; none: there was nothing to do")
    evaluated_at = AwareDateTimeField(allow_null=True)


class EvaluateOut(serializers.Serializer[Any]):
    """The policy's state after the evaluation that was asked for."""

    state = StateOut()


class TriggerOut(RowSerializer):
    """A trigger as the API shows it: one time that a tripwire acted."""

    domain = serializers.CharField()
    metric = serializers.CharField()
    province = serializers.CharField(allow_null=True, help_text="null: all of Canada")

    class Meta:
        model = RegressionTrigger
        fields = (*RegressionPolicy.key, *summaries.TRIGGER_FIELDS)


class RegressionStateOut(StateOut):
    """The state of a regression policy with its latest triggers, as the API shows it."""

    enabled = serializers.BooleanField()
    triggers = TriggerOut(many=True, help_text="the last ten that are not undone, the newest first")


class KpiParams(PlaceParams, MetricParams):
    """The parameters of a KPI event to record."""

    success = serializers.BooleanField(required=False, default=None)
    value = StrictDecimalField(required=False, default=None, max_digits=18, decimal_places=4)
    province = ProvinceField(required=False, default=None)
    market = WordField(required=False, default=None)
    actor = LabelField(required=False, help_text="default: your user name")
    detail = JsonField(required=False, default=None)


class KpiOut(RowSerializer):
    """The KPI event that was recorded, as the API shows it."""

    class Meta:
        model = KPIEvent
        fields = ("id", "occurred_at", "domain", "metric", "success", "value", "province", "market", "actor")


@policy_endpoints(RegressionPolicy, out=RegressionPolicyOut)
class RegressionViewSet(ApiViewSet):
    """The tripwire: when a watched metric falls, it throttles an engine or engages the kill switch."""

    permissions = {
        "state": "kpi.view_regressionstate",
        "evaluate": "kpi.evaluate_tripwire",
        "kpi": "kpi.record_kpi",
        "approve_baseline": "kpi.clear_tripwire",
        "undo": "kpi.clear_tripwire",
    }

    @ask("state", Params, RegressionStateOut(many=True))
    def state(self, request: Request) -> Response:
        """List the state of each policy after its last evaluation."""
        return Response(summaries.states())

    @act("evaluate", WatchedParams, EvaluateOut, in_parts=True)
    def evaluate(self, request: Request, act: Act, **params: Any) -> Response:
        """Evaluate a regression policy, by default the one of all of Canada. If the metric has just fallen, the policy's
        action is taken."""
        state = evaluations.evaluate(**params, act=act)
        return Response({"state": summaries.state_summary(state.policy, state)})

    @act("kpi", KpiParams, {201: KpiOut})
    def kpi(self, request: Request, act: Act, **params: Any) -> Response:
        """Record a KPI event."""
        return Response(shown(record_kpi(**params, act=act), KpiOut.Meta.fields), status=201)

    @act("baseline/approve", BaselineParams, RegressionPolicyOut)
    def approve_baseline(self, request: Request, act: Act, **key: Any) -> Response:
        """Approve the metric's present rate as its baseline. This also clears a CUSUM that has triggered."""
        policy = policies.approve_baseline(act=act, **key)
        return Response(shown(policy, RegressionPolicyOut.Meta.fields))

    @act(f"triggers/{ROW_ID}/undo", UndoParams, TriggerOut, parameters=[path_id("trigger")])
    def undo(self, request: Request, id: str, act: Act) -> Response:
        """Undo what a trigger did: switch the engine's risk policy on, or release the kill switch."""
        return Response(summaries.trigger_summary(undo_trigger(int(id), act=act)))
