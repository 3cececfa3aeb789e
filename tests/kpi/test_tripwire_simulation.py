"""The expectation of a policy: its simulation, which must agree with the rules themselves."""

from decimal import Decimal
from fractions import Fraction
from time import process_time

import numpy as np
import pytest

from kpi.tripwire.rules import EVENTS_MAX, cusum, cusum_steps, judge_drop
from kpi.tripwire.simulation import Expectation, cusum_alarms, drop_alarms, expect_cusum, expect_drop

RUNS = 500


def within_noise(share: float, of: float, runs: int = RUNS) -> bool:
    """Whether a share is within four standard errors of one measured on 4,000 runs."""
    return abs(share - of) <= 4 * (of * (1 - of) * (1 / runs + 1 / 4000)) ** 0.5


@pytest.mark.parametrize(("check_every", "false_alarms", "delay"), [(1, 1.000, 17), (10, 1.000, 30), (50, 0.999, 50)])
def test_the_guides_rule_at_30_percent_always_gives_false_alarms(check_every: int, false_alarms: float, delay: int) -> None:
    found = expect_drop(rate=0.3, window=50, baseline=200, max_drop=0.2, design_drop=0.4, check_every=check_every, runs=RUNS)
    assert found.false_alarms_per_1000 == pytest.approx(false_alarms, abs=0.01)
    assert found.median_delay_events == pytest.approx(delay, abs=max(4, check_every))


def test_a_cusum_at_7_seldom_gives_a_false_alarm() -> None:
    found = expect_cusum(rate=0.3, threshold=7, baseline=1000, design_drop=0.4, runs=RUNS)
    assert within_noise(found.false_alarms_per_1000, of=0.041)
    assert found.median_delay_events == pytest.approx(150, abs=15)


def test_a_lower_threshold_is_faster_and_gives_more_false_alarms() -> None:
    low, high = (expect_cusum(rate=0.3, threshold=h, baseline=1000, design_drop=0.4, runs=RUNS) for h in (4, 7))
    assert within_noise(low.false_alarms_per_1000, of=0.473)
    assert low.median_delay_events == pytest.approx(74, abs=8)
    assert high.median_delay_events == pytest.approx(150, abs=15)


def test_the_rule_and_its_simulation_agree_on_the_same_outcomes() -> None:
    window, baseline = 10, 20
    outcomes = np.random.default_rng(7).random((40, 150)) < 0.4
    flags = drop_alarms(outcomes, window=window, baseline=baseline, max_drop=0.25)
    assert flags.shape == (40, 150 - window - baseline)

    def triggers(run: list[bool], end: int) -> bool:
        before, recent = sum(run[end - window - baseline : end - window]), sum(run[end - window : end])
        return judge_drop(
            Fraction(before, baseline),
            Fraction(recent, window),
            baseline_events=baseline,
            current_events=window,
            min_events=1,
            max_drop=Decimal("0.25"),
        ).triggered

    ends = range(window + baseline + 1, 151)
    expected = [[triggers(run, end) for end in ends] for run in outcomes.tolist()]
    assert flags.tolist() == expected
    assert 0 < flags.mean() < 1


def test_the_cusum_and_its_simulation_agree_on_the_same_outcomes() -> None:
    outcomes = np.random.default_rng(7).random((40, 300)) < 0.2
    rates = np.linspace(0.2, 0.4, 40)
    flags = cusum_alarms(outcomes, rates, threshold=3, design_drop=0.4)

    for run, rate, flagged in zip(outcomes.tolist(), rates.tolist(), flags.tolist(), strict=True):
        levels = list(cusum(0.0, run, cusum_steps(rate, 0.4)))
        assert flagged == [max(levels[: event + 1]) >= 3 for event in range(len(run))]
    assert 0 < flags.mean() < 1


def test_a_simulation_is_seeded() -> None:
    def once(seed: int) -> Expectation:
        return expect_cusum(rate=0.3, threshold=4, baseline=300, design_drop=0.4, runs=100, seed=seed)

    assert once(1) == once(1)
    assert once(1) != once(2)


def test_a_rarely_detected_fall_has_no_median_delay() -> None:
    found = expect_cusum(rate=0.3, threshold=50, baseline=1000, design_drop=0.1, runs=50)
    assert found == Expectation(0.0, None)


def test_the_largest_windows_are_simulated_in_under_a_second() -> None:
    started = process_time()
    expect_drop(rate=0.3, window=EVENTS_MAX, baseline=EVENTS_MAX, max_drop=0.2, design_drop=0.4, check_every=1000)
    assert process_time() - started < 1
