"""Buyers in the admin: search, forms with buy boxes, and exports."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from buyers.book.boxes import values_of
from buyers.book.fields import Place
from buyers.book.lists.services import upsert_buyers
from buyers.book.services import upsert_buyer
from buyers.models import BuyBox, Buyer
from tests.factories import BuyBoxFactory, BuyBoxPlaceFactory, BuyerFactory, FeedbackFactory
from tests.query_counts import counted
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
BUYERS = "/admin/buyers/buyer/"


def listed(client: Client, **query: Any) -> set[str]:
    return {buyer.buyer_id for buyer in client.get(BUYERS, query).context["cl"].result_list}


def page(buyer: Buyer) -> str:
    return f"{BUYERS}{buyer.pk}/edit/"


def typed(client: Client, address: str, **values: Any) -> Any:
    """Send the form of a page with these values changed."""
    form = form_with(client.get(address), "name")
    return client.post(address, {**form, **values})


def boxes(buyer_id: str = "B1") -> dict[str, dict[str, Any]]:
    """What is given of each box."""
    return {
        box.name: {name: value for name, value in values_of(box).items() if value not in (None, "", [])}
        for box in BuyBox.objects.filter(buyer__buyer_id=buyer_id)
    }


# The list ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("X1", {"X1"}),
        ("(514) 555-0199", {"B"}),
        ("514.555.0198", {"B"}),
        ("5145550199", {"B", "5145550199"}),
        ("BO@example.ca", {"B"}),
        ("bo2@example.ca", {"B"}),
        ("tremb", {"B"}),
        ("maisons", {"B"}),
        ("montréal", {"B", "C"}),
    ],
)
def test_a_buyer_is_found_by_id_name_contact_and_market(query: str, found: set[str], admin_client: Client) -> None:
    BuyerFactory.create(buyer_id="X1")
    BuyerFactory.create(buyer_id="5145550199", phone="")
    BuyerFactory.create(
        buyer_id="B",
        phone="+15145550199",
        second_phone="+15145550198",
        email="bo@example.ca",
        second_email="bo2@example.ca",
        name="Bo Tremblay",
        company="Maisons Bo",
    )
    for buyer_id in ("B", "C"):
        buyer = Buyer.objects.filter(buyer_id=buyer_id).first() or BuyerFactory.create(buyer_id=buyer_id)
        BuyBoxPlaceFactory.create(box__buyer=buyer, province="QC", market="MONTREAL")

    assert listed(admin_client, q=query) == found


def test_the_list_is_filtered(admin_client: Client) -> None:
    today = timezone.now().date()
    funds = {"funds_amount": 1, "funds_proved_on": today - timedelta(days=90)}
    BuyerFactory.create(buyer_id="good", funds_expire_on=today, **funds)
    BuyerFactory.create(buyer_id="expired", funds_expire_on=today - timedelta(days=1), **funds)
    BuyBoxPlaceFactory.create(box__buyer__buyer_id="none", box__buyer__status="PAUSED", province="QC")

    for given, found in (
        ({"funds": "good"}, {"good"}),
        ({"funds": "expired"}, {"expired"}),
        ({"funds": "none"}, {"none"}),
        ({"buys_in": "QC"}, {"none"}),
        ({"buys_in": "ON"}, set()),
        ({"buys_in": "?"}, {"good", "expired", "none"}),
        ({"status__exact": "PAUSED"}, {"none"}),
    ):
        assert listed(admin_client, **given) == found, given


def test_the_list_shows_what_each_buyer_buys_in_as_many_queries_for_many_buyers(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            text = admin_client.get(BUYERS).content.decode()
        assert "Toronto, Ontario · Single-family home · up to $500,000" in text
        return counted(captured)

    for _ in range(2):
        BuyBoxPlaceFactory.create(box__property_types=["SFR"], box__max_price=500_000)
    few = queries()
    for _ in range(20):
        BuyBoxPlaceFactory.create(box__property_types=["SFR"], box__max_price=500_000)
    assert queries() == few


# The page ---------------------------------------------------------------------------------------------------------------


def test_a_buyer_is_added_with_its_boxes_as_by_the_api(admin_client: Client, admin_user: User) -> None:
    given = {
        "buyer_id": " B1 ",
        "name": "Bo",
        "province": "QC",
        "phone": "+1 (514) 555-0199",
        "market": "Montréal",
        "funds_amount": "900000",
        "funds_proved_on": "2026-11-01",
        "funds_expire_on": "2027-01-31",
        "boxes-TOTAL_FORMS": "1",
        "boxes-0-places": "QC Montréal; on",
        "boxes-0-property_types": "sfr, duplex",
        "boxes-0-max_price": "500000",
        "boxes-0-max_arv_share": "0.7",
    }
    response = typed(admin_client, f"{BUYERS}add/", **given)

    buyer = Buyer.objects.get()
    assert response.status_code == 302
    assert (buyer.buyer_id, buyer.phone, buyer.market, buyer.language) == ("B1", "+15145550199", "MONTREAL", "fr")
    assert (buyer.funds_amount, buyer.changed_by, buyer.user) == (900_000, admin_user.username, admin_user)
    assert boxes() == {
        "": {
            "places": [Place("ON"), Place("QC", "MONTREAL")],
            "property_types": ["DUPLEX", "SFR"],
            "max_price": 500_000,
            "max_arv_share": Decimal("0.7"),
        }
    }
    assert LogEntry.objects.get().object_id == str(buyer.pk)


def test_only_what_changed_is_stored(admin_client: Client) -> None:
    upsert_buyer(buyer_id="B1", name="Bo", province="ON", boxes=[{"name": "a", "max_price": Decimal(1)}], act=Act())
    buyer = Buyer.objects.get()
    form = form_with(admin_client.get(page(buyer)), "name")
    upsert_buyer(buyer_id="B1", status="BLOCKED", boxes=[{"name": "a", "max_price": Decimal(2)}], act=Act())

    assert admin_client.post(page(buyer), {**form, "name": "Bob", "phone": "416 555 0123"}).status_code == 302

    buyer.refresh_from_db()
    assert (buyer.name, buyer.phone, buyer.status) == ("Bob", "+14165550123", "BLOCKED")
    assert boxes() == {"a": {"places": [Place("ON")], "max_price": 2}}
    assert str(LogEntry.objects.get().get_change_message()) == "Changed Name and Phone."


def test_boxes_are_changed_added_and_removed(admin_client: Client) -> None:
    kept = {"places": [Place("ON", "TORONTO")], "property_types": ["SFR"]}
    upsert_buyer(buyer_id="B1", province="ON", boxes=[{"name": "a", **kept}, {"name": "b", "min_beds": 2}], act=Act())

    given = {"boxes-TOTAL_FORMS": "3", "boxes-0-max_beds": "4", "boxes-1-DELETE": "on", "boxes-2-name": "c"}
    given |= {"boxes-2-places": "BC", "boxes-2-id": "", "boxes-2-buyer": str(Buyer.objects.get().pk)}
    assert typed(admin_client, page(Buyer.objects.get()), **given).status_code == 302

    assert boxes() == {"a": {**kept, "max_beds": 4}, "c": {"places": [Place("BC")]}}
    assert str(LogEntry.objects.get().get_change_message()) == "Changed buy boxes."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"phone": "555"}, "valid phone number"),
        ({"funds_amount": "5"}, "needs its amount, its date and its expiry"),
        ({"boxes-0-places": "ON, QC"}, "ON, QC: Must be a province"),
        ({"boxes-0-min_beds": "5", "boxes-0-max_beds": "2"}, "Must not be below min_beds"),
        ({"boxes-0-name": "b"}, "duplicate"),
    ],
)
def test_a_wrong_value_is_shown_and_nothing_is_stored(admin_client: Client, given: dict[str, str], message: str) -> None:
    upsert_buyer(buyer_id="B1", name="Bo", province="ON", boxes=[{"name": "a"}, {"name": "b"}], act=Act())
    before = boxes()

    response = typed(admin_client, page(Buyer.objects.get()), name="Bob", **given)

    assert (response.status_code, Buyer.objects.get().name, boxes()) == (200, "Bo", before)
    assert message in response.content.decode()


def test_the_page_shows_how_reliable_the_buyer_is_and_its_last_answers(admin_client: Client) -> None:
    buyer = BuyerFactory.create(buyer_id="B1")
    FeedbackFactory.create(buyer_id="B1", event="BOUGHT", deal_ref="D17", node__market="OTTAWA")
    FeedbackFactory.create(buyer_id="B2", event="BOUGHT", deal_ref="D18")

    text = admin_client.get(page(buyer)).content.decode()

    assert "1 closed, 0 fell through" in text
    assert "D17 · Single-family home · Ottawa, Ontario" in text
    assert "D18" not in text
    assert admin_client.get(f"{BUYERS}{buyer.pk}/answers/").headers["Location"].endswith("buyerfeedbackevent/?q=B1")


def test_who_may_only_read_sees_the_boxes_and_no_form(user_of: Callable[..., User]) -> None:
    place = BuyBoxPlaceFactory.create(market="OTTAWA", box__name="cottages")
    client = signed_in(user_of("auditor"))

    response = client.get(page(place.box.buyer))

    assert response.status_code == 200
    text = response.content.decode()
    assert ("Ottawa, Ontario" in text, "cottages" in text, 'name="_save"' in text) == (True, True, False)
    assert client.get(f"{BUYERS}add/").status_code == 403


# Files ------------------------------------------------------------------------------------------------------------------


def test_exported_buyers_can_be_imported_again(admin_client: Client) -> None:
    for buyer_id in ("B1", "B2"):
        box = BuyBoxFactory.create(buyer__buyer_id=buyer_id, property_types=["DUPLEX", "SFR"], max_price=500_000)
        BuyBoxPlaceFactory.create(box=box)
        BuyBoxPlaceFactory.create(box=box, province="QC", market="ALL")

    response = admin_client.post(f"{BUYERS}export/", {"format": "0", **_fields(admin_client)})

    assert response.status_code == 200
    rows = response.content.decode().splitlines()
    names = rows[0].split(",")
    given = [dict(zip(names, row.split(","), strict=True)) for row in rows[1:]]
    report = upsert_buyers(given, act=Act())
    assert (len(given), report.unchanged) == (2, 2), report.refused_rows


def _fields(client: Client) -> dict[str, list[str]]:
    form = form_with(client.get(f"{BUYERS}export/"), "format")
    return {name: value for name, value in form.items() if name != "format"}
