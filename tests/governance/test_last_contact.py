"""Facts that the gate reads about a person: status, wrong numbers, lines about the lead itself, the last contact."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups.leads.facts import lead_facts
from governance import gate
from governance.ledger import erasures, points
from governance.ledger.models import LastContact
from governance.people import PersonFacts
from tests.factories import NOON, LeadFactory, hold_points
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PHONE, EMAIL, LEAD = ("PHONE", "+14165550123"), ("EMAIL", "jane@example.ca"), ("LEAD", "JANE")
WHO = Act("va1", at=NOON - HOUR)


def jane(**values: Any) -> PersonFacts:
    given = {"lead_id": "JANE", "phone": PHONE[1], "email": EMAIL[1], "postal_code": "", **values}
    return lead_facts(LeadFactory.build(**given))


def reasons(lead: PersonFacts, channel: str = "SMS", **options: Any) -> list[str]:
    (answer,) = gate.decide_contacts([gate.Contact(lead, channel, **options)], at=NOON)
    return [reason.value for reason in answer.verdict.reasons]


def contacted() -> dict[str, Any]:
    kinds = {points.digest(point): point[0] for point in (PHONE, EMAIL, LEAD)}
    return {kinds[known_by]: at for known_by, at in LastContact.objects.values_list("digest", "contacted_at")}


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("NEW", []),
        ("CONTACTED", []),
        ("APPOINTMENT", []),
        ("UNDER_CONTRACT", []),
        ("NOT_INTERESTED", []),
        ("CLOSED", ["lead_closed"]),
        ("DEAD", ["lead_closed"]),
    ],
)
def test_only_a_closed_or_dead_lead_is_refused(status: str, refused: list[str]) -> None:
    assert reasons(jane(status=status)) == refused


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ("phone_is_wrong", {"SMS": ["wrong_number"], "CALL": ["wrong_number"], "EMAIL": []}),
        ("email_is_wrong", {"SMS": [], "CALL": [], "EMAIL": ["wrong_number"]}),
    ],
)
def test_a_wrong_number_or_address_is_not_contacted(wrong: str, refused: dict[str, list[str]]) -> None:
    assert {channel: reasons(jane(**{wrong: True}), channel) for channel in refused} == refused


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("channel", ["SMS", "CALL", "EMAIL"])
def test_a_line_about_the_lead_holds_for_every_channel_whether_the_lead_is_known_or_not(known: bool, channel: str) -> None:
    hold_points([LEAD], evidence="message 1", act=WHO)
    assert reasons(jane(), channel, is_known=known) == ["inbound_undecided"]
    gate.release_points(points=[LEAD], evidence="message 1", act=WHO)
    gate.record_opt_out(points=[LEAD], channel=channel, act=WHO)
    assert reasons(jane(), channel, is_known=known) == ["opted_out"]
    assert reasons(jane(lead_id=""), channel, is_known=known) == []


def test_the_number_of_an_unknown_lead_is_not_checked() -> None:
    gate.record_opt_out(points=[PHONE], act=WHO)
    assert reasons(jane()) == ["opted_out"]
    assert reasons(jane(), is_known=False) == []


# The last contact -----------------------------------------------------------------------------------------------------


def test_a_contact_is_recorded_for_each_point_and_never_moves_back() -> None:
    gate.note_contact([PHONE, LEAD], NOON)
    gate.note_contact([PHONE, EMAIL], NOON - HOUR)
    assert contacted() == {"PHONE": NOON, "LEAD": NOON, "EMAIL": NOON - HOUR}
    gate.note_contact([PHONE, EMAIL], NOON + MINUTE)
    assert contacted() == {"PHONE": NOON + MINUTE, "LEAD": NOON, "EMAIL": NOON + MINUTE}


def test_a_contact_without_a_point_records_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        gate.note_contact([], NOON)
    assert len(queries) == 0


def test_a_contact_at_an_address_is_recorded_in_its_one_form() -> None:
    gate.note_contact([("EMAIL", "Jane@Example.CA")], NOON)
    assert contacted() == {"EMAIL": NOON}


def test_the_last_contact_of_an_erased_point_is_kept_without_its_value() -> None:
    row = points.contact_points([PHONE], Act())[PHONE]
    erasures.erase_point(point_id=row.pk, act=Act("va1", reason="asked for it"))
    gate.note_contact([PHONE], NOON)
    row.refresh_from_db()
    assert (row.value, contacted()) == (None, {"PHONE": NOON})
