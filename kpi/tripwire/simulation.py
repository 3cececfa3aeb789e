"""What to expect of a tripwire: how often it cries wolf, and how long a real fall takes to be seen. numpy, seeded.

`python -m kpi.tripwire.simulation` prints the table of docs/tripwire.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi.tripwire.rules import cusum_steps

HORIZON = 1000  # events without a change, over which false alarms are counted
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Share of unchanged runs with an alarm within 1,000 events (0..1); events until the designed fall is seen (median).

    The delay is None when at least half of the runs do not see it within 1,000 events.
    """

    false_alarms_per_1000: float
    median_delay: float | None


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
    """The guide's rule at this success rate (0..1), looked at every so many events."""
    warm_up = window + baseline
    rng = np.random.default_rng(seed)

    def alarms(after: float) -> Flags:
        outcomes = np.concatenate([rng.random((runs, warm_up)) < rate, rng.random((runs, HORIZON)) < after], axis=1)
        sums = np.concatenate([np.zeros((runs, 1)), np.cumsum(outcomes, axis=1)], axis=1)
        ends = np.arange(warm_up + check_every, warm_up + HORIZON + 1, check_every)
        current = (sums[:, ends] - sums[:, ends - window]) / window
        before = (sums[:, ends - window] - sums[:, ends - window - baseline]) / baseline
        return (before > 0) & (before - current >= max_drop * before - 1e-12)

    return _expectation(alarms(rate), alarms(rate * (1 - design_drop)), check_every)


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
    """A Bernoulli CUSUM whose frozen baseline was itself measured on so many events, with the error that this has."""
    rng = np.random.default_rng(seed)
    measured = (rng.binomial(baseline, rate, runs) + 0.5) / (baseline + 1)
    steps = [cusum_steps(float(base), design_drop) for base in measured]
    on_success = np.array([step.success for step in steps])
    on_failure = np.array([step.failure for step in steps])

    def alarms(after: float) -> Flags:
        level, crossed = np.zeros(runs), np.zeros((runs, HORIZON), dtype=np.bool_)
        for event in range(HORIZON):
            success = rng.random(runs) < after
            level = np.maximum(0.0, level + np.where(success, on_success, on_failure))
            crossed[:, event] = level >= threshold
        # Latched: what was crossed between two looks is seen at the next.
        seen = np.maximum.accumulate(crossed, axis=1)
        return seen[:, check_every - 1 :: check_every]

    return _expectation(alarms(rate), alarms(rate * (1 - design_drop)), check_every)


def _expectation(unchanged: Flags, dropped: Flags, check_every: int) -> Expectation:
    found = dropped.any(axis=1)
    delays = np.where(found, (dropped.argmax(axis=1) + 1) * check_every, np.inf)
    median = float(np.median(delays))
    return Expectation(float(unchanged.any(axis=1).mean()), None if np.isinf(median) else median)


def _table() -> str:
    lines = [
        "| rule, rate 0.30 | looked at | false alarms in 1,000 events | median delay of a 40% drop |",
        "|---|---|---|---|",
    ]
    for every, looked in ((1, "every event"), (10, "every 10"), (50, "every 50")):
        found = expect_drop(rate=0.3, window=50, baseline=200, max_drop=0.2, design_drop=0.4, check_every=every, runs=4000)
        lines.append(f"| DROP 50/200, 20% | {looked} | {found.false_alarms_per_1000:.3f} | {found.median_delay} |")
    for threshold in (4, 5, 6, 7):
        for every, looked in ((1, "every event"), (10, "every 10")):
            found = expect_cusum(rate=0.3, threshold=threshold, baseline=1000, design_drop=0.4, check_every=every, runs=4000)
            lines.append(
                f"| CUSUM n=1000, h={threshold} | {looked} | {found.false_alarms_per_1000:.3f} | {found.median_delay} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    print(_table())  # noqa: T201
