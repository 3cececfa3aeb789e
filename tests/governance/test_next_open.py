"""The next permitted minute, held against a search of every minute, over the clock changes of Canada."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.market.rules import Rules, Window, local_minute, next_open

TORONTO, ST_JOHNS, VANCOUVER = (ZoneInfo(f"America/{name}") for name in ("Toronto", "St_Johns", "Vancouver"))
MINUTE = timedelta(minutes=1)


def rules(*windows: tuple[set[int], str, str]) -> Rules:
    return Rules(tuple(Window(frozenset(days), start, end) for days, start, end in windows), frozenset(), Decimal(0))


def by_search(given: Rules, zones: tuple[ZoneInfo, ...], after: datetime, span: timedelta) -> datetime | None:
    """The first instant at or after `after` that is permitted, minute by minute; None within the span."""
    at, end = after, after + span
    while at <= end:
        if all(given.window_open(*local_minute(at, zone)) for zone in zones):
            return at
        at = at.replace(second=0, microsecond=0) + MINUTE
    return None


HOURS_AND_MINUTES = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
WINDOWS = st.builds(
    lambda days, times: (days, *sorted(times)),
    st.sets(st.integers(0, 6), min_size=1),
    st.lists(HOURS_AND_MINUTES, min_size=2, max_size=2, unique=True),
)
# Around the two nights on which these clocks change, both years: 2026-03-08, 2026-11-01, 2027-03-14, 2027-11-07.
CHANGES = st.sampled_from([datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2027, 11, 7)])
AFTER = st.builds(
    lambda change, seconds: change.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    CHANGES,
    st.integers(-36 * 3600, 36 * 3600),
)
ZONES = st.sampled_from([(TORONTO,), (ST_JOHNS,), (VANCOUVER,), (TORONTO, ST_JOHNS), (TORONTO, VANCOUVER)])


@settings(max_examples=120)
@given(windows=st.lists(WINDOWS, min_size=1, max_size=3), zones=ZONES, after=AFTER)
def test_it_is_the_first_permitted_minute_of_all(windows: Any, zones: Any, after: Any) -> None:
    given_rules = rules(*windows)
    found = next_open(given_rules, zones, after)
    # A week and a day sees every window of every day; only a window that the zones hardly share may come later.
    searched = by_search(given_rules, zones, after, timedelta(days=8))
    if searched is not None:
        assert found == searched
    else:
        assert found is None or found > after + timedelta(days=8)


@given(start=st.sampled_from(["01:00", "01:30", "02:00", "02:15", "02:30", "02:59"]), zones=ZONES, after=AFTER)
def test_windows_in_the_hour_that_a_clock_skips_or_repeats(start: Any, zones: Any, after: Any) -> None:
    end = f"{start[:3]}{min(int(start[3:]) + 20, 59):02}" if not start.endswith("59") else "03:05"
    given_rules = rules((set(range(7)), start, end))
    searched = by_search(given_rules, zones, after, timedelta(days=3))
    if searched is not None:
        assert next_open(given_rules, zones, after) == searched


@pytest.mark.parametrize(
    ("zone", "window", "after", "expected"),
    [
        # 02:00 to 03:00 is skipped: a window from 02:30 on begins with the change itself, at 03:00.
        (TORONTO, ("02:30", "04:00"), "2027-03-14T05:00Z", "2027-03-14T07:00Z"),
        (ST_JOHNS, ("02:30", "04:00"), "2027-03-14T04:00Z", "2027-03-14T05:30Z"),
        # 01:00 to 02:00 comes twice: the window opens twice.
        (TORONTO, ("01:30", "01:40"), "2026-11-01T05:41Z", "2026-11-01T06:30Z"),
        # Vancouver no longer changes its clock.
        (VANCOUVER, ("09:00", "20:00"), "2026-12-15T04:00Z", "2026-12-15T16:00Z"),
    ],
)
def test_known_nights(zone: Any, window: Any, after: Any, expected: Any) -> None:
    found = next_open(rules((set(range(7)), *window)), [zone], datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(expected)


def test_an_instant_that_is_permitted_is_its_own_answer_to_the_second() -> None:
    after = datetime(2026, 12, 15, 15, 0, 59, 5, tzinfo=UTC)
    assert next_open(rules(({1}, "10:00", "10:00")), [TORONTO], after) == after


def test_a_second_after_the_last_minute_waits_for_the_next_window() -> None:
    after = datetime(2026, 12, 15, 15, 1, 0, 1, tzinfo=UTC)
    assert next_open(rules(({1}, "10:00", "10:00")), [TORONTO], after) == datetime(2026, 12, 22, 15, 0, tzinfo=UTC)


def test_zones_must_all_be_open() -> None:
    # 09:00 to 17:00 in both: it opens with the western clock.
    found = next_open(rules(({1}, "09:00", "17:00")), [ST_JOHNS, VANCOUVER], datetime(2026, 12, 15, 10, 0, tzinfo=UTC))
    assert found == datetime(2026, 12, 15, 16, 0, tzinfo=UTC)


def test_zones_that_share_no_minute_are_never_open() -> None:
    assert next_open(rules(({1}, "09:00", "09:30")), [ST_JOHNS, VANCOUVER], datetime(2026, 12, 15, tzinfo=UTC)) is None


def test_no_window_is_never_open() -> None:
    assert next_open(rules(), [TORONTO], datetime(2026, 12, 15, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # In summer Toronto is an hour ahead of Winnipeg, so they share a minute again only after 2027-11-07.
        (datetime(2027, 10, 20, tzinfo=UTC), datetime(2027, 11, 7, 15, 0, tzinfo=UTC)),
        (datetime(2027, 10, 1, tzinfo=UTC), None),
    ],
)
def test_nothing_beyond_30_days_is_promised(after: Any, expected: Any) -> None:
    at_ten = rules((set(range(7)), "10:00", "10:00"))
    assert next_open(at_ten, [TORONTO, ZoneInfo("America/Winnipeg")], after) == expected
