"""The permitted interval agrees with the verdict of every minute and of the microseconds around its ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from followups.tasks.lapses import lapsing_ground
from governance.decisions import Decision
from governance.gate.calendar import Calendar, Timetable
from governance.gate.facts import NO_GAP, PolicyFacts, Situation
from governance.gate.permission import INTERVAL_MAX, Permission, next_allowed_at
from governance.gate.reasons import Reason
from governance.gate.verdict import decide, decide_all
from governance.organisation.rules import OrganisationFacts
from tests.governance import situations as oracle
from tests.governance.situations import ALWAYS, EVERY_DAY, MINUTE, SENDER, line, rules, situation, window, zone

TORONTO, ST_JOHNS, VANCOUVER, REGINA = map(zone, ("Toronto", "St_Johns", "Vancouver", "Regina"))
INSTANT = datetime.resolution
A_DAY = timedelta(days=1)
NOON = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)  # Tuesday 12:00 in Toronto
OFFICE = (range(5), "09:00", "17:00")
REGISTERED = OrganisationFacts(sender=SENDER, registration_number="123", registration_expires_on=date(2026, 12, 15))


def interval(asked: Situation, at: datetime, channel: str = "SMS") -> Any:
    return Permission(asked, channel).interval(at)


# Against every minute -----------------------------------------------------------------------------------------------------

hours_and_minutes = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
windows = st.just(ALWAYS) | st.builds(
    lambda days, times: (days, *sorted(times)),
    st.sets(st.integers(0, 6), min_size=1) | st.just(EVERY_DAY),
    st.lists(hours_and_minutes, min_size=2, max_size=2, unique=True),
)
policies = st.builds(
    lambda all_windows, own, holidays, call_holidays, one_call: rules(
        *all_windows,
        channel_windows={name: tuple(window(*w) for w in ws) for name, ws in own.items()},
        holidays=holidays,
        call_holidays=call_holidays,
        one_call_in_30_days=one_call,
    ),
    st.lists(windows, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["SMS", "CALL"]), st.lists(windows, max_size=2), max_size=1),
    st.sampled_from(["normal", "weekend_hours", "closed"]),
    st.sampled_from([None, None, "normal", "closed"]),
    st.booleans(),
)
# The nights on which clocks change, and holidays.
DAYS = [datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2026, 12, 25), datetime(2027, 7, 1), datetime(2026, 8, 19)]
instants = st.builds(
    lambda day, seconds: day.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(DAYS),
    st.integers(-36 * 3600, 36 * 3600),
)
ZONES = [(TORONTO,), (ST_JOHNS,), (VANCOUVER,), (REGINA,), (TORONTO, ST_JOHNS), (VANCOUVER, TORONTO), ()]


@st.composite
def cases(draw: Any) -> tuple[Situation, str, datetime]:
    """Any person. Consent, scrub, registration, subscription or wait after a call may begin or end near the instant."""
    at = draw(instants)
    near = st.integers(-48 * 3600, 48 * 3600).map(lambda seconds: at + timedelta(seconds=seconds))
    consents = st.builds(
        lambda effective_at, channel, basis, ends: line("CONSENT", effective_at, channel, basis=basis, expires_at=ends),
        near,
        st.sampled_from(["", "SMS", "CALL"]),
        st.sampled_from(["INQUIRY", "INQUIRY", "EXPRESS"]),
        st.none() | near,
    )
    # Grounds without an end of their own, and the line that ends or uses each.
    lasting = st.builds(
        lambda effective_at, channel, basis: line("CONSENT", effective_at, channel, basis=basis),
        near,
        st.sampled_from(["", "SMS"]),
        st.sampled_from(["CONTRACT", "CONTRACT", "REFERRAL", "PUBLICATION", "DISCLOSED"]),
    )
    ends = st.builds(
        lambda ended_at, ends: line("ENDED", ended_at, "SMS", expires_at=ends),
        near | near.map(lambda one: one - 700 * A_DAY),
        near,
    )
    uses = near.map(lambda sent_at: line("USED", sent_at, "SMS"))
    grounds = consents | lasting | lasting | ends | uses
    scrubs = near.map(lambda ends: line("SCRUB", ends - timedelta(days=31), "CALL"))
    words = st.builds(line, st.sampled_from(["LIFT", "OPT_OUT", "DO_NOT_CALL"]), near, st.sampled_from(["", "CALL", "SMS"]))
    holds = st.builds(line, st.sampled_from(["HOLD", "RELEASE", "RELEASE"]), near)
    last_days = st.sampled_from([(at + n * A_DAY).date() for n in (-1, 0, 1, 9)])
    organisation = OrganisationFacts(
        sender=draw(st.sampled_from([SENDER, SENDER, SENDER._replace(contact="")])),
        identity=draw(st.sampled_from(["enforce", "warn"])),
        consent=draw(st.sampled_from(["enforce", "warn"])),
        scrub=draw(st.sampled_from(["enforce", "enforce", "warn"])),
        registration_number="123",
        registration_expires_on=draw(last_days),
    )
    # Answered a short while ago, or 30 days ago, so that the wait ends near the instant.
    answered = st.none() | near | near.map(lambda ends: ends - 30 * A_DAY)
    return (
        Situation(
            province=draw(st.sampled_from(["ON", "QC", "NL", "BC", "BC"])),
            zones=draw(st.sampled_from(ZONES)),
            standing=Decision(True, "standing"),
            policy=draw(st.none() | st.builds(PolicyFacts, st.just("ALL"), st.just(1), st.just(True), policies)),
            organisation=organisation,
            closed_days=frozenset(draw(st.lists(st.integers(-1, 2).map(lambda n: (at + n * A_DAY).date()), max_size=2))),
            ledger=draw(st.none() | st.lists(grounds | grounds | scrubs | words | holds, max_size=5).map(tuple)),
            of_person=draw(st.none() | st.lists(words | holds, max_size=2).map(tuple)),
            is_closed=draw(st.sampled_from([False] * 9 + [True])),
            is_wrong=draw(st.sampled_from([False] * 9 + [True])),
            contacted_at=draw(st.none() | near),
            gap=draw(st.sampled_from([NO_GAP, timedelta(minutes=30), timedelta(hours=4), timedelta(days=3)])),
            answered_at=draw(answered),
            subscribed_until=draw(st.none() | last_days),
            role=draw(st.sampled_from(["HOMEOWNER", "HOMEOWNER", "BUSINESS"])),
            purpose=draw(st.sampled_from(["PROSPECT"] * 5 + ["REPLY", "REQUESTED", "BUSINESS_INQUIRY"])),
        ),
        draw(st.sampled_from(["SMS", "CALL", "EMAIL"])),
        at,
    )


def allowed(asked: Situation, channel: str, at: datetime) -> bool:
    return decide(asked, channel, at).allowed


def probes(asked: Situation, start: datetime, end: datetime) -> Sequence[datetime]:
    """Each minute, and the instants just before, at and after each begin or end of a line on file."""
    minute = start.replace(second=0, microsecond=0)
    minutes = [minute + n * MINUTE for n in range((end - minute) // MINUTE + 1)]
    turns = [line.effective_at for lines in asked.subjects for line in lines]
    turns += [asked.contacted_at, asked.contacted_at + asked.gap] if asked.contacted_at else []
    turns += [asked.answered_at, asked.answered_at + 30 * A_DAY] if asked.answered_at else []
    turns += [line.effective_at + timedelta(days=31) for line in asked.ledger or ()]
    turns += [line.expires_at for line in asked.ledger or () if line.expires_at]
    at = {*minutes, start, end, *(turn + n * INSTANT for turn in turns for n in (-1, 0, 1))}
    return sorted(one for one in at if start <= one <= end)


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_every_instant_within_an_interval_is_permitted_and_none_beside_it(case: Any) -> None:
    asked, channel, at = case
    found = Permission(asked, channel).interval(at)
    if found is None:
        assert not any(allowed(asked, channel, one) for one in probes(asked, at, at + 2 * A_DAY))
        assert next_allowed_at(asked, channel, at) is None
        return
    opens, closes = found
    assert all(allowed(asked, channel, one) for one in probes(asked, opens, closes))
    assert at <= closes <= max(at, opens) + INTERVAL_MAX
    assert opens >= at - INTERVAL_MAX
    if closes < max(at, opens) + INTERVAL_MAX:
        assert not allowed(asked, channel, closes + INSTANT)
    if opens > at - INTERVAL_MAX:
        assert not allowed(asked, channel, opens - INSTANT)
    between = probes(asked, at, min(opens - INSTANT, at + 2 * A_DAY)) if opens > at else []
    assert not any(allowed(asked, channel, one) for one in between)
    assert next_allowed_at(asked, channel, at) == max(opens, at)


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_the_verdict_agrees_with_the_oracle_at_every_probe(case: Any) -> None:
    """The oracle repeats the rules without sharing or skipping any computation (`tests.governance.situations`)."""
    asked, channel, at = case
    if asked.policy is None:
        return
    for one in probes(asked, at - A_DAY, at + A_DAY)[::7]:
        assert allowed(asked, channel, one) == oracle.is_allowed(asked, channel, one)


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_a_lapsing_step_had_no_permitted_minute_left_and_no_fault_of_ours_in_its_way(case: Any) -> None:
    """A step lapses if `tasks.lapses` finds a missing ground and no minute is known. A search then finds none either."""
    asked, channel, at = case
    reasons = decide(asked, channel, at).reasons
    ground = lapsing_ground(reasons)
    if ground is None or next_allowed_at(asked, channel, at) is not None:
        return
    assert not any(allowed(asked, channel, one) for one in probes(asked, at, at + 2 * A_DAY))
    ours = {Reason.NOT_IDENTIFIED, Reason.NOT_REGISTERED, Reason.AREA_CODE_NOT_SUBSCRIBED, Reason.NO_POLICY}
    assert not ours & set(reasons)
    assert asked.ledger is not None  # an unknown lead needs no ground


@settings(max_examples=60, deadline=None)
@given(case=cases(), others=st.lists(cases(), max_size=3))
@example(case=(situation(OFFICE), "SMS", NOON), others=[(situation(OFFICE, ledger=()), "SMS", NOON)])
def test_many_contacts_are_answered_as_each_is_alone(case: Any, others: Any) -> None:
    asked = [(one, channel) for one, channel, _ in (case, *others)]
    at = case[2]
    assert decide_all(asked, at) == [decide(one, channel, at) for one, channel in asked]
    assert decide_all(asked, at, (3, "10:00")) == [decide(one, channel, at, (3, "10:00")) for one, channel in asked]


@settings(max_examples=60, deadline=None)
@given(case=cases(), minutes=st.integers(0, 1500))
@example(case=(situation(OFFICE), "SMS", NOON), minutes=301)
def test_a_span_of_permitted_time_ends_after_as_many_permitted_minutes(case: Any, minutes: int) -> None:
    asked, channel, at = case
    found = Permission(asked, channel).passed(at, minutes * MINUTE)
    at_most = at + 4 * A_DAY
    instants = probes(asked, at, found or at_most)
    counted = sum((after - one for one, after in pairwise(instants) if allowed(asked, channel, one)), timedelta())
    if found is None:
        assert counted < minutes * MINUTE or not minutes
    elif found <= at_most:
        assert counted == minutes * MINUTE
        # Not a moment sooner, and not while contact is forbidden: the end lies at a limit of a permitted stretch.
        assert allowed(asked, channel, found - INSTANT if minutes else found)


def test_the_last_minute_of_a_window_counts_in_full() -> None:
    """09:00 to 20:00 closes at 20:01. At 19:55 on Friday 120 minutes are left, and Saturday opens at 10:00."""
    asked = Permission(situation((range(5), "09:00", "20:00"), ({5}, "10:00", "18:00")), "SMS")
    friday = datetime(2026, 12, 12, 0, 55, tzinfo=UTC)
    assert asked.passed(friday, 6 * MINUTE) == friday + 6 * MINUTE
    assert asked.passed(friday, 120 * MINUTE) == datetime(2026, 12, 12, 15, 0, tzinfo=UTC) + 114 * MINUTE
    assert asked.passed(friday, timedelta(days=30)) is None


# The interval -------------------------------------------------------------------------------------------------------------


def test_an_instant_within_a_window_gets_that_window_to_its_last_microsecond() -> None:
    expected = (NOON - timedelta(hours=3), NOON + timedelta(hours=5, minutes=1) - INSTANT)
    assert interval(situation(OFFICE), NOON) == expected
    assert interval(situation(OFFICE), expected[0]) == interval(situation(OFFICE), expected[1]) == expected


@pytest.mark.parametrize("after", [timedelta(hours=5, minutes=1), timedelta(hours=-3, days=1, microseconds=-1)])
def test_an_instant_outside_a_window_gets_the_next_window(after: timedelta) -> None:
    following = NOON + A_DAY
    expected = (following - timedelta(hours=3), following + timedelta(hours=5, minutes=1) - INSTANT)
    assert interval(situation(OFFICE), NOON + after) == expected


def test_the_interval_of_a_call_ends_with_the_lawful_hours() -> None:
    found = interval(situation(ALWAYS), NOON, "CALL")
    assert found == (NOON - timedelta(hours=3), NOON + timedelta(hours=9, minutes=30) - INSTANT)


def test_an_unlimited_interval_ends_a_day_after_the_question() -> None:
    assert interval(situation(ALWAYS), NOON) == (NOON - A_DAY, NOON + A_DAY)


def test_touching_windows_are_one() -> None:
    morning, afternoon = (EVERY_DAY, "09:00", "11:59"), (EVERY_DAY, "12:00", "17:00")
    assert interval(situation(morning, afternoon), NOON) == interval(situation(OFFICE), NOON)


def test_windows_that_touch_at_midnight_are_one() -> None:
    asked = situation(({1}, "20:00", "23:59"), ({2}, "00:00", "03:00"))
    late = datetime(2026, 12, 16, 4, 59, tzinfo=UTC)
    assert interval(asked, late) == (late - timedelta(hours=3, minutes=59), late + timedelta(hours=3, minutes=2) - INSTANT)


def test_the_interval_ends_with_the_consent() -> None:
    ends = NOON + timedelta(hours=1, seconds=7, microseconds=5)
    asked = situation(OFFICE, ledger=(line("CONSENT", NOON - 9 * A_DAY, "SMS", basis="INQUIRY", expires_at=ends),))
    assert interval(asked, NOON) == (NOON - timedelta(hours=3), ends - INSTANT)
    assert interval(asked, ends) is None


def test_the_interval_ends_just_after_the_scrub_is_31_days_old() -> None:
    scrubbed = NOON - timedelta(days=31) + timedelta(hours=1)
    lasting = replace(REGISTERED, registration_expires_on=date(2027, 12, 31))
    subscribed = {"organisation": lasting, "subscribed_until": date(2027, 12, 31)}
    asked = situation(OFFICE, ledger=(line("SCRUB", scrubbed, "CALL"),), **subscribed)
    assert interval(asked, NOON, "CALL") == (NOON - timedelta(hours=3), NOON + timedelta(hours=1))


def test_the_last_day_of_the_registration_ends_in_utc() -> None:
    registered = {"organisation": REGISTERED, "subscribed_until": date(2027, 12, 31)}
    asked = situation((EVERY_DAY, "09:00", "21:00"), ledger=(line("SCRUB", NOON - A_DAY, "CALL"),), **registered)
    assert interval(asked, NOON, "CALL") == (NOON - timedelta(hours=3), datetime(2026, 12, 16, tzinfo=UTC) - INSTANT)
    assert interval(asked, NOON + timedelta(hours=7), "CALL") is None


def test_the_interval_begins_when_the_gap_after_the_last_contact_ends() -> None:
    asked = situation(OFFICE, contacted_at=NOON, gap=timedelta(minutes=40))
    assert interval(asked, NOON) == (NOON + timedelta(minutes=40), NOON + timedelta(hours=5, minutes=1) - INSTANT)
    assert interval(asked, NOON - INSTANT) == (NOON - timedelta(hours=3), NOON - INSTANT)
    assert interval(situation(OFFICE, contacted_at=NOON, gap=30 * A_DAY + timedelta(seconds=1)), NOON) is None


def test_the_interval_begins_when_the_wait_after_an_answered_call_ends_beyond_30_days() -> None:
    one_call = {"rules": rules(OFFICE, one_call_in_30_days=True), "answered_at": NOON}
    waits_until = NOON + 30 * A_DAY
    closes = waits_until + timedelta(hours=5, minutes=1) - INSTANT
    assert interval(situation(**one_call), NOON, "CALL") == (waits_until, closes)
    assert interval(situation(**one_call, closed_days=frozenset({waits_until.date()})), NOON, "CALL") == (
        waits_until + timedelta(hours=21),
        waits_until + timedelta(hours=29, minutes=1) - INSTANT,
    )
    assert interval(situation(**one_call), NOON) == interval(situation(OFFICE), NOON)


def test_a_hold_interrupts_the_interval() -> None:
    held, released = line("HOLD", NOON), line("RELEASE", NOON + timedelta(hours=1))
    for changes in ({"ledger": (held, released)}, {"of_person": (held, released)}):
        asked = situation(OFFICE, organisation=OrganisationFacts(sender=SENDER, consent="warn"), **changes)
        assert interval(asked, NOON - INSTANT) == (NOON - timedelta(hours=3), NOON - INSTANT)
        assert interval(asked, NOON) == (released.effective_at, NOON + timedelta(hours=5, minutes=1) - INSTANT)


def test_a_permanent_refusal_has_no_interval() -> None:
    for changes in ({"is_closed": True}, {"is_wrong": True}, {"of_person": (line("HOLD", NOON),)}):
        assert interval(situation(OFFICE, **changes), NOON) is None
    assert interval(situation(OFFICE, ledger=()), NOON) is None
    assert (
        interval(situation(OFFICE, ledger=(), organisation=OrganisationFacts(sender=SENDER, consent="warn")), NOON)
        is not None
    )
    assert (
        interval(situation(OFFICE, lead_score=Decimal("0.1"), rules=rules(OFFICE, min_score=Decimal("0.5"))), NOON) is None
    )


# A calendar ---------------------------------------------------------------------------------------------------------------


def test_a_day_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar(Timetable("ON", (window(*ALWAYS),), "normal", frozenset(), None), (TORONTO, VANCOUVER))
    asked: list[date] = []
    minutes = Timetable.minutes
    monkeypatch.setattr(Timetable, "minutes", lambda table, day: asked.append(day) or minutes(table, day))  # type: ignore[func-returns-value]
    first = list(calendar.within(NOON, NOON + A_DAY))
    assert asked
    asked.clear()
    assert list(calendar.within(NOON, NOON + A_DAY)) == first
    assert asked == []


def test_a_calendar_drops_days_to_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar(Timetable("ON", (window(*ALWAYS),), "normal", frozenset(), None), (TORONTO,))
    for n in range(401):
        assert list(calendar.within(NOON + n * A_DAY, NOON + n * A_DAY + MINUTE))
    asked: list[date] = []
    minutes = Timetable.minutes
    monkeypatch.setattr(Timetable, "minutes", lambda table, day: asked.append(day) or minutes(table, day))  # type: ignore[func-returns-value]
    assert list(calendar.within(NOON, NOON + MINUTE))
    assert NOON.date() in asked
