"""The next permitted minute agrees with a search of every minute, also over the clock changes of Canada."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.gate.permission import next_allowed_at
from governance.gate.reasons import Reason
from governance.gate.verdict import decide
from governance.organisation.rules import OrganisationFacts
from tests.governance.situations import EVERY_DAY, by_search, line, rules, situation, window, zone

TORONTO, ST_JOHNS, VANCOUVER, WINNIPEG = map(zone, ("Toronto", "St_Johns", "Vancouver", "Winnipeg"))

HOURS_AND_MINUTES = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
WINDOWS = st.builds(
    lambda days, times: (days, *sorted(times)),
    st.sets(st.integers(0, 6), min_size=1),
    st.lists(HOURS_AND_MINUTES, min_size=2, max_size=2, unique=True),
)
# Around the nights on which these clocks change in both years: 2026-03-08, 2026-11-01, 2027-03-14, 2027-11-07.
CHANGES = st.sampled_from([datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2027, 11, 7)])
AFTER = st.builds(
    lambda change, seconds: change.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    CHANGES,
    st.integers(-36 * 3600, 36 * 3600),
)
ZONES = st.sampled_from([(TORONTO,), (ST_JOHNS,), (VANCOUVER,), (TORONTO, ST_JOHNS), (TORONTO, VANCOUVER)])


def opens(*windows: Any, after: datetime, zones: Any = (TORONTO,), **changes: Any) -> datetime | None:
    return next_allowed_at(situation(*windows, zones=tuple(zones), **changes), "SMS", after)


@settings(max_examples=120, deadline=None)
@given(windows=st.lists(WINDOWS, min_size=1, max_size=3), zones=ZONES, after=AFTER)
def test_the_next_time_is_the_first_permitted_minute(windows: Any, zones: Any, after: Any) -> None:
    asked = situation(*windows, zones=zones)
    found = next_allowed_at(asked, "SMS", after)
    # A week and a day contain every window of every day. Only a window that the zones hardly share may come later.
    searched = by_search(asked, "SMS", after, timedelta(days=8))
    if searched is not None:
        assert found == searched
    else:
        assert found is None or found > after + timedelta(days=8)


@settings(deadline=None)
@given(start=st.sampled_from(["01:00", "01:30", "02:00", "02:15", "02:30", "02:59"]), zones=ZONES, after=AFTER)
def test_windows_in_a_skipped_or_repeated_hour_are_right(start: Any, zones: Any, after: Any) -> None:
    end = f"{start[:3]}{min(int(start[3:]) + 20, 59):02}" if not start.endswith("59") else "03:05"
    asked = situation((EVERY_DAY, start, end), zones=zones)
    searched = by_search(asked, "SMS", after, timedelta(days=3))
    if searched is not None:
        assert next_allowed_at(asked, "SMS", after) == searched


@pytest.mark.parametrize(
    ("zone", "window", "after", "expected"),
    [
        # 02:00 to 03:00 is skipped: a window from 02:30 begins with the change, at 03:00.
        (TORONTO, ("02:30", "04:00"), "2027-03-14T05:00Z", "2027-03-14T07:00Z"),
        (ST_JOHNS, ("02:30", "04:00"), "2027-03-14T04:00Z", "2027-03-14T05:30Z"),
        # 01:00 to 02:00 occurs twice: the window opens twice.
        (TORONTO, ("01:30", "01:40"), "2026-11-01T05:41Z", "2026-11-01T06:30Z"),
        # Vancouver no longer changes its clock.
        (VANCOUVER, ("09:00", "20:00"), "2026-12-15T04:00Z", "2026-12-15T16:00Z"),
    ],
)
def test_known_nights_of_clock_changes_are_right(zone: Any, window: Any, after: Any, expected: Any) -> None:
    found = opens((EVERY_DAY, *window), zones=[zone], after=datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(expected)


def test_a_permitted_instant_is_its_own_answer() -> None:
    after = datetime(2026, 12, 15, 15, 0, 59, 5, tzinfo=UTC)
    assert opens(({1}, "10:00", "10:00"), after=after) == after


def test_a_second_after_the_last_minute_waits_for_the_next_window() -> None:
    after = datetime(2026, 12, 15, 15, 1, 0, 1, tzinfo=UTC)
    assert opens(({1}, "10:00", "10:00"), after=after) == datetime(2026, 12, 22, 15, 0, tzinfo=UTC)


def test_every_zone_must_be_open() -> None:
    # 09:00 to 17:00 in both: it opens with the western clock.
    after = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
    found = opens(({1}, "09:00", "17:00"), zones=[ST_JOHNS, VANCOUVER], after=after)
    assert found == datetime(2026, 12, 15, 16, 0, tzinfo=UTC)


def test_zones_without_a_common_minute_are_never_open() -> None:
    after = datetime(2026, 12, 15, tzinfo=UTC)
    assert opens(({1}, "09:00", "09:30"), zones=[ST_JOHNS, VANCOUVER], after=after) is None


@pytest.mark.parametrize("channel", ["SMS", "CALL"])
def test_a_policy_without_a_window_is_never_open(channel: str) -> None:
    asked = situation(rules=rules())
    assert next_allowed_at(asked, channel, datetime(2026, 12, 15, tzinfo=UTC)) is None


def test_a_lead_without_a_known_zone_is_never_reachable() -> None:
    assert opens(zones=(), after=datetime(2026, 12, 15, 15, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # In summer Toronto is an hour ahead of Winnipeg, so they share a minute again only after 2027-11-07.
        (datetime(2027, 10, 20, tzinfo=UTC), datetime(2027, 11, 7, 15, 0, tzinfo=UTC)),
        (datetime(2027, 10, 1, tzinfo=UTC), None),
    ],
)
def test_nothing_beyond_30_days_is_promised(after: Any, expected: Any) -> None:
    assert opens((EVERY_DAY, "10:00", "10:00"), zones=[TORONTO, WINNIPEG], after=after) == expected


def test_the_thirtieth_day_is_the_last() -> None:
    tuesdays = frozenset(date(2026, 12, 15) + timedelta(weeks=n) for n in range(4))
    after = datetime(2026, 12, 13, 15, 0, tzinfo=UTC)
    opening = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
    at_ten = ({1}, "10:00", "10:00")
    assert opening - after == timedelta(days=30)
    assert opens(at_ten, after=after, closed_days=tuesdays) == opening
    assert opens(at_ten, after=after - timedelta(seconds=1), closed_days=tuesdays) is None


@pytest.mark.parametrize("days_before", [1, 2, 3, 4])
def test_the_earlier_opening_counts_between_the_midnights_of_two_zones(days_before: int) -> None:
    # Late on Tuesday in Vancouver, early on Wednesday in St. John's: both from 04:00 UTC, and again from 04:16 UTC.
    evenings = [({1}, "20:31", "21:14"), ({1}, "21:16", "23:59")]
    opening = datetime(2026, 12, 16, 4, 0, tzinfo=UTC)
    after = opening - timedelta(days=days_before, hours=-8)
    assert opens(*evenings, ({2}, "00:30", "03:59"), zones=[ST_JOHNS, VANCOUVER], after=after) == opening


# Calls ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("windows", "after", "expected"),
    [
        # The window begins before the law allows, or ends after.
        ([(EVERY_DAY, "06:00", "23:00")], "2026-12-15T11:00Z", "2026-12-15T14:00Z"),
        ([(EVERY_DAY, "06:00", "23:00")], "2026-12-16T02:29:59Z", "2026-12-16T02:29:59Z"),
        ([(EVERY_DAY, "06:00", "23:00")], "2026-12-16T02:30Z", "2026-12-16T14:00Z"),
        # Saturday, 10:00 to 18:00.
        ([(EVERY_DAY, "06:00", "23:00")], "2026-12-19T14:00Z", "2026-12-19T15:00Z"),
        ([(EVERY_DAY, "06:00", "23:00")], "2026-12-19T23:00Z", "2026-12-20T15:00Z"),
        # Never within the law's hours.
        ([(EVERY_DAY, "21:30", "23:00")], "2026-12-15T11:00Z", None),
        ([({6}, "18:00", "18:30")], "2026-12-15T11:00Z", None),
    ],
)
def test_a_call_waits_for_both_the_law_and_the_policy(windows: Any, after: Any, expected: Any) -> None:
    found = next_allowed_at(situation(*windows), "CALL", datetime.fromisoformat(after))
    assert found == (datetime.fromisoformat(expected) if expected else None)


BC_CALLS = st.builds(
    lambda answered, one_call, own, subscribed, holidays: {
        "answered": timedelta(minutes=answered),
        "one_call": one_call,
        "own": own,
        "subscribed": subscribed,
        "holidays": holidays,
    },
    st.integers(-3 * 1_440, 32 * 1_440),
    st.booleans(),
    st.sampled_from([None, None, "normal", "weekend_hours", "closed"]),
    st.none() | st.integers(-1, 40),
    st.sampled_from(["normal", "weekend_hours", "closed"]),
)
# Before Christmas, Family Day, Good Friday and BC Day.
BC_DAYS = st.sampled_from([datetime(2026, 12, 23), datetime(2027, 2, 13), datetime(2027, 3, 24), datetime(2027, 7, 30)])


@settings(max_examples=40, deadline=None)
@given(
    windows=st.lists(WINDOWS, min_size=1, max_size=2),
    case=BC_CALLS,
    day=BC_DAYS,
    seconds=st.integers(0, 2 * 86_400),
    permission=st.none() | st.integers(-5, 45),
    zones=st.sampled_from([(VANCOUVER,), (VANCOUVER, zone("Edmonton"))]),
)
def test_a_call_in_bc_opens_at_the_first_permitted_minute(
    windows: Any, case: Any, day: Any, seconds: int, permission: Any, zones: Any
) -> None:
    """BC's holidays, the subscription of the area code and the 30 days, over two months of minutes."""
    after = day.replace(tzinfo=UTC) + timedelta(seconds=seconds)
    minute = after.replace(second=0)  # the search looks at whole minutes, so everything begins and ends at one
    registered = OrganisationFacts(registration_number="123", registration_expires_on=date(2029, 12, 31))
    scrubs = [line("SCRUB", minute + timedelta(days=n), "CALL") for n in (-10, 15, 40)]
    if permission is not None:
        scrubs.append(line("CONSENT", minute + timedelta(days=permission), "CALL", basis="EXPRESS"))
    subscribed, answered_at = case["subscribed"], minute - case["answered"]
    given_rules = rules(*windows, holidays=case["holidays"], call_holidays=case["own"], one_call_in_30_days=case["one_call"])
    asked = situation(
        rules=given_rules,
        province="BC",
        zones=zones,
        organisation=registered,
        ledger=tuple(scrubs),
        answered_at=answered_at,
        subscribed_until=None if subscribed is None else (after + timedelta(days=subscribed)).date(),
    )
    found = next_allowed_at(asked, "CALL", after)
    searched = by_search(asked, "CALL", after, timedelta(days=63))
    waits_until = answered_at + timedelta(days=30) if case["one_call"] else after
    horizon = max(after, waits_until) + timedelta(days=30)
    assert found == (searched if searched is not None and searched <= horizon else None)


