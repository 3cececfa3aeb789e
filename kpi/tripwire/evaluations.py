"""How a policy is evaluated. Its row is locked first, so that a fall acts once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from governance import gate
from governance.decisions import ExecutionClass, verb
from kpi.tripwire.looking import judge
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.policies import locked_policy
from kpi.tripwire.rules import Action
from kpi.tripwire.triggers import ACTOR, act_on_fall, reason_of
from wholesale.plumbing import correlation
from wholesale.plumbing.act import Act


@verb(ExecutionClass.CONTROL)
def evaluate(*, domain: str, metric: str, act: Act) -> RegressionState:
    """Look whether the metric has fallen; a fall that begins acts once. A policy that is off is judged, and does nothing.
    What a fall does is the tripwire's act, whoever asked to look.

    A fall that stops everything engages the kill switch first, outside this verb's transactions: it waits for no lock.

    Raises:
        PolicyNotFound: nobody watches this metric.

    """
    state = None
    while state is None:
        looking = replace(act, actor=ACTOR, user=None)  # each look reads the clock anew
        stop = _stop_if_fallen(domain, metric, looking)
        state = _evaluated(domain, metric, stop, replace(looking))
    return state


@transaction.atomic
def _evaluated(domain: str, metric: str, stop: gate.Stop | None, act: Act) -> RegressionState | None:
    """The state, stored; None where everything must be stopped first."""
    policy = locked_policy(domain, metric)
    state, begins = _judged(policy, act.now)
    if begins and policy.action == Action.KILL_SWITCH and stop is None:
        return None
    if begins:
        state.action_taken = act_on_fall(policy, state, stop, act)
    elif not state.triggered:
        state.action_taken = ""
    state.save()
    return state


def _judged(policy: RegressionPolicy, now: datetime) -> tuple[RegressionState, bool]:
    """The policy's state brought up to date and not saved, and whether a fall begins."""
    state = RegressionState.objects.filter(policy=policy).first()
    state = state or RegressionState(policy=policy, last_event_id=policy.baseline_event_id or 0)
    was_triggered = state.triggered
    judge(policy, state, now)
    return state, state.triggered and not was_triggered


def _stop_if_fallen(domain: str, metric: str, act: Act) -> gate.Stop | None:
    """Engage the kill switch where a fall begins for which the policy wants that."""
    policy = RegressionPolicy.objects.filter(domain=domain, metric=metric, action=Action.KILL_SWITCH, enabled=True).first()
    if policy is None:
        return None
    state, begins = _judged(policy, act.now)
    return gate.stop_all(act.because(reason_of(policy, state))) if begins else None


@verb(ExecutionClass.CONTROL)
def evaluate_all(*, act: Act) -> Iterator[tuple[RegressionPolicy, RegressionState]]:
    """Evaluate every enabled policy, each in its own transaction: the daily run."""
    for policy in RegressionPolicy.objects.filter(enabled=True):
        own = replace(act, correlation_id=correlation.current())
        yield policy, evaluate(domain=policy.domain, metric=policy.metric, act=own)
