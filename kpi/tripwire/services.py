"""Verbs of the tripwire. A policy's row is locked first, so that a fall acts once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from kpi.tripwire.errors import (
    BaselineMissing,
    MayNotRelease,
    NotARate,
    NotEnoughEvents,
    PolicyNotFound,
    ThresholdsReversed,
    TriggerNotFound,
)
from kpi.tripwire.looking import expectation, judge, judged_events
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from kpi.tripwire.rules import BASELINE_MIN, Action, Method, Statistic, jeffreys
from wholesale.plumbing import correlation, locks

ACTOR = "tripwire"
_TRIGGERS_LOCK = 7_301_006  # of PostgreSQL's advisory locks
NONE_TAKEN = "none"
_RATE_DIGITS = Decimal("0.000001")


class _Words(NamedTuple):
    """How the notes tell what was done."""

    done: str
    already: str
    undone: str


_WORDS = {
    Action.THROTTLE: _Words("switched off", "off already", "on again"),
    Action.KILL_SWITCH: _Words("engaged", "engaged already", "released"),
}


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    domain: str,
    metric: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> RegressionPolicy:
    """Create or change how a metric is watched, and store what to expect of that at its own rate and volume.

    Another statistic or method starts anew: what the old one saw is forgotten, its triggers stay.

    Raises:
        NotARate: CUSUM with another statistic than SUCCESS_RATE.
        BaselineMissing: CUSUM enabled without an approved baseline.
        ThresholdsReversed: amber above red.
        VersionConflict: somebody else changed it first.

    """
    key = {"domain": domain, "metric": metric}
    meant = RegressionPolicy.objects.select_for_update().filter(**key).first() or RegressionPolicy(**key)
    now = now or timezone.now()
    watched_as = (meant.statistic, meant.method)
    for name, value in changes.items():
        setattr(meant, name, value)
    if meant.method == Method.CUSUM and meant.statistic != Statistic.SUCCESS_RATE:
        raise NotARate(attr="method")
    if meant.method == Method.CUSUM and meant.enabled and meant.baseline_rate is None:
        raise BaselineMissing(attr="enabled")
    if meant.amber_threshold > meant.red_threshold:
        raise ThresholdsReversed(attr="amber_threshold")
    policy = policies.upsert(
        RegressionPolicy,
        key=key,
        changes={**changes, "expectation": expectation(meant, now)},
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
    )
    if watched_as != (policy.statistic, policy.method):
        _forget_state(policy)
    return policy


def _forget_state(policy: RegressionPolicy) -> None:
    RegressionState.objects.filter(policy=policy).delete()


def _locked_policy(domain: str, metric: str) -> RegressionPolicy:
    policy = RegressionPolicy.objects.select_for_update().filter(domain=domain, metric=metric).first()
    if policy is None:
        raise PolicyNotFound(f"There is no regression policy for {metric} of {domain}: make one with policies/upsert.")
    return policy


@verb(ExecutionClass.CONTROL)
def evaluate(*, domain: str, metric: str, correlation_id: str | None = None, now: datetime | None = None) -> RegressionState:
    """Look whether the metric has fallen; a fall that begins acts once. A policy that is off is judged, and does nothing.

    A fall that stops everything engages the kill switch first, outside this verb's transactions: it waits for no lock.

    Raises:
        PolicyNotFound: nobody watches this metric.

    """
    state = None
    while state is None:
        stop = _stop_if_fallen(domain, metric, now)
        state = _evaluated(domain, metric, stop, correlation_id or correlation.current(), now)
    return state


@transaction.atomic
def _evaluated(
    domain: str, metric: str, stop: gate.Stop | None, correlation_id: str, now: datetime | None
) -> RegressionState | None:
    """The state, stored; None where everything must be stopped first."""
    policy = _locked_policy(domain, metric)
    now = now or timezone.now()
    state, begins = _judged(policy, now)
    if begins and policy.action == Action.KILL_SWITCH and stop is None:
        return None
    if begins:
        state.action_taken = _act(policy, state, stop, correlation_id, now)
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


def _stop_if_fallen(domain: str, metric: str, now: datetime | None) -> gate.Stop | None:
    """Engage the kill switch where a fall begins for which the policy wants that."""
    policy = RegressionPolicy.objects.filter(domain=domain, metric=metric, action=Action.KILL_SWITCH, enabled=True).first()
    if policy is None:
        return None
    now = now or timezone.now()
    state, begins = _judged(policy, now)
    return gate.stop_all(changed_by=ACTOR, reason=_reason(policy, state), now=now) if begins else None


def _reason(policy: RegressionPolicy, state: RegressionState) -> str:
    return f"Tripwire {policy}: {state.note}"


@verb(ExecutionClass.CONTROL)
def evaluate_all(now: datetime | None = None) -> Iterator[tuple[RegressionPolicy, RegressionState]]:
    """Evaluate every enabled policy, each in its own transaction: the daily run."""
    for policy in RegressionPolicy.objects.filter(enabled=True):
        yield policy, evaluate(domain=policy.domain, metric=policy.metric, now=now)


def _act(
    policy: RegressionPolicy, state: RegressionState, stop: gate.Stop | None, correlation_id: str, now: datetime
) -> str:
    _one_after_another()
    if policy.action == Action.KILL_SWITCH:
        engine, stopped = "", "the kill switch"
    else:
        engine, stopped = policy.throttled_engine, f"the risk policy {policy.throttled_engine}"
        stop = gate.throttle_engine(engine, changed_by=ACTOR, reason=_reason(policy, state), now=now)
    taken, mark, words = str(policy.action), stop.mark if stop else "", _WORDS[Action(policy.action)]
    if stop is None:
        taken, outcome = NONE_TAKEN, f"nothing was throttled, for there is no risk policy {engine}"
    elif stop.began or (stop.by == ACTOR and not _holding(taken, engine, mark).exists()):  # begun by a look that was cut off
        outcome = f"{stopped} was {words.done}"
    elif _holding(taken, engine, mark).exists():
        outcome = f"{stopped} is {words.already}, for another trigger"
    else:
        taken, outcome = NONE_TAKEN, f"{stopped} is {words.already}, by another hand"
    RegressionTrigger.objects.create(
        policy=policy,
        policy_version=policy.version,
        created_at=now,
        baseline=state.baseline,
        current=state.current,
        drop_fraction=state.drop_fraction,
        note=f"{state.note}. Action: {outcome}",
        action_taken=taken,
        engine=engine,
        mark=mark,
        correlation_id=correlation_id,
    )
    return taken


def _one_after_another() -> None:
    """Acts and undoings of triggers come one after another: two triggers may hold one engine."""
    locks.hold(_TRIGGERS_LOCK)


def _holding(action: str, engine: str, mark: str) -> QuerySet[RegressionTrigger]:
    """The triggers for which this stop is in force."""
    return RegressionTrigger.objects.filter(action_taken=action, engine=engine, mark=mark, undone_at__isnull=True)


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
def approve_baseline(
    *, domain: str, metric: str, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> RegressionPolicy:
    """Freeze the rate of the last `baseline_events` events (at least 200) as what a CUSUM compares with, from here on.

    This is also how a CUSUM that went red is cleared. What its trigger did stays until that is undone.

    Raises:
        PolicyNotFound: nobody watches this metric.
        NotARate: it does not watch a success rate.
        NotEnoughEvents: fewer than 200, or all of them alike.

    """
    policy = _locked_policy(domain, metric)
    if policy.statistic != Statistic.SUCCESS_RATE:
        raise NotARate(attr="metric")
    measured = measured_baseline(policy)
    if not measured.is_enough:
        raise NotEnoughEvents(measured.size, measured.successes)
    if policy.method == Method.CUSUM:
        _forget_state(policy)
    return upsert_policy(
        domain=domain,
        metric=metric,
        changed_by=changed_by,
        reason=reason,
        user=user,
        now=now,
        baseline_rate=measured.rate,
        baseline_size=measured.size,
        baseline_event_id=measured.last_event_id,
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def undo_trigger(
    trigger_id: int, *, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> RegressionTrigger:
    """Take back what a trigger did: the engine's policy on again, or the kill switch released. Twice changes nothing.

    Only what the trigger itself did: where somebody changed the policy or the go-live state since, or another trigger needs
    the same stop, that stays, and the trigger's note says so.

    Raises:
        TriggerNotFound: no such trigger.
        MayNotRelease: it engaged the kill switch, which this user may not release.

    """
    _one_after_another()
    trigger = RegressionTrigger.objects.select_for_update().filter(pk=trigger_id).first()
    if trigger is None:
        raise TriggerNotFound
    if trigger.undone_at is not None:
        return trigger
    if trigger.action_taken == Action.KILL_SWITCH and user and not user.has_perm("governance.release_kill_switch"):
        raise MayNotRelease
    now = now or timezone.now()
    outcome = _lift(trigger, changed_by=changed_by, reason=reason, user=user, now=now)
    trigger.note = f"{trigger.note}. Undone: {outcome}"
    trigger.undone_at, trigger.undone_by, trigger.undone_user, trigger.undo_reason = now, changed_by, user, reason
    trigger.save(update_fields=["note", "undone_at", "undone_by", "undone_user", "undo_reason"])
    return trigger


def _lift(trigger: RegressionTrigger, **who: Any) -> str:
    """Lift the trigger's stop if it is its own alone; says what happened."""
    if trigger.action_taken == NONE_TAKEN:
        return "there was nothing to take back"
    other = _holding(trigger.action_taken, trigger.engine, trigger.mark).exclude(pk=trigger.pk).first()
    if other is not None:
        return f"what it stopped stays so for trigger {other.pk}"
    if trigger.action_taken == Action.KILL_SWITCH:
        lifted, stopped = gate.lift_stop_of_all(trigger.mark, **who), "the kill switch"
    else:
        lifted, stopped = gate.lift_throttle(trigger.engine, trigger.mark, **who), f"the risk policy {trigger.engine}"
    undone = _WORDS[Action(trigger.action_taken)].undone
    return f"{stopped} is {undone}" if lifted else f"{stopped} was changed since, and stays as it is"