VANCOUVER_DAYS = {"province": "BC", "zones": (VANCOUVER,)}
CHRISTMAS = datetime(2026, 12, 25, 18, 0, tzinfo=UTC)  # Friday 11:00 in Vancouver, whose clock no longer changes


@pytest.mark.parametrize(
    ("channel", "changes", "expected"),
    [
        # BC: no calls on statutory holidays, and messages as the policy says. Boxing Day is no holiday in BC.
        ("CALL", {}, datetime(2026, 12, 26, 17, 0, tzinfo=UTC)),
        ("SMS", {}, CHRISTMAS),
        ("SMS", {"call_holidays": "closed"}, CHRISTMAS),
        # The operator may permit calls on holidays.
        ("CALL", {"call_holidays": "normal"}, CHRISTMAS),
        ("CALL", {"call_holidays": "normal", "holidays": "closed"}, CHRISTMAS),
        ("SMS", {"call_holidays": "normal", "holidays": "closed"}, datetime(2026, 12, 26, 7, 0, tzinfo=UTC)),
    ],
)
def test_calls_are_closed_on_bcs_holidays_unless_the_policy_opens_them(channel: str, changes: Any, expected: Any) -> None:
    asked = situation(rules=rules((EVERY_DAY, "00:00", "23:59"), **changes), **VANCOUVER_DAYS)
    assert next_allowed_at(asked, channel, CHRISTMAS) == expected
    refused = decide(asked, channel, CHRISTMAS).reasons
    assert refused == (() if expected == CHRISTMAS else (Reason.CLOSED_DAY,))


