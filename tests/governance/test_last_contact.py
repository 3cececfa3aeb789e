"""What the gate reads of a person: status, wrong numbers, the lead as such, the last contact and who keeps it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from followups.leads.facts import lead_facts
from governance import gate
from governance.compliance import services
from governance.compliance.models import ContactPoint, Organisation
from governance.leads import LeadFacts
from tests.factories import NOON, LeadFactory

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PHONE, EMAIL, LEAD = ("PHONE", "+14165550123"), ("EMAIL", "jane@example.ca"), ("LEAD", "JANE")
WHO: dict[str, Any] = {"actor": "va1", "now": NOON - HOUR}


def jane(**values: Any) -> LeadFacts:
    given = {"lead_id": "JANE", "phone": PHONE[1], "email": EMAIL[1], "postal_code": "", **values}
    return lead_facts(LeadFactory.build(**given))


def reasons(lead: LeadFacts, channel: str = "SMS", **options: Any) -> list[str]:
    (answer,) = gate.decide_contacts([gate.Contact(lead, channel, **options)], at=NOON)
    return [reason.value for reason in answer.verdict.reasons]


def contacted() -> dict[str, Any]:
    return dict(ContactPoint.objects.values_list("kind", "last_contacted_at"))


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
def test_a_closed_or_dead_lead_is_refused_and_no_other(status: str, refused: list[str]) -> None:
    assert reasons(jane(status=status)) == refused


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ("phone_is_wrong", {"SMS": ["wrong_number"], "CALL": ["wrong_number"], "EMAIL": []}),
        ("email_is_wrong", {"SMS": [], "CALL": [], "EMAIL": ["wrong_number"]}),
    ],
)
def test_what_is_somebody_elses_is_not_contacted(wrong: str, refused: dict[str, list[str]]) -> None:
    assert {channel: reasons(jane(**{wrong: True}), channel) for channel in refused} == refused


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("channel", ["SMS", "CALL", "EMAIL"])
def test_what_is_said_of_the_lead_holds_by_whatever_channel_known_or_not(known: bool, channel: str) -> None:
    gate.hold_points(points=[LEAD], evidence="message 1", **WHO)
    assert reasons(jane(), channel, is_known=known) == ["inbound_undecided"]
    gate.release_points(points=[LEAD], evidence="message 1", **WHO)
    gate.record_opt_out(points=[LEAD], channel=channel, **WHO)
    assert reasons(jane(), channel, is_known=known) == ["opted_out"]
    assert reasons(jane(lead_id=""), channel, is_known=known) == []


def test_of_an_unknown_lead_the_number_is_not_asked() -> None:
    gate.record_opt_out(points=[PHONE], **WHO)
    assert reasons(jane()) == ["opted_out"]
    assert reasons(jane(), is_known=False) == []


# The last contact -----------------------------------------------------------------------------------------------------


def test_a_contact_is_kept_of_each_point_and_never_moves_back() -> None:
    gate.note_contact([PHONE, LEAD], NOON)
    gate.note_contact([PHONE, EMAIL], NOON - HOUR)
    assert contacted() == {"PHONE": NOON, "LEAD": NOON, "EMAIL": NOON - HOUR}
    gate.note_contact([PHONE, EMAIL], NOON + MINUTE)
    assert contacted() == {"PHONE": NOON + MINUTE, "LEAD": NOON, "EMAIL": NOON + MINUTE}


def test_nothing_is_kept_of_nobody() -> None:
    with CaptureQueriesContext(connection) as queries:
        gate.note_contact([], NOON)
    assert len(queries) == 0


def test_a_point_that_a_contact_made_is_found_by_a_later_opt_out() -> None:
    gate.note_contact([("EMAIL", "Jane@Example.CA")], NOON)
    gate.record_opt_out(points=[EMAIL], **WHO)
    assert ContactPoint.objects.values_list("value", "digest").get() == (EMAIL[1], services.digest(EMAIL))


def test_an_erased_point_stays_erased_when_it_is_contacted() -> None:
    row = services.contact_points([PHONE])[PHONE]
    services.erase_point(point_id=row.pk, reason="asked for it", actor="va1")
    gate.note_contact([PHONE], NOON)
    row.refresh_from_db()
    assert (row.value, row.last_contacted_at) == (None, NOON)


def test_the_first_point_leaves_the_mark_of_its_key_whoever_makes_it(settings: Settings) -> None:
    assert Organisation.objects.get().digest_key_mark == ""
    gate.note_contact([LEAD], NOON)
    assert Organisation.objects.get().digest_key_mark == services.digest_key_mark() != ""
    settings.CONTACT_DIGEST_KEY = "another key"
    gate.note_contact([PHONE], NOON)
    assert Organisation.objects.get().digest_key_mark != services.digest_key_mark()


def test_a_contact_costs_one_statement_however_many_points(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1 if connection.vendor == "postgresql" else 2):
        gate.note_contact([PHONE, EMAIL, LEAD], NOON)


@pytest.mark.parametrize("point", [PHONE, LEAD])
@pytest.mark.parametrize(("gap", "refused"), [(HOUR, []), (HOUR + MINUTE, ["contacted_recently"]), (timedelta(), [])])
def test_a_gap_counts_from_the_last_contact_of_the_number_or_of_the_lead(point: Any, gap: Any, refused: Any) -> None:
    gate.note_contact([point], NOON - HOUR)
    assert reasons(jane(), gap=gap) == refused


def test_the_later_contact_of_the_two_counts() -> None:
    gate.note_contact([PHONE], NOON - HOUR)
    gate.note_contact([LEAD], NOON - 10 * MINUTE)
    (answer,) = gate.decide_contacts([gate.Contact(jane(), "SMS", gap=30 * MINUTE)], at=NOON)
    assert (answer.verdict.code, answer.verdict.next_allowed_at) == ("contacted_recently", NOON + 20 * MINUTE)
    (found,) = gate.permitted_minutes([(gate.Contact(jane(), "SMS", gap=30 * MINUTE), NOON)], now=NOON)
    assert (found.actionable_at, found.open_from) == (NOON + 20 * MINUTE, NOON + 20 * MINUTE)


def test_a_contact_by_e_mail_says_nothing_of_the_number_but_of_the_lead() -> None:
    gate.note_contact([EMAIL], NOON - MINUTE)
    assert reasons(jane(), "SMS", gap=HOUR) == []
    assert reasons(jane(), "EMAIL", gap=HOUR) == ["contacted_recently"]
    gate.note_contact([LEAD], NOON - MINUTE)
    assert reasons(jane(), "SMS", gap=HOUR) == ["contacted_recently"]
    assert reasons(jane(), "SMS", gap=HOUR, is_known=False) == ["contacted_recently"]
