"""The guide's rule over a metric's events: which of them it counts (CONTRACT section 3)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kpi.tripwire.models import RegressionTrigger
from tests.factories import NOON
from tests.kpi.watched import KEY, counted, fallen, happened, looked, rate, valued, watch

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def test_a_fall_from_95_to_75_percent_triggers() -> None:
    watch(window_events=40, min_events_to_enforce=40)
    happened(rate(190, 200) + rate(30, 40))
    state = looked()
    assert state.triggered
    assert (state.baseline, state.current) == (Decimal("0.95"), Decimal("0.75"))
    assert state.drop_fraction == Decimal("0.210526")


@pytest.mark.parametrize(("successes", "triggered"), [(24, True), (25, False)])
def test_a_fall_of_exactly_the_threshold_triggers_on_every_database(successes: int, triggered: bool) -> None:
    """24 of 50 after 120 of 200 is exactly 20% less. As a float, (0.6 - 0.48) / 0.6 is slightly more or less than 0.2."""
    watch()
    happened(rate(120, 200) + rate(successes, 50))
    assert looked().triggered is triggered


@pytest.mark.parametrize("thirds", [30, 60, 90, 150])
def test_a_fall_of_exactly_a_quarter_from_a_third_triggers(thirds: int) -> None:
    """1/3 falls to 1/4: exactly a quarter less, which neither binary nor decimal digits can show."""
    watch(max_drop_fraction=Decimal("0.25"), baseline_events=thirds, window_events=40, min_events_to_enforce=1)
    happened(rate(thirds // 3, thirds) + rate(10, 40))
    assert looked().triggered


def test_only_the_last_50_events_and_the_200_before_them_are_judged() -> None:
    watch()
    happened([False] * 30 + [True] * 200 + [False] * 50)
    state = looked()
    assert (state.baseline, state.current) == (1, 0)
    happened([True])
    state = looked()
    assert (state.baseline, state.current) == (Decimal("0.995"), Decimal("0.02"))


@pytest.mark.parametrize(("before", "window", "judged"), [(50, 50, True), (49, 50, False), (0, 50, False), (0, 49, False)])
def test_fewer_events_than_either_window_give_no_verdict(before: int, window: int, judged: bool) -> None:
    watch(window_events=window)
    happened([True] * before + [False] * window)
    state = looked()
    assert (state.triggered, state.drop_fraction) == ((True, 1) if judged else (False, None))
    assert ("not enough data" in state.note) is not judged


def test_no_events_give_no_verdict() -> None:
    watch()
    state = looked()
    assert (state.triggered, state.baseline, state.current, state.drop_fraction) == (False, None, None, None)
    assert state.note == "not enough data: 0 events before, 0 in the window; 50 needed"


def test_a_baseline_of_0_gives_no_verdict() -> None:
    watch()
    happened([False] * 250)
    state = looked()
    assert (state.triggered, state.baseline, state.drop_fraction) == (False, 0, None)


def test_events_without_a_success_value_do_not_count_for_a_rate() -> None:
    watch()
    happened(rate(200, 200))
    happened([None, False] * 50)
    assert (looked().baseline, looked().current) == (1, 0)


def test_other_metrics_do_not_count() -> None:
    watch()
    happened([True] * 250)
    happened([False] * 250, metric="offer_accept_rate")
    happened([False] * 250, domain="CAPITAL")
    assert (looked().baseline, looked().current) == (1, 1)


def test_a_mean_is_watched_over_the_events_with_a_value() -> None:
    watch(statistic="MEAN_VALUE", window_events=2, baseline_events=4, min_events_to_enforce=2)
    valued("100.5", "99.5", 120, 80, 90, 70)
    happened([True, False] * 10)
    state = looked()
    assert (state.triggered, state.baseline, state.current, state.drop_fraction) == (True, 100, 80, Decimal("0.2"))


def test_the_largest_values_of_the_log_are_judged() -> None:
    watch(statistic="MEAN_VALUE", window_events=1, baseline_events=1, min_events_to_enforce=1)
    valued("0.0001", "10000000000000")
    state = looked()
    assert (state.triggered, state.current) == (False, 10**13)
    assert state.drop_fraction == -(10**6)  # shown as a rise by a million, the largest value of the column
    valued("-10000000000000")
    assert looked().triggered


def test_a_falling_volume_is_seen_even_if_every_row_is_a_success() -> None:
    watch(statistic="VOLUME", metric="ladder_created")
    counted(100, NOON - 10 * DAY, metric="ladder_created")
    counted(80, NOON - DAY, metric="ladder_created")
    state = looked(NOON, metric="ladder_created")
    assert (state.triggered, state.baseline, state.current, state.drop_fraction) == (True, 100, 80, Decimal("0.2"))
    counted(1, NOON - DAY, metric="ladder_created")
    assert not looked(NOON, metric="ladder_created").triggered


def test_a_volume_that_falls_to_nothing_triggers() -> None:
    watch(statistic="VOLUME")
    counted(60, NOON - 10 * DAY)
    state = looked(NOON)
    assert (state.triggered, state.current, state.drop_fraction) == (True, 0, 1)


def test_a_volume_needs_enough_earlier_events() -> None:
    watch(statistic="VOLUME")
    counted(49, NOON - 10 * DAY)
    state = looked(NOON)
    assert (state.triggered, state.note) == (False, "not enough data: 49 events before; 50 needed")


def test_the_days_of_a_volume_are_half_open() -> None:
    """Each day excludes its first instant and includes its last. The present instant belongs to the window."""
    watch(statistic="VOLUME", window_days=7, min_events_to_enforce=1)
    counted(1, NOON - 14 * DAY)  # before both
    counted(2, NOON - 14 * DAY + TICK)
    counted(4, NOON - 7 * DAY)  # the baseline's last instant
    counted(8, NOON - 7 * DAY + TICK)
    counted(16, NOON)
    counted(32, NOON + TICK)  # not yet
    state = looked(NOON)
    assert (state.baseline, state.current) == (2 + 4, 8 + 16)


def test_a_recovered_rate_is_quiet_again_and_a_second_fall_acts_anew() -> None:
    watch()
    fallen()
    assert looked().triggered
    happened([True] * 250)
    state = looked()
    assert (state.triggered, state.action_taken) == (False, "")
    happened([False] * 50)
    assert looked().triggered
    assert RegressionTrigger.objects.filter(policy__metric=KEY["metric"]).count() == 2