STATE_FIELDS = ("triggered", "amber", "baseline", "current", "drop_fraction", "note", "action_taken", "evaluated_at")
TRIGGER_FIELDS = (
    "id",
    "policy_version",
    "created_at",
    "baseline",
    "current",
    "drop_fraction",
    "note",
    "action_taken",
    "engine",
    "correlation_id",
    "undone_at",
    "undone_by",
    "undo_reason",
)
TRIGGERS_SHOWN = 10


def state_summary(policy: RegressionPolicy, state: RegressionState) -> dict[str, Any]:
    """A policy's state in the guide's shape."""
    return {
        "domain": policy.domain,
        "metric": policy.metric,
        **{name: getattr(state, name) for name in STATE_FIELDS},
    }


def trigger_summary(trigger: RegressionTrigger) -> dict[str, Any]:
    """A trigger as the API shows it."""
    policy = trigger.policy
    return {
        "domain": policy.domain,
        "metric": policy.metric,
        **{name: getattr(trigger, name) for name in TRIGGER_FIELDS},
    }


@verb(ExecutionClass.READ)
def states() -> list[dict[str, Any]]:
    """Where every policy stands, with its last triggers, in two queries."""
    waiting = RegressionTrigger.objects.filter(undone_at__isnull=True).order_by("-id")[:TRIGGERS_SHOWN]
    watched = RegressionPolicy.objects.select_related("state").prefetch_related(
        Prefetch("triggers", waiting, to_attr="waiting")
    )
    return [
        {
            **state_summary(policy, getattr(policy, "state", None) or RegressionState(policy=policy)),
            "enabled": policy.enabled,
            "triggers": [trigger_summary(trigger) for trigger in policy.waiting],
        }
        for policy in watched
    ]
