"""Simulating a tripwire: how often it gives a false alarm, and how soon it sees a real fall. The random seed is fixed.

`python -m kpi.tripwire.simulation` prints the table of docs/tripwire.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi.tripwire.rules import cusum_steps

HORIZON = 1000  # events of each run: false alarms are counted over them, and a fall has to be seen within them
Flags = NDArray[np.bool_]  # one row for each run, one column for each event or each look


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a simulation found: the share of runs without a fall that alarm within 1,000 events (0..1), and the median number
    of events until a fall is seen. The median is None if at least half of the runs do not see it within 1,000 events."""

    false_alarms_per_1000: float
    median_delay_events: float | None


def expect_drop(
    *,
    rate: float,
    window: int,
    baseline: int,
    max_drop: float,
    design_drop: float,
    check_every: int = 1,
    runs: int = 500,
    seed: int = 1,
) -> Expectation:
    """Simulate the drop rule at this success rate (0..1). The rule is evaluated every `check_every` events (1..1,000)."""
    rng = np.random.default_rng(seed)

    def alarms(after: float) -> Flags:
        before = rng.random((runs, window + baseline), dtype=np.float32) < rate
        outcomes = np.concatenate([before, rng.random((runs, HORIZON), dtype=np.float32) < after], axis=1)
        return drop_alarms(outcomes, window=window, baseline=baseline, max_drop=max_drop)

    return _expectation(alarms, rate, design_drop, check_every)


def drop_alarms(outcomes: Flags, *, window: int, baseline: int, max_drop: float) -> Flags:
    """Return for each outcome whether the drop rule triggers. The first `window + baseline` outcomes get no answer."""
    sums = np.zeros((outcomes.shape[0], outcomes.shape[1] + 1), dtype=np.int32)
    np.cumsum(outcomes, axis=1, out=sums[:, 1:])
    current = (sums[:, window:] - sums[:, :-window])[:, baseline + 1 :] / window
    before = (sums[:, baseline:] - sums[:, :-baseline])[:, 1 : current.shape[1] + 1] / baseline
    return (before > 0) & (before - current >= max_drop * before - 1e-9)


def expect_cusum(
    *,
    rate: float,
    threshold: float,
    baseline: int,
    design_drop: float,
    check_every: int = 1,
    runs: int = 500,
    seed: int = 1,
) -> Expectation:
    """Simulate a Bernoulli CUSUM. Each run measures a baseline on `baseline` random events, so baselines differ."""
    rng = np.random.default_rng(seed)
    measured = (rng.binomial(baseline, rate, runs) + 0.5) / (baseline + 1)

    def alarms(after: float) -> Flags:
        outcomes = rng.random((runs, HORIZON), dtype=np.float32) < after
        return cusum_alarms(outcomes, measured, threshold=threshold, design_drop=design_drop)

    return _expectation(alarms, rate, design_drop, check_every)


def cusum_alarms(outcomes: Flags, baseline_rates: NDArray[np.float64], *, threshold: float, design_drop: float) -> Flags:
    """Return for each run and outcome whether the CUSUM has reached the threshold so far. Each run has its own baseline
    rate."""
    steps = [cusum_steps(float(rate), design_drop) for rate in baseline_rates]
    on_success = np.array([step.success for step in steps])
    on_failure = np.array([step.failure for step in steps])
    level, crossed = np.zeros(len(steps)), np.zeros(outcomes.shape, dtype=np.bool_)
    for event in range(outcomes.shape[1]):
        level = np.maximum(0.0, level + np.where(outcomes[:, event], on_success, on_failure))
        crossed[:, event] = level >= threshold
    return np.maximum.accumulate(crossed, axis=1)


def _expectation(alarms: Callable[[float], Flags], rate: float, design_drop: float, check_every: int) -> Expectation:
    looks = slice(check_every - 1, None, check_every)
    unchanged, dropped = alarms(rate)[:, looks], alarms(rate * (1 - design_drop))[:, looks]
    found = dropped.any(axis=1)
    median = float(np.median(np.where(found, (dropped.argmax(axis=1) + 1) * check_every, np.inf)))
    return Expectation(float(unchanged.any(axis=1).mean()), None if np.isinf(median) else median)


def _table() -> str:
    lines = [
        "| rule, rate 0.30 | looked at | false alarms in 1,000 events | median delay of a 40% drop |",
        "|---|---|---|---|",
    ]
    looked = {1: "every event", 10: "every 10", 50: "every 50"}
    found = {
        ("DROP 50/200, 20%", every): expect_drop(
            rate=0.3, window=50, baseline=200, max_drop=0.2, design_drop=0.4, check_every=every, runs=4000
        )
        for every in (1, 10, 50)
    } | {
        (f"CUSUM n=1000, h={threshold}", every): expect_cusum(
            rate=0.3, threshold=threshold, baseline=1000, design_drop=0.4, check_every=every, runs=4000
        )
        for threshold in (4, 5, 6, 7)
        for every in (1, 10)
    }
    for (rule, every), one in found.items():
        delay = "over 1,000" if one.median_delay_events is None else f"{one.median_delay_events:.0f}"
        lines.append(f"| {rule} | {looked[every]} | {one.false_alarms_per_1000:.3f} | {delay} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(_table())  # noqa: T201
