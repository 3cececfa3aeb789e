"""Many contacts asked together get the answers of each alone. Both places that share answers are tested."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance import gate
from governance.closed_days.models import ClosedDay
from governance.ledger.models import LastContact
from governance.ledger.points import contact_points
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.organisation.models import Organisation
from governance.people import PersonFacts
from tests.factories import NOON, RecordFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONES = ["", *(f"+1416555010{n}" for n in range(6))]
EMAILS = ["", *(f"lead{n}@example.ca" for n in range(4))]
IDS = ["", *(f"L{n}" for n in range(1, 7))]
NO_GAP = timedelta()

Line = tuple[str, str, datetime, dict[str, Any]]
EXPRESS = {"basis": "EXPRESS"}
CONSENTS: list[Line] = [("CONSENT", channel, NOON - DAY, EXPRESS) for channel in ("SMS", "CALL", "EMAIL")]
# The lines on file and the last contact of each lead. The others have none.
ON_FILE: dict[tuple[str, str], tuple[list[Line], datetime | None]] = {
    ("PHONE", PHONES[1]): (CONSENTS, None),
    ("PHONE", PHONES[2]): ([*CONSENTS, ("OPT_OUT", "SMS", NOON - HOUR, {})], NOON - HOUR),
    ("PHONE", PHONES[3]): ([*CONSENTS, ("HOLD", "", NOON + HOUR, {})], NOON - HOUR / 2),
    ("PHONE", PHONES[4]): ([("CONSENT", "SMS", NOON - DAY, {"basis": "INQUIRY", "expires_at": NOON + HOUR})], NOON + HOUR),
    ("PHONE", PHONES[5]): ([("SCRUB", "CALL", NOON - 31 * DAY, {})], NOON - 3 * HOUR),
    ("EMAIL", EMAILS[1]): (CONSENTS, NOON - HOUR),
    ("EMAIL", EMAILS[2]): ([*CONSENTS, ("HOLD", "", NOON - HOUR, {})], None),
    ("LEAD", IDS[1]): ([("OPT_OUT", "CALL", NOON - DAY, {})], None),
    ("LEAD", IDS[2]): ([("HOLD", "", NOON - DAY, {}), ("RELEASE", "", NOON - HOUR, {})], NOON - HOUR / 3),
    ("LEAD", IDS[3]): ([("HOLD", "", NOON - DAY, {})], None),
    ("LEAD", IDS[4]): ([], NOON - HOUR),
}
# Ontario allows no e-mail, Alberta checks the score, Quebec's policy is disabled, and Nunavut has none.
POLICIES: dict[str, dict[str, Any]] = {
    "ON": {"rules": {**SAFE_RULES, "channels_allowed": ["SMS", "CALL"]}},
    "AB": {"rules": {**SAFE_RULES, "min_lead_score_to_contact": 0.8}},
    "QC": {"enabled": False},
}


@pytest.fixture
def _rows(db: None) -> None:
    for point, (lines, contacted_at) in ON_FILE.items():
        row = contact_points([point], Act())[point]
        for entry, channel, effective_at, more in lines:
            RecordFactory.create(point=row, entry=entry, channel=channel, effective_at=effective_at, **more)
        if contacted_at:
            LastContact.objects.create(digest=row.digest, contacted_at=contacted_at)
    for province, changes in POLICIES.items():
        MarketPolicy.objects.filter(province=province).update(**changes)
    MarketPolicy.objects.filter(province="NU").delete()
    Organisation.objects.update(
        consent="enforce", scrub="enforce", registration_number="1", registration_expires_on="2027-01-01"
    )
    for province, day in (("BC", 1), ("", 45)):
        ClosedDay.objects.create(
            province=province, day=(NOON + day * DAY).date(), name="Closed", changed_by="test", updated_at=NOON
        )


leads = st.builds(
    PersonFacts,
    person_id=st.sampled_from(IDS),
    province=st.sampled_from(["ON", "ON", "BC", "AB", "QC", "NU"]),
    market=st.sampled_from(["ALL", "TORONTO"]),
    zone=st.sampled_from(["", "", "America/Winnipeg"]),
    postal_code=st.sampled_from(["", "P8N 1A1"]),
    phone=st.sampled_from(PHONES),
    email=st.sampled_from(EMAILS),
    status=st.sampled_from(["NEW", "NEW", "APPOINTMENT", "CLOSED", "DEAD"]),
    phone_is_wrong=st.sampled_from([False, False, True]),
    email_is_wrong=st.sampled_from([False, False, True]),
    score=st.sampled_from([None, Decimal("0.5"), Decimal("0.7"), Decimal("0.9")]),
)
contacts = st.builds(
    gate.Contact,
    leads,
    st.sampled_from(["SMS", "CALL", "EMAIL"]),
    st.sampled_from([True, True, False]),
    st.sampled_from([NO_GAP, 30 * timedelta(minutes=1), 4 * HOUR]),
)
instants = st.sampled_from([NOON, NOON + HOUR, NOON - HOUR / 2, NOON + 9 * HOUR, NOON + 12 * DAY])
# Two contacts that differ in only one fact share as much as possible.
FINE = PersonFacts("L5", "BC", "ALL", phone=PHONES[1], email=EMAILS[1], status="NEW", score=Decimal("0.9"))
TWINS: dict[str, tuple[gate.Contact, gate.Contact]] = {
    "channel": (
        gate.Contact(FINE._replace(province="ON", market="TORONTO"), "EMAIL"),
        gate.Contact(FINE._replace(province="ON", market="TORONTO"), "SMS"),
    ),
    "channel of an unknown lead": (
        gate.Contact(PersonFacts("L5", "ON", "TORONTO"), "EMAIL", is_known=False),
        gate.Contact(PersonFacts("L6", "ON", "TORONTO"), "SMS", is_known=False),
    ),
    "known": (gate.Contact(FINE._replace(phone=""), "SMS"), gate.Contact(FINE._replace(phone=""), "SMS", is_known=False)),
    "lead subject": (gate.Contact(FINE, "CALL"), gate.Contact(FINE._replace(person_id="L1"), "CALL")),
    "hold of the lead": (gate.Contact(FINE, "SMS"), gate.Contact(FINE._replace(person_id="L3"), "SMS")),
    "hold of the number": (gate.Contact(FINE, "SMS"), gate.Contact(FINE._replace(phone=PHONES[3]), "SMS")),
    "status": (gate.Contact(FINE._replace(status="DEAD"), "SMS"), gate.Contact(FINE, "SMS")),
    "wrong number": (gate.Contact(FINE._replace(phone_is_wrong=True), "SMS"), gate.Contact(FINE, "SMS")),
    "wrong address": (gate.Contact(FINE._replace(email_is_wrong=True), "EMAIL"), gate.Contact(FINE, "EMAIL")),
    "last contact": (
        gate.Contact(FINE._replace(person_id="L4"), "SMS", gap=4 * HOUR),
        gate.Contact(FINE, "SMS", gap=4 * HOUR),
    ),
    "gap": (
        gate.Contact(FINE._replace(person_id="L4"), "SMS", gap=HOUR / 2),
        gate.Contact(FINE._replace(person_id="L4"), "SMS", gap=4 * HOUR),
    ),
    "score": (
        gate.Contact(FINE._replace(province="AB"), "SMS"),
        gate.Contact(FINE._replace(province="AB", score=Decimal("0.7")), "SMS"),
    ),
    "zone": (gate.Contact(FINE, "SMS"), gate.Contact(FINE._replace(zone="America/St_Johns"), "SMS")),
    "province": (gate.Contact(FINE, "SMS"), gate.Contact(FINE._replace(province="QC"), "SMS")),
}


def in_one_of_each_order(pair: tuple[gate.Contact, gate.Contact]) -> list[list[gate.Contact]]:
    return [[*pair], [*reversed(pair)]]


@pytest.mark.usefixtures("_rows")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(contacts, min_size=2, max_size=8), at=instants)
def test_decisions_together_equal_those_of_each_alone(asked: list[gate.Contact], at: datetime) -> None:
    assert gate.decide_contacts(asked, at=at) == [gate.decide_contacts([one], at=at)[0] for one in asked]


@pytest.mark.usefixtures("_rows")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(contacts, instants), min_size=2, max_size=8), now=instants)
def test_minutes_together_equal_those_of_each_alone(asked: list[tuple[gate.Contact, datetime]], now: datetime) -> None:
    together = gate.permitted_minutes(asked, now=now)
    assert together == [gate.permitted_minutes([one], now=now)[0] for one in asked]
    for (contact, due_at), found in zip(asked, together, strict=True):
        (answer,) = gate.decide_contacts([contact], at=max(due_at, now), standing_counts=False)
        assert answer.verdict.allowed is (found.actionable_at == max(due_at, now)) or due_at < now


@pytest.mark.usefixtures("_rows")
@pytest.mark.parametrize("differ_in", TWINS)
def test_two_contacts_that_differ_in_one_fact_share_no_answer(differ_in: str) -> None:
    for pair in in_one_of_each_order(TWINS[differ_in]):
        alone = [gate.permitted_minutes([(one, NOON)], now=NOON)[0] for one in pair]
        assert alone[0] != alone[1]
        assert gate.permitted_minutes([(one, NOON) for one in pair], now=NOON) == alone
        verdicts = [gate.decide_contacts([one], at=NOON)[0].verdict for one in pair]
        assert [answer.verdict for answer in gate.decide_contacts(pair, at=NOON)] == verdicts