def test_a_call_on_a_holiday_elsewhere_follows_the_policy() -> None:
    noon = datetime(2026, 12, 25, 17, 0, tzinfo=UTC)
    assert decide(situation(), "CALL", noon).reasons == ()
    assert decide(situation(rules=rules(OFFICE, call_holidays="closed")), "CALL", noon).reasons == (Reason.CLOSED_DAY,)
    assert decide(situation(rules=rules(OFFICE, call_holidays="closed")), "SMS", noon).reasons == ()


ANSWERED = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # Tuesday 13:00 in Vancouver
ONE_CALL = {"rules": rules(({1}, "09:00", "17:00"), one_call_in_30_days=True), **VANCOUVER_DAYS}


def test_a_second_call_waits_30_days_and_the_horizon_grows_with_it() -> None:
    asked = situation(answered_at=ANSWERED, **ONE_CALL)
    # The wait ends on Thursday 31 December; Tuesdays are open. From the first day that is 35 days ahead.
    expected = datetime(2027, 1, 5, 16, 0, tzinfo=UTC)
    verdict = decide(asked, "CALL", ANSWERED)
    assert (verdict.reasons, verdict.next_allowed_at) == ((Reason.CALL_AGAIN_TOO_SOON,), expected)
    assert expected - ANSWERED > timedelta(days=30)
    assert not verdict.legal_ok
    assert verdict.policy_ok


