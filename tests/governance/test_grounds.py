"""A table of the grounds of the law: the worth of each by channel, purpose, role and date, with its section.

A: Canada's Anti-Spam Legislation. T: the Telecommunications Act. G: SOR/2013-221.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest

from governance.channels import Channel
from governance.gate.obstacles import lasting, turning_points, what_decides
from governance.gate.reasons import Reason
from governance.grounds import Basis, Purpose, consent_expiry, contract_expiry
from governance.ledger.rules import LedgerLine, Validity, consent, is_exempt, scrub
from governance.organisation.rules import OrganisationFacts
from governance.people import Role
from tests.governance.situations import SENDER, situation

LIVE, MISSING, EXPIRED = Validity
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
GIVEN = datetime(2024, 8, 31, 18, tzinfo=UTC)  # the date of every ground
ENDED = datetime(2025, 3, 10, tzinfo=UTC)  # of the contract that ended
TWO_YEARS = datetime(2026, 8, 31, 18, tzinfo=UTC)
EIGHTEEN_MONTHS = datetime(2026, 2, 28, 18, tzinfo=UTC)
SIX_MONTHS = datetime(2025, 2, 28, 18, tzinfo=UTC)
TWO_YEARS_AFTER_THE_END = datetime(2027, 3, 10, tzinfo=UTC)
EIGHTEEN_MONTHS_AFTER_THE_END = datetime(2026, 9, 10, tzinfo=UTC)
TEN_YEARS = datetime(2034, 8, 31, 18, tzinfo=UTC)
SENT = GIVEN + DAY  # the first message after the referral
RETIRED = "the retired BUSINESS, read as PURCHASE_BY_LEAD"


def given(basis: str, channel: str) -> LedgerLine:
    return LedgerLine("CONSENT", channel, GIVEN, basis, consent_expiry(channel, basis, GIVEN))


def ended(channel: str, at: datetime = ENDED) -> LedgerLine:
    return LedgerLine("ENDED", channel, at, "", contract_expiry(channel, at))


def on_file(ground: str, channel: str) -> tuple[LedgerLine, ...]:
    """The ledger lines of a ground: a contract may be ENDED, a referral USED."""
    basis, _, what = ground.partition(" ")
    if not basis:
        return ()
    lines = {"ENDED": (ended(channel),), "USED": (LedgerLine("USED", channel, SENT),), "": ()}
    return given(basis, channel), *lines[what]


# Ground, channel, purpose, role, instant, worth at that instant, section.
Row = tuple[str, str, str, str, datetime, Validity, str]
TABLE: list[Row] = [
    ("", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, MISSING, "A 6(1)(a)"),
    ("", "EMAIL", "PROSPECT", "BUSINESS", GIVEN, MISSING, "A 6(1)(a)"),
    ("", "CALL", "PROSPECT", "HOMEOWNER", GIVEN, MISSING, "T 41.7(1)"),
    ("EXPRESS", "SMS", "PROSPECT", "HOMEOWNER", GIVEN - SECOND, MISSING, "A 10(1)"),
    ("EXPRESS", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, LIVE, "A 10(1)"),
    ("EXPRESS", "EMAIL", "PROSPECT", "BUSINESS", TEN_YEARS, LIVE, "A 10(1)"),
    ("EXPRESS", "CALL", "PROSPECT", "HOMEOWNER", TEN_YEARS, LIVE, "T 41.7(1)"),
    ("PURCHASE_BY_LEAD", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, LIVE, "A 10(10)(a)"),
    ("PURCHASE_BY_LEAD", "SMS", "PROSPECT", "HOMEOWNER", TWO_YEARS - SECOND, LIVE, "A 10(10)(a)"),
    ("PURCHASE_BY_LEAD", "EMAIL", "PROSPECT", "HOMEOWNER", TWO_YEARS, EXPIRED, "A 10(10)(a)"),
    ("PURCHASE_BY_LEAD", "EMAIL", "PROSPECT", "BUSINESS", TWO_YEARS, EXPIRED, "A 10(10)(a)"),
    ("PURCHASE_BY_LEAD", "CALL", "PROSPECT", "HOMEOWNER", EIGHTEEN_MONTHS - SECOND, LIVE, "T 41.7(2)(a)"),
    ("PURCHASE_BY_LEAD", "CALL", "PROSPECT", "HOMEOWNER", EIGHTEEN_MONTHS, EXPIRED, "T 41.7(2)(a)"),
    ("CONTRACT", "SMS", "PROSPECT", "HOMEOWNER", GIVEN - SECOND, MISSING, "A 10(10)(d)"),
    ("CONTRACT", "SMS", "PROSPECT", "HOMEOWNER", TEN_YEARS, LIVE, "A 10(10)(d)"),
    ("CONTRACT", "CALL", "PROSPECT", "HOMEOWNER", TEN_YEARS, LIVE, "T 41.7(2)(c)"),
    ("CONTRACT ENDED", "SMS", "PROSPECT", "HOMEOWNER", ENDED - SECOND, LIVE, "A 10(10)(d)"),
    ("CONTRACT ENDED", "EMAIL", "PROSPECT", "HOMEOWNER", TWO_YEARS, LIVE, "A 10(10)(d)"),
    ("CONTRACT ENDED", "EMAIL", "PROSPECT", "HOMEOWNER", TWO_YEARS_AFTER_THE_END - SECOND, LIVE, "A 10(10)(d)"),
    ("CONTRACT ENDED", "EMAIL", "PROSPECT", "HOMEOWNER", TWO_YEARS_AFTER_THE_END, EXPIRED, "A 10(10)(d)"),
    ("CONTRACT ENDED", "CALL", "PROSPECT", "HOMEOWNER", EIGHTEEN_MONTHS_AFTER_THE_END - SECOND, LIVE, "T 41.7(2)(c)"),
    ("CONTRACT ENDED", "CALL", "PROSPECT", "BUSINESS", EIGHTEEN_MONTHS_AFTER_THE_END, EXPIRED, "T 41.7(2)(c)"),
    ("INQUIRY", "SMS", "PROSPECT", "HOMEOWNER", SIX_MONTHS - SECOND, LIVE, "A 10(10)(e)"),
    ("INQUIRY", "EMAIL", "PROSPECT", "BUSINESS", SIX_MONTHS, EXPIRED, "A 10(10)(e)"),
    ("INQUIRY", "CALL", "PROSPECT", "HOMEOWNER", SIX_MONTHS - SECOND, LIVE, "T 41.7(2)(b)"),
    ("INQUIRY", "CALL", "PROSPECT", "HOMEOWNER", SIX_MONTHS, EXPIRED, "T 41.7(2)(b)"),
    ("PUBLICATION", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, MISSING, "A 10(9)(b)"),
    ("PUBLICATION", "EMAIL", "PROSPECT", "HOMEOWNER", TEN_YEARS, MISSING, "A 10(9)(b)"),
    ("PUBLICATION", "EMAIL", "PROSPECT", "BUSINESS", TEN_YEARS, LIVE, "A 10(9)(b)"),
    ("PUBLICATION", "CALL", "PROSPECT", "BUSINESS", GIVEN, MISSING, "T 41.7(2)"),
    ("DISCLOSED", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, MISSING, "A 10(9)(c)"),
    ("DISCLOSED", "SMS", "PROSPECT", "BUSINESS", TEN_YEARS, LIVE, "A 10(9)(c)"),
    ("DISCLOSED", "EMAIL", "PROSPECT", "BUSINESS", GIVEN, LIVE, "A 10(9)(c)"),
    ("DISCLOSED", "CALL", "PROSPECT", "BUSINESS", GIVEN, MISSING, "T 41.7(2)"),
    ("REFERRAL", "SMS", "PROSPECT", "HOMEOWNER", GIVEN, LIVE, "G 4"),
    ("REFERRAL", "EMAIL", "PROSPECT", "BUSINESS", TEN_YEARS, LIVE, "G 4"),
    ("REFERRAL USED", "SMS", "PROSPECT", "HOMEOWNER", SENT - SECOND, LIVE, "G 4"),
    ("REFERRAL USED", "SMS", "PROSPECT", "HOMEOWNER", SENT, EXPIRED, "G 4"),
    ("REFERRAL USED", "EMAIL", "PROSPECT", "BUSINESS", TEN_YEARS, EXPIRED, "G 4"),
    ("REFERRAL", "CALL", "PROSPECT", "HOMEOWNER", GIVEN, MISSING, "T 41.7(2)"),
    ("BUSINESS", "SMS", "PROSPECT", "HOMEOWNER", TWO_YEARS - SECOND, LIVE, RETIRED),
    ("BUSINESS", "EMAIL", "PROSPECT", "HOMEOWNER", TWO_YEARS, EXPIRED, RETIRED),
    ("BUSINESS", "CALL", "PROSPECT", "HOMEOWNER", EIGHTEEN_MONTHS, EXPIRED, RETIRED),
    ("", "SMS", "REPLY", "HOMEOWNER", GIVEN, LIVE, "G 3(b)"),
    ("INQUIRY", "EMAIL", "REPLY", "HOMEOWNER", TEN_YEARS, LIVE, "G 3(b)"),
    ("", "SMS", "REQUESTED", "HOMEOWNER", GIVEN, MISSING, "A 6(6)"),
    ("INQUIRY", "SMS", "REQUESTED", "HOMEOWNER", GIVEN - SECOND, MISSING, "A 6(6)"),
    ("INQUIRY", "SMS", "REQUESTED", "HOMEOWNER", TEN_YEARS, LIVE, "A 6(6)(a)"),
    ("PURCHASE_BY_LEAD", "EMAIL", "REQUESTED", "HOMEOWNER", TEN_YEARS, LIVE, "A 6(6)(b)"),
    ("CONTRACT ENDED", "EMAIL", "REQUESTED", "HOMEOWNER", TEN_YEARS, LIVE, "A 6(6)(b)"),
    ("PUBLICATION", "EMAIL", "REQUESTED", "HOMEOWNER", GIVEN, MISSING, "A 6(6)"),
    ("REFERRAL USED", "EMAIL", "REQUESTED", "HOMEOWNER", TEN_YEARS, EXPIRED, "A 6(6)"),
    ("BUSINESS", "SMS", "REQUESTED", "HOMEOWNER", TEN_YEARS, EXPIRED, RETIRED),
    ("", "EMAIL", "BUSINESS_INQUIRY", "HOMEOWNER", GIVEN, MISSING, "A 6(5)(b)"),
    ("", "EMAIL", "BUSINESS_INQUIRY", "BUSINESS", GIVEN, LIVE, "A 6(5)(b)"),
    ("PURCHASE_BY_LEAD", "SMS", "BUSINESS_INQUIRY", "BUSINESS", TEN_YEARS, LIVE, "A 6(5)(b)"),
    ("PURCHASE_BY_LEAD", "SMS", "BUSINESS_INQUIRY", "HOMEOWNER", TEN_YEARS, EXPIRED, "A 6(5)(b)"),
]
REASONS = {LIVE: set(), MISSING: {Reason.CONSENT_MISSING}, EXPIRED: {Reason.CONSENT_EXPIRED}}
STRICT = OrganisationFacts(registration_number="R1", registration_expires_on=TEN_YEARS.date(), sender=SENDER)


def asked(lines: Sequence[LedgerLine], role: str, purpose: str = "PROSPECT", **changes: Any) -> Any:
    return situation(ledger=tuple(lines), role=role, purpose=purpose, organisation=STRICT, **changes)


def named(row: Row) -> str:
    ground, channel, purpose, role, at, standing, section = row
    return f"{ground or 'nothing'} {channel} {purpose} {role} at {at:%Y-%m-%d %H:%M:%S}: {standing} ({section})"


@pytest.mark.parametrize("row", TABLE, ids=named)
def test_each_ground_is_worth_what_its_section_says(row: Row) -> None:
    ground, channel, purpose, role, at, standing, _ = row
    lines = on_file(ground, channel)
    if channel == "CALL":
        assert consent(lines, channel, at, role) is standing
        assert is_exempt(lines, at, role) is (standing is LIVE or role == "BUSINESS")
    else:
        assert lasting(asked(lines, role, purpose), channel, at) == (REASONS[standing], set())


def test_every_ground_purpose_and_role_has_its_rows() -> None:
    assert {ground.split(" ")[0] for ground, *_ in TABLE} - {""} == set(Basis.values)
    assert {purpose for _, _, purpose, *_ in TABLE} == set(Purpose.values)
    for basis in Basis.values:
        assert {channel for ground, channel, *_ in TABLE if ground.startswith(basis)} == set(Channel.values), basis


# The worth a day after the ground was given: message to a homeowner, message to a business, call.
WORTH = {
    "": (MISSING, MISSING, MISSING),
    "EXPRESS": (LIVE, LIVE, LIVE),
    "PURCHASE_BY_LEAD": (LIVE, LIVE, LIVE),
    "CONTRACT": (LIVE, LIVE, LIVE),
    "INQUIRY": (LIVE, LIVE, LIVE),
    "PUBLICATION": (MISSING, LIVE, MISSING),
    "DISCLOSED": (MISSING, LIVE, MISSING),
    "REFERRAL": (LIVE, LIVE, MISSING),
    "BUSINESS": (LIVE, LIVE, LIVE),
}


@pytest.mark.parametrize("basis", WORTH)
def test_a_purpose_removes_only_the_question_of_consent(basis: str) -> None:
    for channel, role, purpose in product(("SMS", "EMAIL"), Role.values, Purpose.values):
        worth = WORTH[basis][role == "BUSINESS"]
        lifted = {"REPLY": True, "BUSINESS_INQUIRY": role == "BUSINESS", "REQUESTED": basis in ("INQUIRY", "CONTRACT")}
        is_lifted = lifted.get(purpose, False) or (purpose == "REQUESTED" and basis == "PURCHASE_BY_LEAD")
        lines = on_file(basis, channel)
        expected = set() if is_lifted else REASONS[worth]
        assert lasting(asked(lines, role, purpose), channel, GIVEN + DAY)[0] == expected, (channel, role, purpose)


@pytest.mark.parametrize("purpose", Purpose.values)
def test_opt_out_hold_identification_and_hours_bind_for_every_purpose(purpose: str) -> None:
    for kind, reason in (("OPT_OUT", Reason.OPTED_OUT), ("HOLD", Reason.INBOUND_UNDECIDED)):
        lines = (given("EXPRESS", "SMS"), LedgerLine(kind, "", GIVEN))
        assert reason in lasting(asked(lines, "BUSINESS", purpose), "SMS", GIVEN)[0]
    nobody = situation(ledger=(), role="BUSINESS", purpose=purpose, organisation=OrganisationFacts())
    assert Reason.NOT_IDENTIFIED in lasting(nobody, "EMAIL", GIVEN)[0]


@pytest.mark.parametrize("purpose", Purpose.values)
def test_a_purpose_does_not_concern_a_call(purpose: str) -> None:
    found, _ = lasting(asked((), "HOMEOWNER", purpose), "CALL", GIVEN)
    assert found == {Reason.SCRUB_MISSING, Reason.AREA_CODE_NOT_SUBSCRIBED}


# Calls to a business ----------------------------------------------------------------------------------------------------


def test_a_business_number_is_exempt_from_the_national_list_but_not_from_ours() -> None:
    """T 41.7(1): a scrub and a subscription are not required. The registration is, and the internal list binds."""
    assert lasting(asked((), "BUSINESS"), "CALL", GIVEN) == (set(), set())
    assert scrub((), GIVEN, "BUSINESS") is LIVE
    assert scrub((), GIVEN) is MISSING
    on_the_list = (LedgerLine("DO_NOT_CALL", "CALL", GIVEN),)
    assert lasting(asked(on_the_list, "BUSINESS"), "CALL", GIVEN)[0] == {Reason.OPTED_OUT}
    unregistered = situation(ledger=(), role="BUSINESS", organisation=OrganisationFacts(sender=SENDER))
    assert lasting(unregistered, "CALL", GIVEN)[0] == {Reason.NOT_REGISTERED}


# Contracts --------------------------------------------------------------------------------------------------------------


def test_the_earliest_of_several_ends_counts() -> None:
    lines = (given("CONTRACT", "SMS"), ended("SMS", ENDED + 30 * DAY), ended("SMS"), ended("SMS", ENDED + 60 * DAY))
    assert consent(lines, "SMS", TWO_YEARS_AFTER_THE_END - SECOND) is LIVE
    assert consent(lines, "SMS", TWO_YEARS_AFTER_THE_END) is EXPIRED


def test_an_end_does_not_close_a_contract_recorded_after_it_or_made_after_its_day() -> None:
    assert consent((ended("SMS"), given("CONTRACT", "SMS")), "SMS", TEN_YEARS) is LIVE
    before = GIVEN.replace(hour=0) - DAY
    assert consent((given("CONTRACT", "SMS"), ended("SMS", before)), "SMS", TEN_YEARS) is LIVE
    on_that_day = GIVEN.replace(hour=0)
    assert consent((given("CONTRACT", "SMS"), ended("SMS", on_that_day)), "SMS", TEN_YEARS) is EXPIRED


def test_an_end_for_one_channel_concerns_no_other_channel_and_no_other_ground() -> None:
    assert consent((given("CONTRACT", "SMS"), ended("CALL")), "SMS", TEN_YEARS) is LIVE
    assert consent((given("EXPRESS", "SMS"), ended("SMS")), "SMS", TEN_YEARS) is LIVE


# Referrals --------------------------------------------------------------------------------------------------------------


def test_a_new_referral_allows_one_more_first_message_and_an_old_one_recorded_late_does_not() -> None:
    used = LedgerLine("USED", "SMS", SENT)
    again = LedgerLine("CONSENT", "EMAIL", SENT + DAY, "REFERRAL")
    assert consent((given("REFERRAL", "EMAIL"), used, again), "EMAIL", SENT + DAY) is LIVE
    assert consent((used, given("REFERRAL", "EMAIL")), "EMAIL", SENT + DAY) is EXPIRED


def test_after_its_use_a_referral_must_be_followed_by_another_ground() -> None:
    lines = (*on_file("REFERRAL USED", "SMS"), LedgerLine("CONSENT", "SMS", SENT + DAY, "EXPRESS"))
    assert consent(lines, "SMS", SENT) is EXPIRED
    assert consent(lines, "SMS", SENT + DAY) is LIVE


# The retired ground -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expires_at", [None, TEN_YEARS])
def test_a_retired_ground_never_counts_longer_than_a_purchase_of_the_same_date(expires_at: datetime | None) -> None:
    line = LedgerLine("CONSENT", "SMS", GIVEN, "BUSINESS", expires_at)
    assert consent([line], "SMS", TWO_YEARS - SECOND) is LIVE
    assert consent([line], "SMS", TWO_YEARS) is EXPIRED
    assert TWO_YEARS in turning_points(asked([line], "HOMEOWNER"), "SMS")


def test_a_retired_ground_with_a_shorter_stored_span_keeps_it() -> None:
    line = LedgerLine("CONSENT", "SMS", GIVEN, "BUSINESS", SIX_MONTHS)
    assert consent([line], "SMS", SIX_MONTHS) is EXPIRED


# Shared answers of the gate ---------------------------------------------------------------------------------------------


def test_leads_with_different_roles_or_purposes_share_no_answer() -> None:
    lines = [given("PUBLICATION", "SMS")]
    different = {what_decides(asked(lines, role, purpose), "SMS") for role in Role.values for purpose in Purpose.values}
    assert len(different) == len(Role.values) * len(Purpose.values)


@pytest.mark.parametrize(("ground", "channel"), [("CONTRACT ENDED", "SMS"), ("REFERRAL USED", "EMAIL"), ("BUSINESS", "SMS")])
def test_a_ground_has_one_worth_between_two_turning_points(ground: str, channel: str) -> None:
    lines = on_file(ground, channel)
    turns = [GIVEN - 400 * DAY, *turning_points(asked(lines, "HOMEOWNER"), channel), TEN_YEARS]
    for start, end in pairwise(turns):
        probes = {consent(lines, channel, start + (end - start) * part / 50) for part in range(50)}
        assert len(probes) == 1, (start, end)
