"""What the policies watch, and how the watched figure came to where it is: the points of a control chart."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, DecimalField, Q, Value
from django.db.models.functions import Cast

from governance.runbook.registry import read_once
from kpi.models import KPIEvent
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.rules import Method, Statistic, cusum, cusum_steps

EVENTS_MAX = 1_000  # events of one policy that a chart follows
POINTS_MAX = 60  # points of one chart


@read_once
def watching() -> list[RegressionPolicy]:
    """Return the policies, each with its state and its number of triggers that are not `undone` (one query). Policies that
    were never evaluated have no state."""
    waiting = Count("triggers", filter=Q(triggers__undone_at__isnull=True))
    return list(RegressionPolicy.objects.select_related("state").annotate(waiting=waiting))


class ControlChart(NamedTuple):
    """How a watched figure moved. `amber` and `red` are the lines that it must not pass: from above, or from below if
    `falls`. The last point is the newest. Rates are fractions 0..1."""

    policy: RegressionPolicy
    state: RegressionState
    points: list[float]
    centre: float | None
    amber: float | None
    red: float | None
    falls: bool  # a rate that falls is bad; a CUSUM is bad when it rises


def control_charts(policies: Sequence[RegressionPolicy]) -> list[ControlChart]:
    """Return the chart of each of these policies, from its newest events (one query). Where a policy counts events (VOLUME),
    the points are its two counts: before and now."""
    events = _events([policy for policy in policies if policy.statistic != Statistic.VOLUME])
    return [_chart(policy, events[policy.pk]) for policy in policies]


def _chart(policy: RegressionPolicy, values: list[float]) -> ControlChart:
    state = getattr(policy, "state", None) or RegressionState(policy=policy)
    if policy.method == Method.CUSUM:
        points = cusum_points(values, float(policy.baseline_rate or 0), float(policy.design_drop))
        limits = float(policy.amber_threshold), float(policy.red_threshold)
        return ControlChart(policy, state, thinned(points), 0.0, *limits, falls=False)
    baseline = None if state.baseline is None else float(state.baseline)
    red = None if baseline is None else baseline * (1 - float(policy.max_drop_fraction))
    if policy.statistic == Statistic.VOLUME:
        points = [float(count) for count in (state.baseline, state.current) if count is not None]
    else:
        points = rolling_means(values, policy.window_events)
    return ControlChart(policy, state, thinned(points), baseline, None, red, falls=True)


def rolling_means(values: Sequence[float], window: int) -> list[float]:
    """Return the mean of the last `window` values after each value, from the one on that fills the window."""
    if len(values) < window:
        return []
    total = sum(values[:window])
    means = [total / window]
    for gone, come in zip(values, values[window:], strict=False):
        total += come - gone
        means.append(total / window)
    return means


def cusum_points(values: Sequence[float], baseline_rate: float, design_drop: float) -> list[float]:
    """Return the CUSUM after each outcome (1 or 0), from 0. Without a baseline rate between 0 and 1 there is none."""
    if not 0 < baseline_rate < 1:
        return []
    return list(cusum(0.0, (value > 0 for value in values), cusum_steps(baseline_rate, design_drop)))


def thinned(points: Sequence[float]) -> list[float]:
    """Return at most `POINTS_MAX` of the points, in equal steps that end with the last one."""
    step = -(-len(points) // POINTS_MAX) or 1
    return list(points[(len(points) - 1) % step :: step]) if points else []


def _events(policies: Iterable[RegressionPolicy]) -> dict[int, list[float]]:
    """The newest judged values of each policy's events, the oldest first."""
    parts = [
        KPIEvent.objects.filter(pk__in=_newest(policy))
        .order_by()
        .values_list(Value(policy.pk), "id", "success", Cast("value", DecimalField(max_digits=18, decimal_places=4)))
        for policy in policies
    ]
    found: dict[int, list[float]] = defaultdict(list)
    if parts:
        is_mean = {policy.pk: policy.statistic == Statistic.MEAN_VALUE for policy in policies}
        for policy_id, _, success, value in sorted(parts[0].union(*parts[1:], all=True), key=lambda row: row[:2]):
            found[policy_id].append(float(Decimal(value) if is_mean[policy_id] else bool(success)))
    return found


def _newest(policy: RegressionPolicy) -> Any:
    events = judged_events(policy)
    if policy.method == Method.CUSUM:
        events, most = events.filter(id__gt=policy.baseline_event_id or 0), EVENTS_MAX
    else:
        most = min(policy.window_events + policy.baseline_events, EVENTS_MAX)
    return events.order_by("-id").values("pk")[:most]
