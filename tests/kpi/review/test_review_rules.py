"""The week of a review, and the figures of its rates."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kpi.review.rules import change, last_friday, median_days, share, weeks_before

TORONTO, NEWFOUNDLAND = ZoneInfo("America/Toronto"), ZoneInfo("America/St_Johns")
FRIDAY = datetime(2026, 11, 27, 21, tzinfo=UTC)  # 16:00 in Toronto


@pytest.mark.parametrize(
    ("now", "ended"),
    [
        (FRIDAY, FRIDAY),
        (FRIDAY + timedelta(hours=2, minutes=59), FRIDAY),
        (FRIDAY + timedelta(hours=8), FRIDAY),  # Saturday in Toronto
        (FRIDAY + timedelta(days=6, hours=23, minutes=59), FRIDAY),
        (FRIDAY - timedelta(seconds=1), FRIDAY - timedelta(days=7)),
        (FRIDAY - timedelta(days=1), FRIDAY - timedelta(days=7)),
    ],
)
def test_the_last_friday_is_the_one_that_has_reached_16_00(now: datetime, ended: datetime) -> None:
    assert last_friday(now, TORONTO) == ended


def test_16_00_is_that_of_the_zone() -> None:
    assert last_friday(FRIDAY, NEWFOUNDLAND) == datetime(2026, 11, 27, 19, 30, tzinfo=UTC)
    assert last_friday(FRIDAY, ZoneInfo("UTC")) == datetime(2026, 11, 27, 16, tzinfo=UTC)


def test_weeks_meet_where_the_clock_changes() -> None:
    """On 1 November 2026 the clock goes back."""
    after = datetime(2026, 11, 6, 21, tzinfo=UTC)
    before = datetime(2026, 10, 30, 20, tzinfo=UTC)
    assert weeks_before(after, 1, TORONTO) == before == last_friday(after - timedelta(hours=1), TORONTO)
    assert weeks_before(after, 5, TORONTO) == datetime(2026, 10, 2, 20, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))  # both 01:30 in Toronto
    assert (weeks_before(first, 0, TORONTO), weeks_before(second, 0, TORONTO)) == (first, second)


@pytest.mark.parametrize(
    ("successes", "trials", "rate", "low", "high"),
    [(3, 10, 0.3, 0.1078, 0.6032), (34, 100, 0.34, 0.2546, 0.4372), (0, 10, 0, 0, 0.2775), (1, 1, 1, 0.2065, 1)],
)
def test_a_share_has_the_interval_of_wilson(successes: int, trials: int, rate: float, low: float, high: float) -> None:
    assert share(successes, trials) == {"successes": successes, "trials": trials, "rate": rate, "low": low, "high": high}


def test_without_trials_there_is_no_rate() -> None:
    assert share(0, 0) == {"successes": 0, "trials": 0, "rate": None, "low": None, "high": None}


def test_a_change_has_the_interval_of_newcombe() -> None:
    """The example of Newcombe 1998, table II, (a), method 10: 56/70 and 48/80."""
    assert change(share(56, 70), share(48, 80)) == pytest.approx(
        {"difference": 0.2, "low": 0.0524, "high": 0.3339}, abs=2e-4
    )


def test_the_change_turns_its_sign_with_its_shares() -> None:
    up, down = change(share(56, 70), share(48, 80)) or {}, change(share(48, 80), share(56, 70)) or {}
    assert (down["difference"], down["low"], down["high"]) == (-up["difference"], -up["high"], -up["low"])


@pytest.mark.parametrize(("week", "before"), [((0, 0), (1, 2)), ((1, 2), (0, 0)), ((0, 0), (0, 0))])
def test_without_a_rate_there_is_no_change(week: Any, before: Any) -> None:
    assert change(share(*week), share(*before)) is None


def test_days_are_the_median() -> None:
    hours = [timedelta(hours=hours) for hours in (1, 36, 240)]
    assert median_days(hours) == 1.5
    assert median_days(hours[:2]) == 0.77
    assert median_days([]) is None