@pytest.mark.parametrize(
    ("changes", "later", "refused"),
    [
        ({}, timedelta(days=28), True),
        ({}, timedelta(days=35), False),
        ({}, timedelta(days=-7), False),  # recorded later than the call itself
        ({"rules": rules(({1}, "09:00", "17:00"))}, timedelta(days=28), False),
        ({"answered_at": None}, timedelta(days=28), False),
    ],
)
def test_an_answered_number_is_not_called_again_within_30_days(changes: Any, later: timedelta, refused: bool) -> None:
    asked = situation(**{"answered_at": ANSWERED, **ONE_CALL, **changes})
    assert decide(asked, "CALL", ANSWERED + later).reasons == ((Reason.CALL_AGAIN_TOO_SOON,) if refused else ())
    assert decide(asked, "SMS", ANSWERED + later).reasons == ()


@pytest.mark.parametrize(
    ("consent", "refused"),
    [
        (line("CONSENT", ANSWERED, "CALL", basis="EXPRESS"), False),
        (line("CONSENT", ANSWERED, "", basis="EXPRESS"), False),
        (line("CONSENT", ANSWERED, "SMS", basis="EXPRESS"), True),
        (line("CONSENT", ANSWERED, "CALL", basis="INQUIRY"), True),
        (line("CONSENT", ANSWERED + timedelta(days=8), "CALL", basis="EXPRESS"), True),
        (line("CONSENT", ANSWERED, "CALL", basis="EXPRESS", expires_at=ANSWERED + timedelta(days=6)), True),
    ],
)
def test_a_recorded_permission_to_call_lifts_the_wait(consent: Any, refused: bool) -> None:
    asked = situation(answered_at=ANSWERED, ledger=(consent,), organisation=OrganisationFacts(scrub="warn"), **ONE_CALL)
    refusals = decide(asked, "CALL", ANSWERED + timedelta(days=7)).reasons
    assert refusals == ((Reason.CALL_AGAIN_TOO_SOON,) if refused else ())


