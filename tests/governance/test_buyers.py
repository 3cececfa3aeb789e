"""Buyers are people of the gate and of the ledger, as leads are, under a kind of their own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance import gate, people
from governance.gate.ledger import forget_points
from governance.ledger.models import ContactPoint, ContactRecord
from governance.people import PersonFacts
from tests.conftest import attrs
from tests.factories import LeadFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

NOON = "2026-12-15T18:00:00Z"  # a Tuesday, within the calling hours and the seeded windows of all of Canada
PHONE = "+14165550123"
BUYERS = {
    "B1": PersonFacts("B1", "ON", "TORONTO", phone=PHONE, email="buy@example.ca", role="BUSINESS", kind=people.BUYER),
    "B2": PersonFacts("B2", "ON", "TORONTO", phone="+14165550124", status="PAUSED", kind=people.BUYER),
    "BLOCKED": PersonFacts("BLOCKED", "ON", "TORONTO", phone="+14165550125", status="BLOCKED", kind=people.BUYER),
    "SILENT": PersonFacts("SILENT", "ON", "TORONTO", kind=people.BUYER),
}


@pytest.fixture(autouse=True)
def _buyers(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(ids: Collection[str]) -> dict[str, PersonFacts]:
        return {one: BUYERS[one] for one in ids if one in BUYERS}

    monkeypatch.setitem(people._loaders, people.BUYER, load)
    monkeypatch.setitem(people._readable, people.BUYER, lambda user, ids: set(ids))


@pytest.fixture(autouse=True)
def _lead_of_the_same_id(db: None) -> None:
    LeadFactory.create(lead_id="B2", phone="+14165550199", postal_code="")


def post(client: Any, path: str, **given: Any) -> Any:
    return client.post(f"/api/governance/contact/{path}", given, format="json")


def reasons(person_id: str, channel: str = "SMS", **facts: Any) -> list[str]:
    person = BUYERS[person_id]._replace(**facts)
    (answer,) = gate.decide_contacts([gate.Contact(person, channel)], at=datetime.fromisoformat(NOON))
    return [reason.value for reason in answer.verdict.reasons]


def can_contact(client: Any, **given: Any) -> Any:
    return client.get("/api/governance/market/can-contact", {"channel": "SMS", "at": NOON, **given})


def test_buyers_have_the_same_kind_here_and_in_the_ledger() -> None:
    assert people.BUYER == ContactPoint.Kind.BUYER


def test_a_buyer_may_be_contacted_unless_blocked() -> None:
    assert (reasons("B1"), reasons("B2"), reasons("BLOCKED")) == ([], [], ["lead_closed"])


def test_an_opt_out_of_a_buyer_binds_the_buyers_next_number_too(operator: APIClient) -> None:
    assert post(operator, "opt-outs", buyer_id="B1").status_code == 201
    assert {(one.kind, one.value) for one in ContactPoint.objects.all()} == {
        ("BUYER", "B1"),
        ("PHONE", PHONE),
        ("EMAIL", "buy@example.ca"),
    }
    assert str(ContactPoint.objects.get(kind="BUYER")) == "Buyer B1"
    assert reasons("B1") == reasons("B1", "EMAIL") == reasons("B1", phone="+16045550100") == ["opted_out"]


def test_an_opt_out_of_a_lead_says_nothing_of_the_buyer_with_the_same_id(operator: APIClient) -> None:
    assert post(operator, "opt-outs", lead_id="B2").status_code == 201
    assert reasons("B2") == []
    assert post(operator, "opt-outs", buyer_id="B2").status_code == 201
    assert reasons("B2") == ["opted_out"]


def test_an_opt_out_that_names_a_lead_and_a_buyer_binds_both(operator: APIClient) -> None:
    assert post(operator, "opt-outs", lead_id="L9", buyer_id="B9").status_code == 201
    assert set(ContactPoint.objects.values_list("kind", "value")) == {("LEAD", "L9"), ("BUYER", "B9")}


def test_a_buyers_opt_out_is_lifted_by_the_buyers_id(operator: APIClient) -> None:
    post(operator, "opt-outs", buyer_id="B1")
    assert len(post(operator, "opt-outs/lift", buyer_id="B1", reason="a mistake").json()) == 3
    assert reasons("B1") == []


def test_a_do_not_call_entry_of_a_buyer_refuses_calls_alone(operator: APIClient) -> None:
    assert post(operator, "do-not-call", buyer_id="B1").json() == {"recorded": 2}
    assert (reasons("B1"), "opted_out" in reasons("B1", "CALL")) == ([], True)


def test_a_consent_of_a_buyer_is_recorded_for_number_and_address(operator: APIClient) -> None:
    consent = {"basis": "EXPRESS", "obtained_at": "2026-11-20T15:00:00Z", "evidence": "form 1"}
    assert post(operator, "consents", buyer_id="B1", **consent).status_code == 201
    assert set(ContactRecord.objects.values_list("point__kind", "channel")) == {
        ("PHONE", "SMS"),
        ("PHONE", "CALL"),
        ("EMAIL", "EMAIL"),
    }
    assert post(operator, "consents", buyer_id="NOBODY", **consent).status_code == 404
    answer = post(operator, "consents", buyer_id="B1", lead_id="B2", **consent)
    assert (answer.status_code, attrs(answer)) == (400, ["buyer_id"])


def test_the_records_of_a_buyer_are_listed_by_the_buyers_id(operator: APIClient) -> None:
    post(operator, "opt-outs", buyer_id="B1")
    listed = operator.get("/api/governance/contact/records", {"buyer_id": "B1"}).json()
    assert {(one["kind"], one["value"]) for one in listed["results"]} >= {("BUYER", "B1"), ("PHONE", PHONE)}
    assert operator.get("/api/governance/contact/records", {"buyer_id": "B2"}).json()["results"] == []


def test_can_contact_answers_about_a_buyer(operator: APIClient) -> None:
    answer = can_contact(operator, buyer_id="B1").json()
    assert (answer["ok"], answer["buyer_id"], answer["purpose"], "lead_id" in answer) == (True, "B1", "PROSPECT", False)
    assert can_contact(operator, buyer_id="BLOCKED").json()["reason"] == "lead_closed"
    assert can_contact(operator, buyer_id="NOBODY").status_code == 404
    for given, named in (
        ({"buyer_id": "B1", "lead_id": "B2"}, "buyer_id"),
        ({"buyer_id": "B1", "purpose": "REPLY", "answers": 1}, "answers"),
        ({"purpose": "PROSPECT", "province": "ON"}, "purpose"),
        ({}, "province"),
    ):
        answer = can_contact(operator, **given)
        assert (answer.status_code, attrs(answer)) == (400, [named])


def test_can_contact_hides_a_buyer_whom_the_user_may_not_read(operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(people._readable, people.BUYER, lambda user, ids: set())
    assert can_contact(operator, buyer_id="B1").status_code == 404


def test_a_lead_s_message_is_no_ground_to_reply_to_the_buyer_with_the_same_id() -> None:
    asked = gate.Contact(BUYERS["B2"], "SMS", purpose="REPLY", answers=None)
    assert gate.decide_contacts([asked])[0].purpose == "PROSPECT"


def test_erasing_a_buyers_points_keeps_the_buyers_id(operator: APIClient) -> None:
    post(operator, "opt-outs", buyer_id="B1")
    assert forget_points(list(ContactPoint.objects.all()), act=Act("test")).points == 2
    assert list(ContactPoint.objects.filter(value__isnull=False).values_list("kind", "value")) == [("BUYER", "B1")]
    assert reasons("B1") == ["opted_out"]
