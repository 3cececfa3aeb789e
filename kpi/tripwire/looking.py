"""Judging from a metric's events whether it has fallen."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet

from kpi.models import COUNTED, KPIEvent
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.rules import (
    FallVerdict,
    Method,
    Statistic,
    cusum,
    cusum_steps,
    fall,
    judge_drop,
    mean,
)

# A transaction with an earlier event id may still commit after this reading. No transaction stays open longer than this.
SETTLED = timedelta(minutes=10)
_DIGITS = Decimal("0.000001")
_RISE_SHOWN = Fraction(10**6)  # the largest rise that is shown


def watched_events(policy: RegressionPolicy) -> QuerySet[KPIEvent]:
    """Return the events of a policy's metric: those of its province, or all if it names none."""
    events = KPIEvent.objects.filter(COUNTED, domain=policy.domain, metric=policy.metric)
    return events.filter(province=policy.province) if policy.province else events


def judged_events(policy: RegressionPolicy) -> QuerySet[KPIEvent]:
    """Return the events that count for a policy: for a mean, those with a value; else those with a success value."""
    column = "value" if policy.statistic == Statistic.MEAN_VALUE else "success"
    return watched_events(policy).filter(**{f"{column}__isnull": False})


def judge(policy: RegressionPolicy, state: RegressionState, now: datetime) -> None:
    """Update `state` from the metric's events, without saving `state`. Only an enabled policy can become triggered."""
    if policy.method == Method.CUSUM:
        _judge_cusum(policy, state, now)
    else:
        _judge_drop(policy, state, now)
    if not policy.enabled:
        state.note += "; the policy is off"
    state.evaluated_at = now


def _judge_drop(policy: RegressionPolicy, state: RegressionState, now: datetime) -> None:
    verdict = _volume(policy, now) if policy.statistic == Statistic.VOLUME else _last_against_before(policy)
    state.triggered, state.note = verdict.triggered and policy.enabled, verdict.note
    _show(state, verdict.baseline, verdict.current, verdict.drop_fraction)


def _show(
    state: RegressionState, baseline: Fraction | None, current: Fraction | None, drop_fraction: Fraction | None
) -> None:
    state.baseline, state.current = _shown(baseline), _shown(current)
    state.drop_fraction = _shown(None if drop_fraction is None else max(drop_fraction, -_RISE_SHOWN))


def _shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(_DIGITS)


def _last_against_before(policy: RegressionPolicy) -> FallVerdict:
    window = policy.window_events
    column = "value" if policy.statistic == Statistic.MEAN_VALUE else "success"
    # The mean is computed here: SQLite averages in floating point, which may miss a fall of exactly the threshold.
    events = judged_events(policy).order_by("-id").values_list(column, flat=True)
    last = list(events[: window + policy.baseline_events])
    current, before = last[:window], last[window:]
    return judge_drop(
        mean(before),
        mean(current),
        baseline_events=len(before),
        current_events=len(current),
        min_events=policy.min_events_to_enforce,
        max_drop=policy.max_drop_fraction,
    )


def _volume(policy: RegressionPolicy, now: datetime) -> FallVerdict:
    span = timedelta(days=policy.window_days)
    events = watched_events(policy)
    current = events.filter(occurred_at__gt=now - span, occurred_at__lte=now).count()
    before = events.filter(occurred_at__gt=now - 2 * span, occurred_at__lte=now - span).count()
    return judge_drop(
        Fraction(before),
        Fraction(current),
        baseline_events=before,
        current_events=None,
        min_events=policy.min_events_to_enforce,
        max_drop=policy.max_drop_fraction,
    )


def _judge_cusum(policy: RegressionPolicy, state: RegressionState, now: datetime) -> None:
    if policy.baseline_rate is None:
        state.note = "no approved baseline"
        return
    steps = cusum_steps(float(policy.baseline_rate), float(policy.design_drop))
    events = judged_events(policy)
    fresh = list(events.filter(id__gt=state.last_event_id).order_by("id").values_list("id", "occurred_at", "success"))
    levels = [state.cusum, *cusum(state.cusum, (bool(success) for _, _, success in fresh), steps)]
    # Amber and red stay until a person clears them.
    state.amber = state.amber or max(levels) >= policy.amber_threshold
    state.triggered = state.triggered or (policy.enabled and max(levels) >= policy.red_threshold)
    # Advance only over settled events, so that an event whose transaction commits late is not missed.
    for (event_id, occurred_at, _), level in zip(fresh, levels[1:], strict=True):
        if occurred_at > now - SETTLED:
            break
        state.last_event_id, state.cusum = event_id, level
    baseline = Fraction(policy.baseline_rate)
    last = events.filter(id__gt=policy.baseline_event_id or 0).order_by("-id").values_list("success", flat=True)
    current = mean([bool(success) for success in last[: policy.window_events]])
    _show(state, baseline, current, None if current is None else (baseline - current) / baseline)
    seen = "no events since the baseline" if current is None else fall(baseline, current)
    state.note = f"{seen}; the sum is {levels[-1]:.2f}, amber from {policy.amber_threshold}, red from {policy.red_threshold}"