# Area codes ---------------------------------------------------------------------------------------------------------------

SCRUBBED = line("SCRUB", datetime(2026, 12, 1, tzinfo=UTC), "CALL")
IN_RELATION = line("CONSENT", datetime(2026, 12, 1, tzinfo=UTC), "CALL", basis="INQUIRY")
EXPRESS = line("CONSENT", datetime(2026, 12, 1, tzinfo=UTC), "CALL", basis="EXPRESS")
LIST_NOON = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)
LONG_REGISTERED = {"registration_number": "123", "registration_expires_on": date(2027, 12, 31)}


@pytest.mark.parametrize(
    ("last_day", "ledger", "refused"),
    [
        (None, (SCRUBBED,), True),
        (date(2026, 12, 14), (SCRUBBED,), True),
        (date(2026, 12, 15), (SCRUBBED,), False),
        (None, (IN_RELATION,), False),
        (None, (EXPRESS,), False),
        (None, (line("CONSENT", SCRUBBED.effective_at, "SMS", basis="EXPRESS"), SCRUBBED), True),
    ],
)
@pytest.mark.parametrize("strictness", ["enforce", "warn"])
def test_a_number_is_called_only_under_a_subscription_or_an_exemption(
    last_day: Any, ledger: Any, refused: bool, strictness: str
) -> None:
    organisation = OrganisationFacts(scrub=strictness, **LONG_REGISTERED)  # type: ignore[arg-type]
    asked = situation(OFFICE, ledger=ledger, organisation=organisation, subscribed_until=last_day)
    verdict = decide(asked, "CALL", LIST_NOON)
    found = (Reason.AREA_CODE_NOT_SUBSCRIBED,) if refused else ()
    assert (verdict.reasons, verdict.warnings) == ((found, ()) if strictness == "enforce" else ((), found))
    assert Reason.AREA_CODE_NOT_SUBSCRIBED not in {*decide(asked, "SMS", LIST_NOON).reasons}


def test_an_unknown_lead_needs_no_subscription() -> None:
    assert decide(situation(OFFICE), "CALL", LIST_NOON).reasons == ()


def test_the_last_day_of_a_subscription_ends_in_utc() -> None:
    organisation = OrganisationFacts(**LONG_REGISTERED)  # type: ignore[arg-type]
    asked = situation(ledger=(SCRUBBED,), organisation=organisation, subscribed_until=date(2026, 12, 15))
    evening = datetime(2026, 12, 16, 0, 0, tzinfo=UTC)  # 19:00 in Toronto
    assert decide(asked, "CALL", evening - datetime.resolution).reasons == ()
    assert decide(asked, "CALL", evening).reasons == (Reason.AREA_CODE_NOT_SUBSCRIBED,)
    assert next_allowed_at(asked, "CALL", evening) is None


# Days -------------------------------------------------------------------------------------------------------------------

OFFICE = (range(5), "09:00", "17:00")
CHRISTMAS_EVE_NIGHT = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)  # Thursday 20:00 in Toronto; Monday is Boxing Day too


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("normal", datetime(2026, 12, 25, 14, 0, tzinfo=UTC)),
        ("weekend_hours", datetime(2026, 12, 25, 17, 0, tzinfo=UTC)),
        ("closed", datetime(2026, 12, 29, 14, 0, tzinfo=UTC)),
    ],
)
def test_a_holiday_follows_the_policy(rule: str, expected: datetime) -> None:
    windows = (OFFICE, ({5}, "12:00", "13:00")) if rule == "weekend_hours" else (OFFICE,)
    asked = situation(rules=rules(*windows, holidays=rule))
    assert next_allowed_at(asked, "SMS", CHRISTMAS_EVE_NIGHT) == expected


