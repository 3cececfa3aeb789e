"""The verbs of regression policies and their baselines. A policy's row is locked first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from governance import policies
from governance.decisions import ExecutionClass, verb
from kpi.tripwire.errors import NotARate, NotEnoughEvents, PolicyNotFound
from kpi.tripwire.expectations import simulate_policy
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.rules import BASELINE_MIN, Method, Statistic, jeffreys
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope

_RATE_DIGITS = Decimal("0.000001")


def on_policy_changed(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receiver: queue the simulation of a changed policy. If the statistic or the method changed, the policy's state is
    deleted, but its triggers stay."""
    for facts in (one.facts for one in envelopes):
        policy, was = facts["policy"], facts["was"]
        if (was["statistic"], was["method"]) != (policy.statistic, policy.method):
            forget_state(policy)
        if policy.statistic == Statistic.SUCCESS_RATE:
            simulate_policy.enqueue(policy.pk, policy.version)


def forget_state(policy: RegressionPolicy) -> None:
    """Delete the policy's state, so that the next evaluation takes nothing over from earlier ones."""
    RegressionState.objects.filter(policy=policy).delete()


def locked_policy(domain: str, metric: str, province: str | None) -> RegressionPolicy:
    """Return the policy of a metric in a province (None: in all of Canada), locked until the caller's transaction ends.

    Raises:
        PolicyNotFound: no policy watches this metric there.

    """
    key = {"domain": domain, "metric": metric, "province": province}
    policy = RegressionPolicy.objects.select_for_update().filter(**key).first()
    if policy is None:
        place = province or "all of Canada"
        raise PolicyNotFound(
            gettext_noop(
                "There is no regression policy for %(metric)s of %(domain)s in %(place)s: make one with policies/upsert."
            ),
            metric=metric,
            domain=domain,
            place=place,
        )
    return policy


@dataclass(frozen=True, slots=True)
class MeasuredBaseline:
    """The baseline that an approval would store now, with what it was measured on."""

    size: int  # events
    successes: int
    last_event_id: int  # a CUSUM looks at the events after it; 0 if there are no events

    @property
    def is_enough(self) -> bool:
        """Whether the baseline may be approved: at least 200 events, with successes and failures among them."""
        return self.size >= BASELINE_MIN and 0 < self.successes < self.size

    @property
    def rate(self) -> Decimal:
        """The success rate to approve."""
        return jeffreys(self.successes, self.size).quantize(_RATE_DIGITS)


def measured_baseline(policy: RegressionPolicy) -> MeasuredBaseline:
    """Measure the baseline of a policy on the last `baseline_events` events of its metric, or on 200 if that is more."""
    size = max(policy.baseline_events, BASELINE_MIN)
    last = list(judged_events(policy).order_by("-id").values_list("id", "success")[:size])
    return MeasuredBaseline(len(last), sum(bool(success) for _, success in last), last[0][0] if last else 0)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def approve_baseline(*, domain: str, metric: str, province: str | None = None, act: Act) -> RegressionPolicy:
    """Approve the rate of the last `baseline_events` events (at least 200) as the baseline that a CUSUM compares with.

    The policy is the one of this province (None: of all of Canada). Approving also clears a CUSUM that has triggered. What
    the trigger stopped stays stopped until the trigger is undone.

    Raises:
        PolicyNotFound: no policy watches this metric there.
        NotARate: the policy does not watch a success rate.
        NotEnoughEvents: there are fewer than 200 events, or all are successes, or all are failures.

    """
    mark.hold()
    policy = locked_policy(domain, metric, province)
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
        province=province,
        act=act,
        baseline_rate=measured.rate,
        baseline_size=measured.size,
        baseline_event_id=measured.last_event_id,
    )
