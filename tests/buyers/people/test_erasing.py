"""Export and erasure of a buyer: no row names the person afterwards, and every fact and opt-out stays."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from buyers.book.errors import BuyerNotOnFile
from buyers.book.lists.imports import begin_import
from buyers.book.lists.services import upsert_buyers
from buyers.book.services import upsert_buyer
from buyers.models import BuyBox, Buyer, BuyerFeedbackEvent, BuyerImport, DealSent
from buyers.people.services import erase_buyer, export_buyer
from followups.leads.inbound.services import record_inbound
from followups.leads.lists import imports as leads_imports
from followups.leads.lists.models import LeadImport
from followups.leads.people.services import erase_person
from followups.models import InboundMessage
from governance import gate, people
from governance.ledger.consents import record_consent
from governance.ledger.models import ContactPoint
from governance.ledger.opt_outs import record_opt_out
from governance.ledger.proof import Proof
from tests.factories import NOON, BuyerFactory, DealSentFactory, FeedbackFactory, LeadFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import ImportUnderWay

pytestmark = pytest.mark.django_db

PHONE, SECOND, EMAIL = "+14165550123", "+14165550124", "odile.tremblay@example.ca"
# Texts that name her, in every spelling that a row may have.
PERSONAL = (
    "Odile",
    "Tremblay",
    "Maisons Secrètes",
    "4165550123",
    "416.555.0123",
    "4165550124",
    "odile.tremblay",
    "her cousin",
)
GIVEN = {
    "buyer_id": "B1",
    "name": "Odile Tremblay",
    "company": "Maisons Secrètes",
    "phone": "416-555-0123",
    "second_phone": "416-555-0124",
    "email": "odile.tremblay@example.ca",
    "province": "QC",
    "market": "MONTREAL",
    "notes": "Odile buys with her cousin.",
    "funds_amount": 900_000,
    "funds_proved_on": "2026-11-01",
    "funds_expire_on": "2027-01-31",
    "boxes": [{"places": [{"province": "QC"}], "max_price": 500_000}],
}
ROW = "buyer_id,name,phone,province\n"
ACT = Act("op", reason="asked by mail", at=NOON)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def everything() -> str:
    """The whole database as text."""
    found = []
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [str([bytes(one) if isinstance(one, memoryview) else one for one in row]) for row in cursor]
    return "\n".join(found)


def a_buyer_with_a_past(client: APIClient) -> None:
    """Odile in the book, her consent, feedback, a deal, kept answers, a waiting file and refused rows."""
    assert client.post("/api/buyers/book/upsert", GIVEN, format="json", headers={"Idempotency-Key": "k1"}).status_code == 201
    DealSentFactory.create(buyer_id="B1", buyer=None)
    FeedbackFactory.create(buyer_id="B1", event="BOUGHT")
    proof = Proof(wording="Odile may be called about houses")
    points = [("PHONE", PHONE), ("PHONE", SECOND)]
    given: dict[str, Any] = {"points": points, "obtained_at": NOON, "evidence": "her cousin said so", "proof": proof}
    record_consent(basis="EXPRESS", act=ACT, **given)
    begin_import(file_name="a.csv", content=f"{ROW}B9,Odile Tremblay,,ON\n".encode(), act=ACT)
    begin_import(file_name="b.csv", content=f"{ROW}B8,Bo Roe,,Nowhere\nB7,,416.555.0123,Nowhere\n".encode(), act=ACT)
    BuyerImport.objects.filter(file_name="b.csv").update(content=None)
    header = "lead_id,first_name,last_name,phone,province\n"
    leads_imports.begin_import(file_name="l.csv", content=f"{header}L9,Odile,Tremblay,,ON\n".encode(), act=ACT)


def reasons(buyer_id: str) -> list[str]:
    (answer,) = gate.decide_contacts([gate.Contact(people.load(people.BUYER, [buyer_id])[buyer_id], "SMS")], at=NOON)
    return [reason.value for reason in answer.verdict.reasons]


def test_no_row_names_an_erased_buyer_and_every_fact_stays(operator: APIClient) -> None:
    a_buyer_with_a_past(operator)
    before = everything()
    assert [text for text in PERSONAL if text not in before] == []

    done = erase_buyer("B1", act=ACT)

    after = everything()
    assert [text for text in PERSONAL if text in after] == []
    assert (done.points, done.boxes, done.files, done.refused_rows, done.answers) == (2, 1, 2, 1, 1)
    buyer = Buyer.objects.get()
    assert (buyer.buyer_id, buyer.status, buyer.province, buyer.market) == ("B1", "BLOCKED", "QC", "MONTREAL")
    assert (buyer.funds_amount, buyer.notes, BuyBox.objects.count(), str(buyer)) == (None, "", 0, "B1")
    assert BuyerFeedbackEvent.objects.get().buyer_id == DealSent.objects.get().buyer_id == "B1"
    assert "Bo Roe" in BuyerImport.objects.get(file_name="b.csv").refused_rows
    assert LeadImport.objects.get().state == "FAILED"


def test_erasing_again_erases_what_came_since(operator: APIClient) -> None:
    a_buyer_with_a_past(operator)
    erase_buyer("B1", act=ACT)
    upsert_buyer(buyer_id="B1", name="Odile Tremblay", phone=PHONE, act=ACT)

    erase_buyer("B1", act=ACT)

    assert "Odile" not in everything()


@pytest.mark.parametrize("phone", ["(416) 555-0123", "+1 416.555.0123", "4165550123"])
def test_an_opted_out_buyer_stays_refused_after_erasure_and_another_import(phone: str) -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE)
    record_opt_out(points=[("PHONE", PHONE)], act=ACT)
    erase_buyer("B1", act=ACT)
    assert not ContactPoint.objects.filter(value=PHONE).exists()

    upsert_buyers([{"buyer_id": "B2", "province": "ON", "phone": phone, "status": "ACTIVE"}], act=ACT)

    assert "opted_out" in reasons("B2")


def test_a_number_that_a_lead_and_a_buyer_share_stays_until_both_are_erased() -> None:
    BuyerFactory.create(buyer_id="B1", phone="", second_phone=PHONE)
    LeadFactory.create(lead_id="L1", phone=PHONE)
    record_opt_out(points=[("PHONE", PHONE)], act=ACT)

    assert erase_buyer("B1", act=ACT).shared_with == ("lead L1",)
    assert ContactPoint.objects.filter(value=PHONE).exists()
    assert erase_person("L1", act=ACT).shared_with == ()
    assert not ContactPoint.objects.filter(value=PHONE).exists()


def test_a_number_stays_when_the_lead_who_shares_it_is_erased_first() -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE)
    BuyerFactory.create(buyer_id="B2", phone=PHONE)
    LeadFactory.create(lead_id="L1", phone=PHONE)
    record_opt_out(points=[("PHONE", PHONE)], act=ACT)

    assert erase_person("L1", act=ACT).shared_with == ("buyer B1", "buyer B2")
    assert ContactPoint.objects.filter(value=PHONE).exists()
    assert erase_buyer("B1", act=ACT).shared_with == ("B2",)
    erase_buyer("B2", act=ACT)
    assert not ContactPoint.objects.filter(value=PHONE).exists()


def test_a_buyer_is_not_erased_while_a_file_with_its_name_is_imported(operator: APIClient) -> None:
    a_buyer_with_a_past(operator)
    BuyerImport.objects.filter(file_name="a.csv").update(state="IMPORTING")

    with pytest.raises(ImportUnderWay):
        erase_buyer("B1", act=ACT)
    assert Buyer.objects.get().name == "Odile Tremblay"


def test_a_buyer_of_whom_nothing_is_known_is_not_found() -> None:
    with pytest.raises(BuyerNotOnFile):
        erase_buyer("B1", act=ACT)
    FeedbackFactory.create(buyer_id="B1")
    assert export_buyer("B1")["buyer"] is None
    assert erase_buyer("B1", act=ACT).points == 0


def test_an_export_has_all_that_is_on_file(operator: APIClient) -> None:
    a_buyer_with_a_past(operator)

    found = json.loads(json.dumps(export_buyer("B1", now=NOON), default=str))

    assert (found["buyer"]["name"], found["boxes"][0]["places"]) == ("Odile Tremblay", ["QC"])
    assert {point["value"] for point in found["contact_points"]} >= {PHONE, SECOND}
    assert len(found["ledger"]) == len(found["proofs"]) > 0
    assert (len(found["deals_sent"]), len(found["feedback"]), len(found["answers"])) == (1, 1, 1)
    assert {one["list"] for one in found["files"]} == {"import of buyers", "import of leads"}
    assert found["refused_rows"][0]["rows"][0]["buyer_id"] == "B7"


def test_messages_from_the_number_of_an_erased_buyer_are_forgotten() -> None:
    BuyerFactory.create(buyer_id="B1", phone=PHONE)
    record_inbound(channel="SMS", text="Odile here. I am not sure, stop perhaps?", phone=PHONE, act=ACT)
    record_inbound(channel="SMS", text="Bo here.", phone=SECOND, act=ACT)

    erase_buyer("B1", act=ACT)

    assert [message.text for message in InboundMessage.objects.order_by("id")] == ["", "Bo here."]
    assert "Odile" not in everything()


# Pages and commands -----------------------------------------------------------------------------------------------------


def test_the_page_erases_after_it_has_asked_why(admin_client: Client) -> None:
    buyer = BuyerFactory.create(buyer_id="B1", name="Odile Tremblay", phone=PHONE)
    LeadFactory.create(lead_id="L1", phone=PHONE)
    record_opt_out(points=[("PHONE", PHONE)], act=ACT)
    address = f"/admin/buyers/buyer/{buyer.pk}/erase/"

    assert "lead L1" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"reason": ""}).status_code == 200
    assert admin_client.post(address, {"reason": "asked"}).status_code == 302
    buyer.refresh_from_db()
    assert (buyer.name, buyer.status) == ("", "BLOCKED")


def test_the_page_exports_what_is_on_file(admin_client: Client) -> None:
    buyer = BuyerFactory.create(name="Odile Tremblay")

    response = admin_client.get(f"/admin/buyers/buyer/{buyer.pk}/export-person/")

    assert response.headers["Content-Disposition"] == f'attachment; filename="buyer-{buyer.pk}.json"'
    assert json.loads(response.content)["buyer"]["name"] == "Odile Tremblay"


def test_a_buyer_is_never_deleted(admin_client: Client) -> None:
    buyer = BuyerFactory.create()

    response = admin_client.get(f"/admin/buyers/buyer/{buyer.pk}/delete/")

    assert (response.status_code, "A buyer is never deleted" in response.content.decode()) == (403, True)


def test_only_an_operator_erases_and_exports(user_of: Callable[..., User]) -> None:
    buyer = BuyerFactory.create()
    client = signed_in(user_of("integrator"))

    for page in ("erase", "export-person"):
        assert client.get(f"/admin/buyers/buyer/{buyer.pk}/{page}/").status_code == 403


def test_the_commands_export_and_erase_a_buyer() -> None:
    BuyerFactory.create(buyer_id="B1", name="Odile Tremblay")
    out = io.StringIO()

    call_command("export_buyer", "B1", stdout=out)
    assert json.loads(out.getvalue())["buyer"]["name"] == "Odile Tremblay"
    call_command("erase_buyer", "B1", reason="asked", stdout=out)
    assert "Erased: 0 numbers and addresses" in out.getvalue()
    assert Buyer.objects.get().name == ""
    with pytest.raises(CommandError, match="Nothing is on file"):
        call_command("erase_buyer", "B2", reason="asked")
