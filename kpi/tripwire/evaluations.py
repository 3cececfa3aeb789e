"""Evaluating policies. A policy's row is locked first, so that a fall acts only once."""

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
from wholesale.plumbing import correlation, mark
from wholesale.plumbing.act import Act

Key = tuple[str, str, str | None]  # a policy's domain, metric and province


@verb(ExecutionClass.CONTROL)
def evaluate(*, domain: str, metric: str, province: str | None = None, act: Act) -> RegressionState:
    """Evaluate the policy of a metric in a province (None: the policy of all of Canada). When a fall begins, the policy's
    action is taken, once. If the policy is off, no action is taken. The actor of the action is the tripwire, whoever asked
    for the evaluation.

    If a fall engages the kill switch, it is engaged first, outside this verb's transactions, so that it waits for no lock.
    If a fall throttles an engine, the mark is locked first, as by every verb that changes a policy.

    Raises:
        PolicyNotFound: no policy watches this metric there.

    """
    key = (domain, metric, province)
    state, holds_mark = None, False
    while state is None:
        looking = replace(act, actor=ACTOR, user=None)  # a copy reads the clock anew
        stop = _stop_if_fallen(key, looking)
        state = _evaluated(key, stop, replace(looking), holds_mark=holds_mark)
        holds_mark = True
    return state


@transaction.atomic
def _evaluated(key: Key, stop: gate.Stop | None, act: Act, *, holds_mark: bool) -> RegressionState | None:
    """Judge the policy, act on a fall, and return the stored state. None, if what the action needs has to be done first: to
    engage the kill switch, or to lock the mark (`holds_mark`)."""
    if holds_mark:
        mark.hold()
    policy = locked_policy(*key)
    state, begins = _judged(policy, act.now)
    if begins and not (stop if policy.action == Action.KILL_SWITCH else holds_mark):
        return None
    if begins:
        state.action_taken = act_on_fall(policy, state, stop, act)
    elif not state.triggered:
        state.action_taken = ""
    state.save()
    return state


def _judged(policy: RegressionPolicy, now: datetime) -> tuple[RegressionState, bool]:
    """Return the policy's updated state, not saved, and whether a fall begins now."""
    state = RegressionState.objects.filter(policy=policy).first()
    state = state or RegressionState(policy=policy, last_event_id=policy.baseline_event_id or 0)
    was_triggered = state.triggered
    judge(policy, state, now)
    return state, state.triggered and not was_triggered


def _stop_if_fallen(key: Key, act: Act) -> gate.Stop | None:
    """If a fall begins now and the policy's action is the kill switch, engage it and return the stop. Else return None."""
    stopping = RegressionPolicy.objects.filter(action=Action.KILL_SWITCH, enabled=True)
    policy = stopping.filter(**dict(zip(RegressionPolicy.key, key, strict=True))).first()
    if policy is None:
        return None
    state, begins = _judged(policy, act.now)
    return gate.stop_all(act.because(reason_of(policy, state))) if begins else None


@verb(ExecutionClass.CONTROL)
def evaluate_all(*, act: Act) -> Iterator[tuple[RegressionPolicy, RegressionState]]:
    """Evaluate every enabled policy, each in its own transaction, while the caller iterates over the results."""
    for policy in RegressionPolicy.objects.filter(enabled=True):
        own = replace(act, correlation_id=correlation.current())
        yield policy, evaluate(domain=policy.domain, metric=policy.metric, province=policy.province, act=own)