def test_a_closed_day_is_skipped() -> None:
    found = opens(OFFICE, after=CHRISTMAS_EVE_NIGHT, closed_days=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))
    assert found == datetime(2026, 12, 29, 14, 0, tzinfo=UTC)


def test_a_closed_day_ends_at_local_midnight() -> None:
    asked = situation(zones=(VANCOUVER,), closed_days=frozenset({date(2026, 12, 15)}))
    assert next_allowed_at(asked, "SMS", datetime(2026, 12, 15, 12, tzinfo=UTC)) == datetime(2026, 12, 16, 7, tzinfo=UTC)


def test_a_channel_waits_for_its_own_windows() -> None:
    asked = situation(rules=rules(OFFICE, channel_windows={"SMS": (window({6}, "12:00", "13:00"),)}))
    assert next_allowed_at(asked, "SMS", CHRISTMAS_EVE_NIGHT) == datetime(2026, 12, 27, 17, 0, tzinfo=UTC)
    assert next_allowed_at(asked, "EMAIL", CHRISTMAS_EVE_NIGHT) == datetime(2026, 12, 25, 14, 0, tzinfo=UTC)


# What is on file --------------------------------------------------------------------------------------------------------

TUESDAY_NIGHT = datetime(2026, 12, 16, 1, 0, tzinfo=UTC)  # 20:00 in Toronto
WEDNESDAY_NINE = datetime(2026, 12, 16, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, None), (0, None), (1, WEDNESDAY_NINE)])
def test_a_consent_that_expires_before_the_window_opens_gives_no_time(seconds: int, expected: Any) -> None:
    expires_at = WEDNESDAY_NINE + timedelta(seconds=seconds)
    ledger = (line("CONSENT", TUESDAY_NIGHT - timedelta(days=9), "SMS", basis="INQUIRY", expires_at=expires_at),)
    asked = situation(OFFICE, ledger=ledger)
    assert next_allowed_at(asked, "SMS", TUESDAY_NIGHT) == expected
    assert decide(asked, "SMS", TUESDAY_NIGHT).next_allowed_at == expected
    assert decide(asked, "SMS", TUESDAY_NIGHT).reasons == (Reason.OUTSIDE_CONTACT_WINDOW,)


def test_a_consent_that_begins_later_opens_when_it_begins() -> None:
    given_at = WEDNESDAY_NINE + timedelta(hours=1, seconds=7)
    asked = situation(OFFICE, ledger=(line("CONSENT", given_at, "SMS", basis="EXPRESS"),))
    assert next_allowed_at(asked, "SMS", TUESDAY_NIGHT) == given_at


@pytest.mark.parametrize("kind", ["OPT_OUT", "DO_NOT_CALL"])
def test_an_opt_out_closes_for_good(kind: str) -> None:
    consent = line("CONSENT", TUESDAY_NIGHT - timedelta(days=9), basis="EXPRESS")
    asked = situation(OFFICE, ledger=(consent, line(kind, TUESDAY_NIGHT - timedelta(days=1))))
    assert next_allowed_at(asked, "SMS", TUESDAY_NIGHT) is None


def test_a_permanent_refusal_has_no_next_time() -> None:
    for changes in ({"policy": None}, {"ledger": ()}, {"zones": ()}):
        assert decide(situation(OFFICE, **changes), "SMS", TUESDAY_NIGHT).next_allowed_at is None
    assert decide(situation(OFFICE), "SMS", TUESDAY_NIGHT).next_allowed_at == WEDNESDAY_NINE
    assert decide(situation(OFFICE), "SMS", WEDNESDAY_NINE).next_allowed_at is None  # allowed: there is nothing to wait for
