"""Verbs of the tripwire. A policy's row is locked first, so that a fall acts once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Avg, Case, Count, F, QuerySet, Value, When
from django.db.models.fields import FloatField
from django.utils import timezone

from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from kpi.models import KPIEvent
from kpi.tripwire import simulation
from kpi.tripwire.errors import BaselineMissing, NotARate, NotEnoughEvents, PolicyNotFound, TriggerNotFound
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from kpi.tripwire.rules import (
    BASELINE_MIN,
    Action,
    Method,
    Statistic,
    Verdict,
    cusum,
    cusum_steps,
    jeffreys,
    judge_drop,
)
from wholesale import correlation

ACTOR = "tripwire"
EVALUATED_DAILY = timedelta(days=1)  # how often evaluate_tripwires looks, for what to expect
NONE_TAKEN = "none"
_RATE_DIGITS = Decimal("0.000001")


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

    Raises:
        NotARate: CUSUM with another statistic than SUCCESS_RATE.
        BaselineMissing: CUSUM enabled without an approved baseline.
        VersionConflict: somebody else changed it first.

    """
    now = now or timezone.now()
    key = {"domain": domain, "metric": metric}
    stored = RegressionPolicy.objects.select_for_update().filter(**key).first() or RegressionPolicy(**key)
    for name, value in changes.items():
        setattr(stored, name, value)
    if stored.method == Method.CUSUM and stored.statistic != Statistic.SUCCESS_RATE:
        raise NotARate(attr="method")
    if stored.method == Method.CUSUM and stored.enabled and stored.baseline_rate is None:
        raise BaselineMissing(attr="enabled")
    return policies.upsert(
        RegressionPolicy,
        key=key,
        changes={**changes, "expectation": _expectation(stored, now)},
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
    )


def _expectation(policy: RegressionPolicy, now: datetime) -> dict[str, Any] | None:
    """What to expect of the policy at the metric's own rate and volume; None where there is no rate yet."""
    if policy.statistic != Statistic.SUCCESS_RATE:
        return None
    recent = _judged_events(policy)
    last_month = recent.filter(occurred_at__gte=now - timedelta(days=30)).count()
    rate = policy.baseline_rate if policy.method == Method.CUSUM else None
    if rate is None:
        last = list(recent.order_by("-id").values_list("success", flat=True)[:1000])
        if not last or len(set(last)) == 1:
            return None
        rate = jeffreys(sum(map(bool, last)), len(last))
    check_every = max(1, round(last_month / 30))
    if policy.method == Method.CUSUM:
        found = simulation.expect_cusum(
            rate=float(rate),
            threshold=float(policy.red_threshold),
            baseline=policy.baseline_size or policy.baseline_events,
            design_drop=float(policy.design_drop),
            check_every=check_every,
        )
    else:
        found = simulation.expect_drop(
            rate=float(rate),
            window=policy.window_events,
            baseline=policy.baseline_events,
            max_drop=float(policy.max_drop_fraction),
            design_drop=float(policy.design_drop),
            check_every=check_every,
        )
    return {
        "rate": round(float(rate), 4),
        "events_a_day": check_every,
        "design_drop": float(policy.design_drop),
        "false_alarms_per_1000": found.false_alarms_per_1000,
        "median_delay_events": found.median_delay,
    }


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def evaluate(*, domain: str, metric: str, correlation_id: str | None = None, now: datetime | None = None) -> RegressionState:
    """Look whether the metric has fallen; a fall that begins acts once. A policy that is off is judged, and does nothing.

    Raises:
        PolicyNotFound: nobody watches this metric.

    """
    policy = RegressionPolicy.objects.select_for_update().filter(domain=domain, metric=metric).first()
    if policy is None:
        raise PolicyNotFound
    now = now or timezone.now()
    state = RegressionState.objects.filter(policy=policy).first() or RegressionState(policy=policy)
    was_triggered = state.triggered
    if policy.method == Method.CUSUM:
        _judge_cusum(policy, state)
    else:
        _judge_drop(policy, state, now)
    state.evaluated_at = now
    if state.triggered and not was_triggered:
        state.action_taken = _act(policy, state, correlation_id or correlation.current(), now)
    elif not state.triggered:
        state.action_taken = ""
    state.save()
    return state


