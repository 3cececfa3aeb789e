"""Simulating how often a policy gives a false alarm and how late it sees a fall. This takes the worker up to a second."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from kpi.tripwire import simulation
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy
from kpi.tripwire.rules import BASELINE_MIN, Method, Statistic, jeffreys
from wholesale.plumbing import mark

RATE_EVENTS = 1000  # the simulation uses the success rate of this many last events
MONTH = timedelta(days=30)  # the simulation uses the volume of this span


@task()
def simulate_policy(policy_id: int, version: int) -> None:
    """Background task: simulate a policy after it was created or changed."""
    simulate(policy_id, version)


def simulate(policy_id: int, version: int, now: datetime | None = None) -> None:
    """Simulate this version of the policy and store the result. If the policy was changed since, nothing is stored.

    No row is locked while it simulates. The policy's version stays, because no setting changed. Running twice is harmless.
    """
    policies = RegressionPolicy.objects.filter(pk=policy_id, version=version)
    policy = policies.first()
    if policy is not None:
        expected = expectation(policy, now or timezone.now())
        with transaction.atomic():
            mark.hold()
            policies.update(expectation=expected)


def rate_of(policy: RegressionPolicy) -> float | None:
    """Return the success rate (0..1) at which to simulate the policy. None if no success rate is known."""
    if policy.statistic != Statistic.SUCCESS_RATE:
        return None
    if policy.method == Method.CUSUM and policy.baseline_rate is not None:
        return float(policy.baseline_rate)
    last = list(judged_events(policy).order_by("-id").values_list("success", flat=True)[:RATE_EVENTS])
    return float(jeffreys(sum(map(bool, last)), len(last))) if len(set(last)) > 1 else None


def expectation(policy: RegressionPolicy, now: datetime) -> dict[str, Any] | None:
    """Simulate the policy at the metric's own rate and volume. Return None if no success rate is known."""
    rate = rate_of(policy)
    if rate is None:
        return None
    month = judged_events(policy).filter(occurred_at__gt=now - MONTH, occurred_at__lte=now)
    a_day = max(1, round(month.count() / MONTH.days))
    looked_every = 1 if settings.TRIPWIRE_ON_ARRIVAL else min(a_day, simulation.HORIZON)
    found = _simulated(policy, rate, looked_every)
    simulated_at = {"rate": round(rate, 4), "events_a_day": a_day, "looked_every": looked_every}
    return {**simulated_at, "design_drop": float(policy.design_drop), **asdict(found)}


def _simulated(policy: RegressionPolicy, rate: float, looked_every: int) -> simulation.Expectation:
    design_drop = float(policy.design_drop)
    if policy.method == Method.CUSUM:
        return simulation.expect_cusum(
            rate=rate,
            threshold=float(policy.red_threshold),
            baseline=policy.baseline_size or max(policy.baseline_events, BASELINE_MIN),
            design_drop=design_drop,
            check_every=looked_every,
        )
    return simulation.expect_drop(
        rate=rate,
        window=policy.window_events,
        baseline=policy.baseline_events,
        max_drop=float(policy.max_drop_fraction),
        design_drop=design_drop,
        check_every=looked_every,
    )
