"""Opt-outs, consents and scrubs judged at an instant: a table of their limits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.channels import Channel
from governance.grounds import Basis, consent_expiry, is_basis
from governance.ledger.rules import (
    Entry,
    LedgerLine,
    Validity,
    consent,
    has_relationship,
    is_ended_by,
    is_held,
    may_call_again,
    opted_out,
    refusals,
    scrub,
    uses_of,
)
from governance.organisation.rules import OrganisationFacts

AT = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def line(kind: str, ago: timedelta = DAY, channel: str = "", **values: Any) -> LedgerLine:
    return LedgerLine(kind, channel, AT - ago, **values)


def agreed(channel: str, ago: timedelta = DAY, *, expires_in: timedelta | None = None, basis: str = "EXPRESS") -> LedgerLine:
    return line("CONSENT", ago, channel, basis=basis, expires_at=None if expires_in is None else AT + expires_in)


OPT_OUT, LIFT, SCRUB = Entry.OPT_OUT, Entry.LIFT, Entry.SCRUB

# Lines in the order of recording -> the channels refused at AT.
OPT_OUTS: list[tuple[str, list[LedgerLine], set[str]]] = [
    ("nothing on file", [], set()),
    ("every channel", [line(OPT_OUT)], {"SMS", "CALL", "EMAIL"}),
    ("one channel", [line(OPT_OUT, channel="SMS")], {"SMS"}),
    ("said at this very instant", [line(OPT_OUT, timedelta(0))], {"SMS", "CALL", "EMAIL"}),
    ("said a second later", [line(OPT_OUT, -SECOND)], set()),
    ("on the internal list", [line(Entry.DO_NOT_CALL, channel="CALL")], {"CALL"}),
    ("after a consent", [agreed("SMS", 2 * DAY), line(OPT_OUT, channel="SMS")], {"SMS"}),
    ("before a consent, which does not outweigh it", [line(OPT_OUT, 2 * DAY, "SMS"), agreed("SMS")], {"SMS"}),
    ("lifted", [line(OPT_OUT, 2 * DAY), line(LIFT)], set()),
    ("lifted at the instant at which it was said", [line(OPT_OUT), line(LIFT)], set()),
    ("said after the instant of the lift", [line(OPT_OUT), line(LIFT, 2 * DAY)], {"SMS", "CALL", "EMAIL"}),
    ("lifted later than asked about", [line(OPT_OUT), line(LIFT, -SECOND)], {"SMS", "CALL", "EMAIL"}),
    ("lifted for one channel", [line(OPT_OUT, 2 * DAY), line(LIFT, channel="SMS")], {"CALL", "EMAIL"}),
    ("one channel, lifted for every one", [line(OPT_OUT, 2 * DAY, "SMS"), line(LIFT)], set()),
    ("another channel lifted", [line(OPT_OUT, 2 * DAY, "SMS"), line(LIFT, channel="CALL")], {"SMS"}),
    ("lifted, and said again", [line(OPT_OUT, 3 * DAY), line(LIFT, 2 * DAY), line(OPT_OUT)], {"SMS", "CALL", "EMAIL"}),
    (
        "said before the lift, but recorded after it: nobody called that one a mistake",
        [line(OPT_OUT, 3 * DAY), line(LIFT, DAY), line(OPT_OUT, 2 * DAY)],
        {"SMS", "CALL", "EMAIL"},
    ),
    ("the internal list, lifted", [line(Entry.DO_NOT_CALL, 2 * DAY, "CALL"), line(LIFT, channel="CALL")], set()),
    ("a lift of nothing", [line(LIFT)], set()),
    ("an erasure says nothing", [line(OPT_OUT, 2 * DAY, "SMS"), line(Entry.ERASED)], {"SMS"}),
    ("a scrub says nothing", [line(SCRUB, channel="CALL")], set()),
]


@pytest.mark.parametrize(("lines", "refused"), [row[1:] for row in OPT_OUTS], ids=[row[0] for row in OPT_OUTS])
def test_an_opt_out_holds_for_its_channels_until_it_is_lifted(lines: Any, refused: Any) -> None:
    assert {channel for channel in Channel.values if opted_out(lines, channel, AT)} == refused


CONSENTS: list[tuple[str, list[LedgerLine], str, Validity]] = [
    ("nothing on file", [], "SMS", Validity.MISSING),
    ("until it is withdrawn", [agreed("SMS", 4000 * DAY)], "SMS", Validity.LIVE),
    ("for another channel", [agreed("EMAIL")], "SMS", Validity.MISSING),
    ("obtained at this very instant", [agreed("SMS", timedelta(0))], "SMS", Validity.LIVE),
    ("obtained a second later", [agreed("SMS", -SECOND)], "SMS", Validity.MISSING),
    ("a second before it expires", [agreed("SMS", expires_in=SECOND)], "SMS", Validity.LIVE),
    ("at the instant of its expiry", [agreed("SMS", expires_in=timedelta(0))], "SMS", Validity.EXPIRED),
    ("expired", [agreed("SMS", 2 * DAY, expires_in=-DAY)], "SMS", Validity.EXPIRED),
    ("expired, and given anew", [agreed("SMS", 2 * DAY, expires_in=-DAY), agreed("SMS")], "SMS", Validity.LIVE),
    ("in force, and a later one expired", [agreed("SMS", 2 * DAY), agreed("SMS", expires_in=-SECOND)], "SMS", Validity.LIVE),
    ("a published address of a homeowner", [agreed("EMAIL", basis="PUBLICATION")], "EMAIL", Validity.MISSING),
    (
        "a ground that does not fit, and one that does after it",
        [agreed("EMAIL", 2 * DAY, basis="PUBLICATION"), agreed("EMAIL")],
        "EMAIL",
        Validity.LIVE,
    ),
    ("a published number, for a call", [agreed("CALL", basis="PUBLICATION")], "CALL", Validity.MISSING),
    ("a scrub is no consent", [line(SCRUB, channel="CALL")], "CALL", Validity.MISSING),
]


@pytest.mark.parametrize(("lines", "channel", "standing"), [r[1:] for r in CONSENTS], ids=[r[0] for r in CONSENTS])
def test_a_consent_is_in_force_from_when_it_was_given_until_it_expires(lines: Any, channel: Any, standing: Any) -> None:
    assert consent(lines, channel, AT) is standing


HOLD, RELEASE = Entry.HOLD, Entry.RELEASE
HOLDS: list[tuple[str, list[LedgerLine], bool]] = [
    ("nothing on file", [], False),
    ("a message waits", [line(HOLD)], True),
    ("a message waits from this very instant", [line(HOLD, timedelta(0))], True),
    ("a message comes later", [line(HOLD, -SECOND)], False),
    ("a later message does not end the reading", [line(HOLD, -SECOND), line(HOLD)], True),
    ("decided", [line(HOLD, 2 * DAY), line(RELEASE)], False),
    ("decided later than asked about", [line(HOLD), line(RELEASE, -SECOND)], True),
    ("one of two is decided", [line(HOLD), line(HOLD), line(RELEASE)], True),
    ("both are decided", [line(HOLD), line(HOLD), line(RELEASE), line(RELEASE)], False),
    ("a decision answers no message that came after it", [line(RELEASE), line(HOLD)], True),
    ("two decisions answer none either", [line(RELEASE), line(RELEASE), line(HOLD)], True),
    ("an opt-out is no message that waits", [line(OPT_OUT)], False),
]


@pytest.mark.parametrize(("lines", "held"), [row[1:] for row in HOLDS], ids=[row[0] for row in HOLDS])
def test_a_number_is_held_while_a_doubtful_message_waits(lines: Any, held: bool) -> None:
    assert is_held(lines, AT) is held


CALLS_AGAIN: list[tuple[str, list[LedgerLine], bool]] = [
    ("nothing on file", [], False),
    ("an express consent to calls", [agreed("CALL")], True),
    ("to every channel", [agreed("")], True),
    ("from this very instant", [agreed("CALL", timedelta(0))], True),
    ("from a second later", [agreed("CALL", -SECOND)], False),
    ("to messages", [agreed("SMS")], False),
    ("an inquiry", [agreed("CALL", basis="INQUIRY")], False),
    ("until a second later", [agreed("CALL", expires_in=SECOND)], True),
    ("until this very instant", [agreed("CALL", expires_in=timedelta(0))], False),
    ("a scrub", [line(SCRUB, basis="EXPRESS")], False),
]


@pytest.mark.parametrize(("lines", "may"), [row[1:] for row in CALLS_AGAIN], ids=[row[0] for row in CALLS_AGAIN])
def test_an_express_consent_to_calls_permits_another_call(lines: Any, may: bool) -> None:
    assert may_call_again(lines, AT) is may


def test_a_refusal_is_an_opt_out_or_an_entry_of_the_internal_list() -> None:
    said, listed = line(OPT_OUT), line(Entry.DO_NOT_CALL, channel="CALL")
    assert refusals([line(LIFT), said, line(SCRUB), agreed("SMS"), listed]) == [said, listed]


RELATIONS: list[tuple[str, list[LedgerLine], bool]] = [
    ("nothing on file", [], False),
    ("an inquiry", [agreed("SMS", basis="INQUIRY")], True),
    ("an inquiry that expired", [agreed("SMS", basis="INQUIRY", expires_in=-DAY)], True),
    ("an inquiry of this very instant", [agreed("SMS", timedelta(0), basis="INQUIRY")], True),
    ("an inquiry of a second later", [agreed("SMS", -SECOND, basis="INQUIRY")], False),
    ("an inquiry by another channel", [agreed("CALL", basis="INQUIRY")], False),
    ("an express consent", [agreed("SMS")], False),
    ("an opt-out", [line(OPT_OUT, basis="INQUIRY")], False),
]


@pytest.mark.parametrize(("lines", "related"), [row[1:] for row in RELATIONS], ids=[row[0] for row in RELATIONS])
def test_an_inquiry_a_contract_or_a_purchase_is_a_relationship(lines: Any, related: bool) -> None:
    assert has_relationship(lines, "SMS", AT) is related


def test_a_referral_is_used_by_a_message_sent_at_or_after_its_instant() -> None:
    referral = agreed("SMS", DAY, basis="REFERRAL")
    used = [line(Entry.USED, ago) for ago in (DAY + SECOND, DAY, timedelta(0), -SECOND)]
    assert uses_of(referral, [*used, line(OPT_OUT)], AT) == 2


def test_a_contract_may_end_on_the_day_it_was_made_but_not_before() -> None:
    day = datetime(2026, 12, 14, tzinfo=UTC)
    made = LedgerLine("CONSENT", "SMS", day + DAY - SECOND, basis="CONTRACT")
    assert is_ended_by(made, day)
    assert not is_ended_by(made._replace(effective_at=day + DAY), day)


SCRUBS: list[tuple[str, list[LedgerLine], Validity]] = [
    ("never checked", [], Validity.MISSING),
    ("checked just now", [line(SCRUB, timedelta(0))], Validity.LIVE),
    ("checked a second later", [line(SCRUB, -SECOND)], Validity.MISSING),
    ("exactly 31 days ago", [line(SCRUB, 31 * DAY)], Validity.LIVE),
    ("31 days and a second ago", [line(SCRUB, 31 * DAY + SECOND)], Validity.EXPIRED),
    ("long ago, and again", [line(SCRUB, DAY), line(SCRUB, 400 * DAY)], Validity.LIVE),
    ("exempt by a business relationship", [agreed("CALL", basis="BUSINESS", expires_in=DAY)], Validity.LIVE),
    ("exempt until a second ago", [agreed("CALL", basis="BUSINESS", expires_in=-SECOND)], Validity.MISSING),
    ("consent to texts exempts no call", [agreed("SMS")], Validity.MISSING),
    ("a published number exempts no call", [agreed("CALL", basis="PUBLICATION")], Validity.MISSING),
    ("an old check, and exempt", [line(SCRUB, 40 * DAY), agreed("CALL")], Validity.LIVE),
]


@pytest.mark.parametrize(("lines", "standing"), [row[1:] for row in SCRUBS], ids=[row[0] for row in SCRUBS])
def test_a_scrub_counts_for_31_days_and_an_exemption_replaces_it(lines: Any, standing: Any) -> None:
    assert scrub(lines, AT) is standing


# Written by hand from docs/contact-rules.md: obtained on 2026-08-31T18:00Z.
EXPIRIES = {
    ("SMS", "EXPRESS"): None,
    ("EMAIL", "EXPRESS"): None,
    ("CALL", "EXPRESS"): None,
    ("SMS", "PURCHASE_BY_LEAD"): (2028, 8, 31),
    ("EMAIL", "PURCHASE_BY_LEAD"): (2028, 8, 31),
    ("CALL", "PURCHASE_BY_LEAD"): (2028, 2, 29),
    ("SMS", "BUSINESS"): (2028, 8, 31),
    ("EMAIL", "BUSINESS"): (2028, 8, 31),
    ("CALL", "BUSINESS"): (2028, 2, 29),
    ("SMS", "CONTRACT"): None,
    ("EMAIL", "CONTRACT"): None,
    ("CALL", "CONTRACT"): None,
    ("SMS", "INQUIRY"): (2027, 2, 28),
    ("EMAIL", "INQUIRY"): (2027, 2, 28),
    ("CALL", "INQUIRY"): (2027, 2, 28),
    ("SMS", "PUBLICATION"): None,
    ("EMAIL", "PUBLICATION"): None,
    ("SMS", "DISCLOSED"): None,
    ("EMAIL", "DISCLOSED"): None,
    ("SMS", "REFERRAL"): None,
    ("EMAIL", "REFERRAL"): None,
}


@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("basis", Basis.values)
def test_each_ground_expires_as_the_table_says(channel: Any, basis: Any) -> None:
    assert is_basis(channel, basis) is ((channel, basis) in EXPIRIES)
    if is_basis(channel, basis):
        day = EXPIRIES[channel, basis]
        expected = datetime(*day, 18, tzinfo=UTC) if day else None
        assert consent_expiry(channel, basis, datetime(2026, 8, 31, 18, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("number", "expires_on", "registered"),
    [
        ("R-1", date(2026, 12, 16), True),
        ("R-1", date(2026, 12, 15), True),
        ("R-1", date(2026, 12, 14), False),
        ("R-1", None, False),
        ("", date(2027, 12, 15), False),
    ],
)
def test_a_registration_is_valid_through_its_last_day(number: Any, expires_on: Any, registered: Any) -> None:
    organisation = OrganisationFacts(registration_number=number, registration_expires_on=expires_on)
    assert organisation.registered(AT.date()) is registered


KINDS = st.sampled_from([OPT_OUT, Entry.DO_NOT_CALL, LIFT, Entry.CONSENT, SCRUB])
LINES = st.lists(
    st.builds(
        lambda kind, hours, channel: line(kind, timedelta(hours=hours), channel, basis="EXPRESS"),
        KINDS,
        st.integers(-48, 48),
        st.sampled_from(["", *Channel.values]),
    ),
    max_size=8,
)


@given(lines=LINES, channel=st.sampled_from(Channel.values))
def test_the_latest_opt_out_always_refuses(lines: Any, channel: Any) -> None:
    assert opted_out([*lines, line(OPT_OUT, timedelta(hours=3), channel)], channel, AT)
    assert opted_out([*lines, line(OPT_OUT, timedelta(hours=3))], channel, AT)


@given(lines=LINES, channel=st.sampled_from(Channel.values))
def test_no_consent_permits_contact_of_an_opted_out_lead(lines: Any, channel: Any) -> None:
    assert opted_out([*lines, agreed(channel)], channel, AT) == opted_out(lines, channel, AT)


@given(lines=LINES, channel=st.sampled_from(Channel.values))
def test_a_later_line_changes_no_earlier_answer(lines: Any, channel: Any) -> None:
    later = [line(kind, -SECOND, channel, basis="EXPRESS") for kind in (OPT_OUT, LIFT, Entry.CONSENT, SCRUB)]
    for judge in (opted_out, consent):
        assert judge([*lines, *later], channel, AT) == judge(lines, channel, AT)
    assert scrub([*lines, *later], AT) == scrub(lines, AT)