@verb(ExecutionClass.CONTROL)
def evaluate_all(now: datetime | None = None) -> Iterator[tuple[RegressionPolicy, RegressionState]]:
    """Evaluate every enabled policy, each in its own transaction: the daily run."""
    for policy in RegressionPolicy.objects.filter(enabled=True):
        yield policy, evaluate(domain=policy.domain, metric=policy.metric, now=now)


def _judge_drop(policy: RegressionPolicy, state: RegressionState, now: datetime) -> None:
    verdict = _volume(policy, now) if policy.statistic == Statistic.VOLUME else _last_against_before(policy)
    state.triggered, state.amber, state.note = verdict.triggered and policy.enabled, False, verdict.note
    state.baseline, state.current, state.drop_fraction = (
        None if value is None else value.quantize(_RATE_DIGITS)
        for value in (verdict.baseline, verdict.current, verdict.drop_fraction)
    )
    if verdict.triggered and not policy.enabled:
        state.note = f"{verdict.note}; the policy is off"


def _last_against_before(policy: RegressionPolicy) -> Verdict:
    window = policy.window_events
    events = _judged_events(policy).order_by("-id")
    value: Any = F("value")
    if policy.statistic == Statistic.SUCCESS_RATE:
        value = Case(When(success=True, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    current = events[:window].aggregate(count=Count("id"), mean=Avg(value))
    before = events[window : window + policy.baseline_events].aggregate(count=Count("id"), mean=Avg(value))
    return judge_drop(
        _decimal(before["mean"]),
        _decimal(current["mean"]),
        baseline_events=before["count"],
        current_events=current["count"],
        min_events=policy.min_events_to_enforce,
        max_drop=policy.max_drop_fraction,
    )


def _volume(policy: RegressionPolicy, now: datetime) -> Verdict:
    span = timedelta(days=policy.window_days)
    events = KPIEvent.objects.filter(domain=policy.domain, metric=policy.metric)
    current = events.filter(occurred_at__gt=now - span, occurred_at__lte=now).count()
    before = events.filter(occurred_at__gt=now - 2 * span, occurred_at__lte=now - span).count()
    return judge_drop(
        Decimal(before),
        Decimal(current),
        baseline_events=before,
        current_events=None,
        min_events=policy.min_events_to_enforce,
        max_drop=policy.max_drop_fraction,
    )


def _judge_cusum(policy: RegressionPolicy, state: RegressionState) -> None:
    if policy.baseline_rate is None:
        state.note = "no approved baseline"
        return
    steps = cusum_steps(float(policy.baseline_rate), float(policy.design_drop))
    fresh = _judged_events(policy).filter(id__gt=state.last_event_id).order_by("id").values_list("id", "success")
    for event_id, level in _levels(state.cusum, fresh, steps):
        state.last_event_id, state.cusum = event_id, level
        state.amber = state.amber or level >= policy.amber_threshold
        # Latched: once red, it stays so until a person clears it.
        state.triggered = state.triggered or (policy.enabled and level >= policy.red_threshold)
    state.baseline = policy.baseline_rate
    state.note = f"CUSUM {state.cusum:.2f}, amber at {policy.amber_threshold}, red at {policy.red_threshold}"


def _levels(start: float, events: QuerySet[Any, Any], steps: Any) -> Iterator[tuple[int, float]]:
    rows = list(events)
    return zip((pk for pk, _ in rows), cusum(start, (success for _, success in rows), steps), strict=True)


def _judged_events(policy: RegressionPolicy) -> QuerySet[KPIEvent]:
    events = KPIEvent.objects.filter(domain=policy.domain, metric=policy.metric)
    column = "value" if policy.statistic == Statistic.MEAN_VALUE else "success"
    return events.filter(**{f"{column}__isnull": False})


def _decimal(value: Any) -> Decimal | None:
    # An average is a float on SQLite; rounded, a fall of exactly the threshold is one on both databases.
    return None if value is None else Decimal(str(round(float(value), 12)))


def _act(policy: RegressionPolicy, state: RegressionState, correlation_id: str, now: datetime) -> str:
    reason = f"Tripwire {policy.domain} {policy.metric}: {state.note}"
    engine = ""
    if policy.action == Action.KILL_SWITCH:
        gate.engage_kill_switch(changed_by=ACTOR, reason=reason, now=now)
        taken = Action.KILL_SWITCH.value
    else:
        engine = policy.throttled_engine
        throttled = gate.throttle_engine(engine, changed_by=ACTOR, reason=reason, now=now)
        taken = Action.THROTTLE.value if throttled else NONE_TAKEN
    RegressionTrigger.objects.create(
        policy=policy,
        policy_version=policy.version,
        created_at=now,
        baseline=state.baseline,
        current=state.current,
        drop_fraction=state.drop_fraction,
        note=state.note,
        action_taken=taken,
        engine=engine,
        correlation_id=correlation_id,
    )
    return taken


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def approve_baseline(
    *, domain: str, metric: str, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> RegressionPolicy:
    """Freeze the rate of the last `baseline_events` events as what a CUSUM compares with, and start it anew from here.

    This is also how a chart that went red is cleared.

    Raises:
        PolicyNotFound: nobody watches this metric.
        NotEnoughEvents: fewer than 200, or all of them alike.

    """
    policy = RegressionPolicy.objects.select_for_update().filter(domain=domain, metric=metric).first()
    if policy is None:
        raise PolicyNotFound
    last = list(_judged_events(policy).order_by("-id").values_list("id", "success")[: policy.baseline_events])
    successes = sum(bool(success) for _, success in last)
    if len(last) < BASELINE_MIN or successes in (0, len(last)):
        raise NotEnoughEvents
    RegressionState.objects.update_or_create(
        policy=policy,
        defaults={
            "triggered": False,
            "amber": False,
            "cusum": 0.0,
            "last_event_id": last[0][0],
            "note": f"baseline approved by {changed_by}",
            "action_taken": "",
        },
    )
    return upsert_policy(
        domain=domain,
        metric=metric,
        changed_by=changed_by,
        reason=reason,
        user=user,
        now=now,
        baseline_rate=jeffreys(successes, len(last)).quantize(_RATE_DIGITS),
        baseline_size=len(last),
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def undo_trigger(
    trigger_id: int, *, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> RegressionTrigger:
    """Take back what a trigger did: the engine's policy on again, or the kill switch released. Twice changes nothing.

    Raises:
        TriggerNotFound: no such trigger.

    """
    trigger = RegressionTrigger.objects.select_for_update().filter(pk=trigger_id).first()
    if trigger is None:
        raise TriggerNotFound
    if trigger.undone_at is not None:
        return trigger
    now = now or timezone.now()
    if trigger.action_taken == Action.THROTTLE:
        gate.lift_throttle(trigger.engine, changed_by=changed_by, reason=reason, user=user, now=now)
    elif trigger.action_taken == Action.KILL_SWITCH:
        gate.release_kill_switch(changed_by=changed_by, reason=reason, user=user, now=now)
    trigger.undone_at, trigger.undone_by, trigger.undone_user, trigger.undo_reason = now, changed_by, user, reason
    trigger.save(update_fields=["undone_at", "undone_by", "undone_user", "undo_reason"])
    return trigger


STATE_FIELDS = ("triggered", "amber", "baseline", "current", "drop_fraction", "note", "action_taken", "evaluated_at")
TRIGGER_FIELDS = (
    "id",
    "policy",
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


@verb(ExecutionClass.READ)
def states() -> list[dict[str, Any]]:
    """Where every policy stands, with its last triggers, in two queries."""
    latest: dict[int, list[dict[str, Any]]] = {}
    for trigger in RegressionTrigger.objects.filter(undone_at__isnull=True).values(*TRIGGER_FIELDS):
        latest.setdefault(trigger["policy"], []).append(trigger)
    return [
        {
            **state_summary(policy, getattr(policy, "state", None) or RegressionState(policy=policy)),
            "enabled": policy.enabled,
            "triggers": latest.get(policy.pk, [])[:TRIGGERS_SHOWN],
        }
        for policy in RegressionPolicy.objects.select_related("state")
    ]
