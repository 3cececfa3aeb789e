"""The buyers' book over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.models import BuyBox, Buyer
from governance.clocks.models import MarketZone
from tests.conftest import attrs, codes
from tests.factories import NOON, BuyBoxFactory, BuyBoxPlaceFactory, BuyerFactory, FeedbackFactory

pytestmark = pytest.mark.django_db
URL = "/api/buyers/book"
UPSERT = f"{URL}/upsert"
BOX = {"places": [{"province": "ON", "market": "Toronto"}, {"province": "QC"}], "property_types": ["sfr"], "max_price": 5e5}


def ids(client: APIClient, **wanted: Any) -> list[str]:
    response = client.get(URL, wanted)
    assert response.status_code == 200, response.json()
    return [row["buyer_id"] for row in response.json()["results"]]


def test_a_buyer_is_created_with_its_boxes_and_then_changed(integrator: APIClient) -> None:
    given = {"buyer_id": "B1", "name": "Bo", "phone": "416-555-0123", "province": "on", "boxes": [BOX]}
    made = integrator.post(UPSERT, given, format="json")
    changed = integrator.post(UPSERT, {"buyer_id": "B1", "status": "paused", "actor": "ann"}, format="json")

    assert (made.status_code, changed.status_code) == (201, 200)
    row = made.json()
    assert (row["buyer_id"], row["name"], row["phone"], row["status"]) == ("B1", "Bo", "+14165550123", "ACTIVE")
    assert (row["reliability"], row["funds_amount"], row["changed_by"]) == (
        {"deals_closed": 0, "deals_fell_through": 0, "median_days_to_close": None},
        None,
        "integrator",
    )
    (box,) = row["boxes"]
    assert box["places"] == [{"province": "ON", "market": "TORONTO"}, {"province": "QC", "market": "ALL"}]
    assert (box["name"], box["property_types"], box["max_price"], box["min_beds"]) == ("", ["SFR"], 500_000, None)
    assert changed.json() == {**row, "status": "PAUSED", "changed_by": "ann", "updated_at": changed.json()["updated_at"]}


def test_a_row_is_read_by_its_id_and_looks_as_in_the_list(agent: APIClient) -> None:
    box = BuyBoxFactory.create(name="cottages", buyer__buyer_id="B1")
    BuyBoxPlaceFactory.create(box=box, market="MUSKOKA")
    FeedbackFactory.create(buyer_id="B1", event="BOUGHT")

    row = agent.get(f"{URL}/{box.buyer.pk}").json()

    assert agent.get(URL).json()["results"] == [row]
    assert (row["boxes"][0]["name"], row["reliability"]["deals_closed"]) == ("cottages", 1)
    assert agent.get(f"{URL}/999999").status_code == 404


def test_absent_boxes_stay_and_an_empty_list_removes_them(operator: APIClient) -> None:
    operator.post(UPSERT, {"buyer_id": "B1", "province": "ON", "boxes": [BOX]}, format="json")

    assert len(operator.post(UPSERT, {"buyer_id": "B1", "name": "Bo"}, format="json").json()["boxes"]) == 1
    assert operator.post(UPSERT, {"buyer_id": "B1", "boxes": []}, format="json").json()["boxes"] == []


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"province": None}, "province", "required"),
        ({"phone": "555"}, "phone", "invalid_phone"),
        ({"status": "GONE"}, "status", "invalid_choice"),
        ({"funds_amount": 5}, "funds_expire_on", "invalid"),
        ({"boxes": [{"max_price": "a lot"}]}, "boxes.0.max_price", "invalid"),
        ({"boxes": [{}, {"name": "b", "places": [{"province": "ZZ"}]}]}, "boxes.1.places.0.province", "invalid_choice"),
        ({"boxes": [{"min_beds": 3, "max_beds": 2}]}, "boxes.0.max_beds", "invalid"),
        ({"boxes": [{}, {}]}, "boxes", "same_name"),
        ({"boxes": {}}, "boxes", "not_a_list"),
        ({"boxes": [5]}, "boxes.0", "not_an_object"),
        ({"boxes": [{}] * 51}, "boxes", "max_length"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(operator: APIClient, given: dict[str, Any], attr: str, code: str) -> None:
    answer = operator.post(UPSERT, {"buyer_id": "B1", "province": "ON", **given}, format="json")

    assert (answer.status_code, not Buyer.objects.exists(), not BuyBox.objects.exists()) == (400, True, True)
    assert attr in attrs(answer)
    assert code in codes(answer)


def test_the_list_is_filtered(operator: APIClient) -> None:
    BuyerFactory.create(buyer_id="A", phone="+16475550001", second_phone="+16475550002", email="a@b.ca", market="OTTAWA")
    BuyerFactory.create(buyer_id="B", second_email="b@b.ca", phone="", province="QC", language="fr", source="fair")
    BuyerFactory.create(buyer_id="C", status="BLOCKED", created_at=NOON.replace(year=2025))

    assert ids(operator) == ["C", "B", "A"]
    assert ids(operator, buyer_id="B") == ["B"]
    assert ids(operator, phone="647 555 0001") == ids(operator, phone="(647) 555-0002") == ["A"]
    assert ids(operator, email="B@b.ca") == ["B"]
    assert ids(operator, province="qc") == ids(operator, language="FR") == ids(operator, source="fair") == ["B"]
    assert ids(operator, market="ottawa") == ["A"]
    assert ids(operator, status="blocked") == ids(operator, until="2026-01-01T00:00:00Z") == ["C"]
    assert ids(operator, since="2026-01-01T00:00:00Z") == ["B", "A"]


def test_a_market_is_found_by_its_other_name(operator: APIClient) -> None:
    MarketZone.objects.filter(province="ON", market="TORONTO").update(other_names=["GTA"])
    BuyerFactory.create(buyer_id="A", market="TORONTO")

    assert ids(operator, market="gta") == ["A"]


def test_an_agent_reads_buyers_and_changes_none(agent: APIClient) -> None:
    BuyerFactory.create()
    assert len(ids(agent)) == 1
    assert agent.post(UPSERT, {"buyer_id": "B1", "province": "ON"}).status_code == 403
