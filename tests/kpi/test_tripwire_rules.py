"""The guide's drop rule and the CUSUM, without a database (CONTRACT section 3)."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.tripwire.rules import cusum, cusum_steps, fall, jeffreys, judge_drop, mean, percent

F = Fraction
TABLE = [
    # baseline, current, events before and in the window -> triggered, drop
    ("the guide's example", F("0.95"), F("0.75"), 200, 50, True, F(4, 19)),
    ("just the threshold", F("0.50"), F("0.40"), 200, 50, True, F(1, 5)),
    ("a hair above the threshold's rate", F(1, 2), F(2, 5) + F(1, 10**12), 200, 50, False, F(1, 5) - F(2, 10**12)),
    ("no change", F("0.30"), F("0.30"), 200, 50, False, F(0)),
    ("a rise", F("0.30"), F("0.60"), 200, 50, False, F(-1)),
    ("a fall to nothing", F("0.30"), F(0), 200, 50, True, F(1)),
    ("too few before", F("0.95"), F("0.05"), 49, 50, False, None),
    ("too few in the window", F("0.95"), F("0.05"), 200, 49, False, None),
    ("just enough of both", F("0.95"), F("0.05"), 50, 50, True, F(18, 19)),
    ("nothing at all", None, None, 0, 0, False, None),
    ("nothing before of what is watched", None, F("0.05"), 200, 50, False, None),
    ("nothing in the window of what is watched", F("0.95"), None, 200, 50, False, None),
    ("a baseline of 0", F(0), F(0), 200, 50, False, None),
    ("a baseline below 0", F(-5), F(-50), 200, 50, False, None),
    ("values that fall below 0", F(100), F(-100), 200, 50, True, F(2)),
    ("few in the window of a volume", F(100), F(0), 100, None, True, F(1)),
    ("a volume with too few before", F(49), F(0), 49, None, False, None),
]


@pytest.mark.parametrize(
    ("baseline", "current", "before", "recent", "triggered", "drop"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_the_guides_rule_gives_its_verdict(
    baseline: Fraction | None,
    current: Fraction | None,
    before: int,
    recent: int | None,
    triggered: bool,
    drop: Fraction | None,
) -> None:
    verdict = judge_drop(
        baseline, current, baseline_events=before, current_events=recent, min_events=50, max_drop=Decimal("0.20")
    )
    assert (verdict.triggered, verdict.drop_fraction) == (triggered, drop)
    assert (verdict.baseline, verdict.current) == (baseline, current)


@pytest.mark.parametrize(
    ("baseline", "current", "before", "recent", "note"),
    [
        (F("0.95"), F("0.75"), 200, 50, "now 0.75, before 0.95: 21.05% lower; 20% or more triggers"),
        (F("0.95"), F("0.90"), 200, 50, "now 0.9, before 0.95: 5.26% lower; 20% would trigger"),
        (F("0.30"), F("0.60"), 200, 50, "now 0.6, before 0.3: no fall; 20% would trigger"),
        (F("0.30"), F("0.30"), 200, 50, "now 0.3, before 0.3: no fall; 20% would trigger"),
        (F("0.95"), F("0.75"), 200, 12, "not enough data: 200 events before, 12 in the window; 50 needed"),
        (F(3), F(0), 3, None, "not enough data: 3 events before; 50 needed"),
        (F(-5), F(-50), 200, 50, "the baseline is -5: a fall is counted as a share of one above 0"),
        (F(12345), F(1234), 200, 50, "now 1,234, before 12,345: 90% lower; 20% or more triggers"),
    ],
)
def test_the_note_says_what_was_seen(
    baseline: Fraction, current: Fraction, before: int, recent: int | None, note: str
) -> None:
    verdict = judge_drop(
        baseline, current, baseline_events=before, current_events=recent, min_events=50, max_drop=Decimal("0.20")
    )
    assert verdict.note == note


def test_a_share_below_the_threshold_is_never_shown_as_reaching_it() -> None:
    assert percent(F(199_999, 1_000_000)) == "19.99%"
    assert percent(F(1, 5)) == "20%"
    assert fall(F(1), F("0.800001")) == "now 0.8, before 1: 19.99% lower"


def test_a_mean_is_exact() -> None:
    assert mean([True, False, False]) == F(1, 3)
    assert mean([Decimal("0.1")] * 3) == F(1, 10)  # floats make 0.30000000000000004 of the sum
    assert mean([Decimal("99999999999999.9999")] * 5000) == F(999999999999999999, 10**4)
    assert mean([]) is None


@given(
    baseline=st.integers(1, 500),
    window=st.integers(1, 500),
    before=st.integers(0, 500),
    recent=st.integers(0, 500),
    drop=st.integers(1, 10_000),
)
def test_the_verdict_equals_that_of_whole_numbers(baseline: int, window: int, before: int, recent: int, drop: int) -> None:
    before, recent = min(before, baseline), min(recent, window)
    verdict = judge_drop(
        F(before, baseline),
        F(recent, window),
        baseline_events=baseline,
        current_events=window,
        min_events=1,
        max_drop=Decimal(drop) / 10_000,
    )
    fell = 10_000 * (before * window - recent * baseline) >= drop * before * window
    assert verdict.triggered == (before > 0 and fell)


def test_a_cusum_adds_the_log_likelihood_ratio_and_never_falls_below_0() -> None:
    steps = cusum_steps(0.5, 0.4)
    assert (steps.success, steps.failure) == pytest.approx((log(0.3 / 0.5), log(0.7 / 0.5)))
    levels = list(cusum(0.0, [True, False, False, True], steps))
    assert levels == pytest.approx([0, log(1.4), 2 * log(1.4), 2 * log(1.4) + log(0.6)])
    assert list(cusum(3.0, [], steps)) == []


@given(outcomes=st.lists(st.booleans(), max_size=200), cuts=st.lists(st.integers(0, 200), max_size=5))
def test_a_cusum_in_parts_equals_the_cusum_of_the_whole(outcomes: list[bool], cuts: list[int]) -> None:
    steps = cusum_steps(0.3, 0.4)
    level, in_parts = 0.0, []
    edges = [0, *sorted(cuts), len(outcomes)]
    for start, end in pairwise(edges):
        part = list(cusum(level, outcomes[start:end], steps))
        level = part[-1] if part else level
        in_parts += part
    assert in_parts == list(cusum(0.0, outcomes, steps))[: len(in_parts)]
    assert len(in_parts) == min(len(outcomes), max(edges))


@pytest.mark.parametrize(
    ("successes", "trials", "rate"), [(0, 200, "0.5/201"), (200, 200, "200.5/201"), (60, 200, "60.5/201")]
)
def test_a_baseline_is_never_0_nor_1(successes: int, trials: int, rate: str) -> None:
    above, below = rate.split("/")
    assert jeffreys(successes, trials) == Decimal(above) / Decimal(below)
    assert 0 < jeffreys(successes, trials) < 1
