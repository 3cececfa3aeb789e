"""The purpose of a message decides what the gate checks. A reply is bound to the message that it answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.leads.inbound.services import record_inbound
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask
from governance import gate
from governance.gate import MessageUnknown
from governance.ledger.consents import record_consent
from governance.organisation.models import Organisation
from tests.factories import NOON, LeadFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONE, EMAIL = "+14165550123", "ann@example.ca"
DECIDE = "/api/governance/contact/decide"
CAN_CONTACT = "/api/governance/market/can-contact"
LATER = NOON + HOUR


@pytest.fixture(autouse=True)
def _jane() -> None:
    who = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
    Organisation.objects.update(consent="enforce", identity="enforce", scrub="warn", **who)
    LeadFactory.create(lead_id="JANE", phone=PHONE, email=EMAIL)


def wrote(text: str = "What would you pay?", **values: Any) -> int:
    """A message from Jane, by default a text message at noon."""
    given: dict[str, Any] = {"channel": "SMS", "lead_id": "JANE", "phone": PHONE, "received_at": NOON, "act": Act(at=NOON)}
    return int(record_inbound(text=text, **{**given, **values}).message.pk)


def asked(purpose: str, answers: int | None = None, channel: str = "SMS", at: Any = LATER, lead_id: str = "JANE") -> Any:
    answer = gate.decide_lead(lead_id, channel, purpose=purpose, answers=answers, at=at)
    return answer.purpose, [reason.value for reason in answer.verdict.reasons]


PROSPECT = ("PROSPECT", ["consent_missing"])  # a message that answers none is judged as prospecting
REPLY: tuple[str, list[str]] = ("REPLY", [])


# A reply ----------------------------------------------------------------------------------------------------------------


def test_a_reply_needs_no_consent_however_old_the_message_is() -> None:
    message = wrote()
    assert asked("PROSPECT") == PROSPECT
    assert asked("REPLY", message) == REPLY
    assert asked("REPLY", message, at=NOON + 700 * DAY) == REPLY


def test_a_reply_answers_a_message_of_its_own_channel_and_number() -> None:
    by_text, by_email = wrote(), wrote(channel="EMAIL", phone="", email=EMAIL)
    from_elsewhere = wrote(phone="+14165550999")
    assert asked("REPLY", by_text) == asked("REPLY", by_email, "EMAIL") == REPLY
    assert asked("REPLY", by_text, "EMAIL") == asked("REPLY", by_email, "SMS") == PROSPECT
    assert asked("REPLY", from_elsewhere) == PROSPECT
    assert asked("REPLY", wrote(channel="", phone=PHONE)) == PROSPECT


def test_a_reply_without_a_message_is_prospecting() -> None:
    assert asked("REPLY") == PROSPECT
    assert asked("REPLY", wrote(), at=NOON - MINUTE) == PROSPECT  # the message has not arrived yet


def test_a_message_counts_as_answered_once_the_lead_was_contacted() -> None:
    message = wrote()
    (step, *_) = start_ladder(lead_id="JANE", province="ON", market="TORONTO", act=Act(at=NOON)).tasks
    assert asked("REPLY", message) == REPLY
    complete_task(step.pk, "va1", contacted_at=NOON + MINUTE, now=NOON + MINUTE)
    assert FollowupTask.objects.get(pk=step.pk).completed_at is not None
    assert asked("REPLY", message) == PROSPECT
    assert asked("REPLY", wrote(received_at=NOON + 2 * MINUTE, act=Act(at=NOON + 2 * MINUTE))) == REPLY


def test_a_contact_by_another_channel_or_of_another_lead_with_the_number_counts() -> None:
    message = wrote()
    gate.note_contact([("LEAD", "JANE")], NOON - MINUTE)
    assert asked("REPLY", message) == REPLY
    gate.note_contact([("PHONE", PHONE)], NOON)
    assert asked("REPLY", message) == PROSPECT


@pytest.mark.parametrize(("text", "reason"), [("STOP", "opted_out"), ("please no more of this ok", "inbound_undecided")])
def test_a_reply_does_not_override_a_wish_to_be_left_alone(text: str, reason: str) -> None:
    message = wrote(text)
    assert reason in asked("REPLY", message)[1]


def test_the_message_of_another_lead_is_unknown() -> None:
    LeadFactory.create(lead_id="JOHN", phone="+14165550777")
    message = wrote()
    for lead_id, answers in (("JOHN", message), ("JANE", message + 1_000)):
        with pytest.raises(MessageUnknown) as refusal:
            asked("REPLY", answers, lead_id=lead_id)
        assert (refusal.value.code, refusal.value.attr) == ("message_unknown", "answers")


# What the lead asked for, and what it does as a business ----------------------------------------------------------------


def test_the_requested_purpose_needs_an_inquiry_even_an_expired_one() -> None:
    assert asked("REQUESTED") == ("REQUESTED", ["consent_missing"])
    given: dict[str, Any] = {"basis": "INQUIRY", "evidence": "form 1", "act": Act("me", at=NOON)}
    record_consent(points=[("PHONE", PHONE)], channel="SMS", obtained_at=NOON - 400 * DAY, **given)
    assert asked("REQUESTED") == ("REQUESTED", [])
    assert asked("PROSPECT") == ("PROSPECT", ["consent_expired"])


def test_an_inquiry_about_its_business_counts_only_for_a_lead_in_a_business_role() -> None:
    assert asked("BUSINESS_INQUIRY") == ("BUSINESS_INQUIRY", ["consent_missing"])
    LeadFactory.create(lead_id="SHOP", phone="+14165550777", role="BUSINESS")
    assert asked("BUSINESS_INQUIRY", lead_id="SHOP") == ("BUSINESS_INQUIRY", [])


def test_a_change_of_role_changes_the_worth_of_a_published_address() -> None:
    record_consent(
        points=[("EMAIL", EMAIL)], basis="PUBLICATION", obtained_at=NOON, evidence="page 1", act=Act("me", at=NOON)
    )
    assert asked("PROSPECT", channel="EMAIL")[1] == ["consent_missing"]
    LeadFactory.create(lead_id="SHOP", email=EMAIL, role="BUSINESS")
    assert asked("PROSPECT", channel="EMAIL", lead_id="SHOP")[1] == []


# Over the API -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", [DECIDE, CAN_CONTACT])
def test_the_question_takes_a_purpose_and_the_answer_shows_it(operator: APIClient, endpoint: str) -> None:
    message = wrote()
    question: dict[str, Any] = {"lead_id": "JANE", "channel": "SMS", "at": iso_utc(LATER)}
    plain = operator.get(endpoint, question).json()
    assert (plain["ok"], plain["purpose"], plain["reason"]) == (False, "PROSPECT", "consent_missing")
    reply = operator.get(endpoint, {**question, "purpose": "reply", "answers": message}).json()
    assert (reply["ok"], reply["purpose"]) == (True, "REPLY")
    gate.note_contact([("PHONE", PHONE)], NOON + MINUTE)
    again = operator.get(endpoint, {**question, "purpose": "REPLY", "answers": message}).json()
    assert (again["ok"], again["purpose"]) == (False, "PROSPECT")


@pytest.mark.parametrize("endpoint", [DECIDE, CAN_CONTACT])
@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"purpose": "SPAM"}, "invalid_choice", "purpose"),
        ({"purpose": "REPLY"}, "required", "answers"),
        ({"purpose": "REPLY", "answers": "soon"}, "invalid", "answers"),
        ({"purpose": "REPLY", "answers": 0}, "min_value", "answers"),
        ({"purpose": "REPLY", "answers": 10**400}, "invalid", "answers"),
        ({"purpose": "REPLY", "answers": 987654321}, "message_unknown", "answers"),
        ({"purpose": "REQUESTED", "answers": 1}, "invalid", "answers"),
        ({"answers": 1}, "invalid", "answers"),
    ],
)
def test_an_invalid_purpose_or_message_is_refused(
    operator: APIClient, endpoint: str, changes: Any, code: str, attr: str
) -> None:
    answer = operator.get(endpoint, {"lead_id": "JANE", "channel": "SMS", **changes})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == (code, attr)


def test_a_purpose_needs_a_lead(operator: APIClient) -> None:
    answer = operator.get(CAN_CONTACT, {"province": "ON", "channel": "SMS", "purpose": "REQUESTED"})
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [("invalid", "purpose")]
    assert "purpose" not in operator.get(CAN_CONTACT, {"province": "ON", "channel": "SMS"}).json()


def test_only_the_purpose_reply_reads_a_message() -> None:
    message = wrote()

    def statements(purpose: str, answers: int | None = None) -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(purpose, answers)
        return counted(captured)

    assert statements("PROSPECT") == statements("REQUESTED") == queries("decide a lead")
    assert statements("REPLY", message) == queries("decide a reply")
