"""What the contact gate knows of a buyer, and opt-outs of a buyer under every spelling of the number."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.book.facts import buyer_facts
from buyers.models import Buyer
from governance import gate, people
from governance.people import PersonFacts
from tests.factories import NOON, BuyerFactory
from tests.query_counts import counted

pytestmark = pytest.mark.django_db
PHONE = "+14165550123"


def reasons(buyer_id: str, channel: str = "SMS", at: datetime = NOON) -> list[str]:
    person = people.load(people.BUYER, [buyer_id])[buyer_id]
    (answer,) = gate.decide_contacts([gate.Contact(person, channel)], at=at)
    return [reason.value for reason in answer.verdict.reasons]


def test_the_gate_loads_buyers_together() -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE, second_phone="+14165550124", email="a@b.ca", language="fr")
    BuyerFactory.create(buyer_id="B2", phone="", email="", company="Chen Homes", zone="America/Toronto", status="PAUSED")

    with CaptureQueriesContext(connection) as captured:
        found = people.load(people.BUYER, ["B1", "nobody", "B2"])

    assert counted(captured) == 1
    assert found == {
        "B1": PersonFacts(
            *("B1", "ON", "TORONTO"),
            phone=PHONE,
            email="a@b.ca",
            language="fr",
            status="ACTIVE",
            kind="BUYER",
            second_phone="+14165550124",
        ),
        "B2": PersonFacts("B2", "ON", "TORONTO", zone="America/Toronto", status="PAUSED", role="BUSINESS", kind="BUYER"),
    }
    assert found["B1"].role == "HOMEOWNER"
    assert buyer_facts(Buyer.objects.get(buyer_id="B2")) == found["B2"]


def test_who_may_read_buyers_may_ask_about_all(agent: APIClient) -> None:
    assert people.readable_by(people.BUYER, User.objects.get(username="agent"), ["B1", "B2"]) == {"B1", "B2"}
    assert people.readable_by(people.BUYER, User.objects.create(username="nobody"), ["B1"]) == set()


def test_nobody_contacts_a_blocked_buyer() -> None:
    BuyerFactory.create(buyer_id="B1", status="BLOCKED")

    assert "lead_closed" in reasons("B1")


@pytest.mark.parametrize("spelling", ["+1 416-555-0123", "(416) 555 0123", "4165550123", "tel:+1-416-555-0123"])
def test_an_opt_out_of_a_number_reaches_the_buyer_who_has_it(operator: APIClient, spelling: str) -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE)
    BuyerFactory.create(buyer_id="B2")

    assert operator.post("/api/governance/contact/opt-outs", {"phone": spelling}).status_code == 201

    assert "opted_out" in reasons("B1")
    assert "opted_out" not in reasons("B2")


def test_an_opt_out_that_came_before_the_buyer_binds_too(operator: APIClient) -> None:
    operator.post("/api/governance/contact/opt-outs", {"phone": "416 555 0123"})
    given = {"buyer_id": "B1", "province": "ON", "phone": "1 (416) 555-0123"}
    assert operator.post("/api/buyers/book/upsert", given).status_code == 201

    assert "opted_out" in reasons("B1")


def test_the_opt_out_of_a_buyer_binds_its_next_number(operator: APIClient) -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE)
    operator.post("/api/governance/contact/opt-outs", {"buyer_id": "B1"})
    operator.post("/api/buyers/book/upsert", {"buyer_id": "B1", "phone": "647-555-0100"})

    assert "opted_out" in reasons("B1")


def test_can_contact_answers_about_a_buyer_of_the_book(operator: APIClient) -> None:
    BuyerFactory.create(buyer_id="B1", status="BLOCKED")

    with time_machine.travel(NOON, tick=False):
        asked: dict[str, Any] = {"buyer_id": "B1", "channel": "SMS"}
        answer = operator.get("/api/governance/market/can-contact", asked).json()

    assert (answer["ok"], answer["buyer_id"], "lead_closed" in answer["reasons"]) == (False, "B1", True)
