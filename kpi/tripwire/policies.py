"""How metrics are watched: policies and their approved baselines. A policy's row is locked first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from governance import policies
from governance.decisions import ExecutionClass, verb
from kpi.tripwire.errors import NotARate, NotEnoughEvents, PolicyNotFound
from kpi.tripwire.expectations import simulate_policy
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.rules import BASELINE_MIN, Method, Statistic, jeffreys
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope

_RATE_DIGITS = Decimal("0.000001")


def on_policy_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Have the worker simulate what to expect of a policy. Another statistic or method starts anew: what the old one saw is
    forgotten, its triggers stay."""
    for facts in (one.facts for one in envelopes):
        policy, was = facts["policy"], facts["was"]
        if (was["statistic"], was["method"]) != (policy.statistic, policy.method):
            forget_state(policy)
        if policy.statistic == Statistic.SUCCESS_RATE:
            simulate_policy.enqueue(policy.pk, policy.version)


def forget_state(policy: RegressionPolicy) -> None:
    """What was seen counts no longer: the next look begins anew."""
    RegressionState.objects.filter(policy=policy).delete()


def locked_policy(domain: str, metric: str) -> RegressionPolicy:
    """The policy of a metric, held until the caller's transaction ends.

    Raises:
        PolicyNotFound: nobody watches this metric.

    """
    policy = RegressionPolicy.objects.select_for_update().filter(domain=domain, metric=metric).first()
    if policy is None:
        raise PolicyNotFound(f"There is no regression policy for {metric} of {domain}: make one with policies/upsert.")
    return policy


@dataclass(frozen=True, slots=True)
class MeasuredBaseline:
    """What approving a baseline now would freeze."""

    size: int  # events
    successes: int
    last_event_id: int  # a CUSUM looks at those after it; 0 without events

    @property
    def is_enough(self) -> bool:
        """Whether it may be frozen: at least 200 events, not all of them alike."""
        return self.size >= BASELINE_MIN and 0 < self.successes < self.size

    @property
    def rate(self) -> Decimal:
        """The success rate that is frozen."""
        return jeffreys(self.successes, self.size).quantize(_RATE_DIGITS)


def measured_baseline(policy: RegressionPolicy) -> MeasuredBaseline:
    """Look at the last `baseline_events` events of the policy's metric (at least 200)."""
    size = max(policy.baseline_events, BASELINE_MIN)
    last = list(judged_events(policy).order_by("-id").values_list("id", "success")[:size])
    return MeasuredBaseline(len(last), sum(bool(success) for _, success in last), last[0][0] if last else 0)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def approve_baseline(*, domain: str, metric: str, act: Act) -> RegressionPolicy:
    """Freeze the rate of the last `baseline_events` events (at least 200) as what a CUSUM compares with, from here on.

    This is also how a CUSUM that went red is cleared. What its trigger did stays until that is undone.

    Raises:
        PolicyNotFound: nobody watches this metric.
        NotARate: it does not watch a success rate.
        NotEnoughEvents: fewer than 200, or all of them alike.

    """
    policy = locked_policy(domain, metric)
    if policy.statistic != Statistic.SUCCESS_RATE:
        raise NotARate(attr="metric")
    measured = measured_baseline(policy)
    if not measured.is_enough:
        raise NotEnoughEvents(measured.size, measured.successes)
    if policy.method == Method.CUSUM:
        forget_state(policy)
    return policies.upsert(
        RegressionPolicy,
        domain=domain,
        metric=metric,
        act=act,
        baseline_rate=measured.rate,
        baseline_size=measured.size,
        baseline_event_id=measured.last_event_id,
    )
