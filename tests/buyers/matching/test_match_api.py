"""`POST /api/buyers/match`: parameters, answer and permission."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.book.models import BuyBox
from governance import gate
from tests.factories import BuyerFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
HOUSE = {"province": "on", "market": "gta", "property_type": "sfr", "price": 420_000, "beds": 3}


@pytest.fixture
def buyer() -> Any:
    made: Any = BuyerFactory(buyer_id="B1", name="Bo Buyer")
    box = BuyBox.objects.create(buyer=made, max_price=Decimal(400_000), min_beds=2, max_arv_share=Decimal("0.7"))
    box.places.create(province="ON", market="TORONTO")
    return made


def test_the_answer_says_what_fits_and_how_probable_it_is(operator: APIClient, buyer: Any) -> None:
    answer = operator.post("/api/buyers/match", HOUSE, format="json")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["candidates"] == 1
    (found,) = body["matches"]
    rates = {name: found.pop(name) for name in ("probability", "response", "close")}
    assert found == {
        **{"rank": 1, "buyer_id": "B1", "name": "Bo Buyer", "status": "ACTIVE", "fits": False},
        "criteria": {"place": "MET", "price": "MISSED", "arv_share": "UNKNOWN", "beds": "MET"},
        **{"last_contacted_at": None, "funds": "NONE", "language": "en", "reachable": True, "explored": False},
    }
    assert rates["probability"]["mean"] == 0.25
    assert rates["probability"]["low"] < 0.25 < rates["probability"]["high"]
    assert rates["response"] == rates["close"] == {"mean": 0.5, "low": 0.05, "high": 0.95, "events": 0.0}


def test_a_buyer_who_opts_out_by_the_api_in_another_spelling_is_gone_from_the_answer(
    operator: APIClient, buyer: Any
) -> None:
    buyer.phone = "+14165550123"
    buyer.save()
    said = operator.post("/api/governance/contact/opt-outs", {"phone": "(416) 555-0123"}, format="json")
    assert said.status_code == 201, said.content
    assert operator.post("/api/buyers/match", HOUSE, format="json").json() == {"candidates": 0, "matches": []}


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"explore": 1.01}, "explore"),
        ({"price": 0}, "price"),
        ({"beds": 1.5}, "beds"),
        ({"baths": 1.55}, "baths"),
        ({"repairs": -1}, "repairs"),
        ({"province": "ZZ"}, "province"),
    ],
)
def test_a_wrong_parameter_is_named(operator: APIClient, wrong: dict[str, Any], attr: str) -> None:
    answer = operator.post("/api/buyers/match", {**HOUSE, **wrong}, format="json")
    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == [attr]


def test_a_deal_needs_only_its_place(operator: APIClient, buyer: Any) -> None:
    assert operator.post("/api/buyers/match", {"province": "ON"}, format="json").json()["candidates"] == 1


def test_a_repetition_with_the_same_correlation_id_is_ranked_alike(operator: APIClient) -> None:
    for n in range(30):
        made: Any = BuyerFactory(buyer_id=f"B{n}")
        BuyBox.objects.create(buyer=made).places.create(province="ON")
    asked = {**HOUSE, "explore": 1, "limit": 10}

    def ranked(correlation_id: str) -> list[str]:
        answer = operator.post("/api/buyers/match", {**asked, "correlation_id": correlation_id}, format="json")
        return [one["buyer_id"] for one in answer.json()["matches"]]

    assert ranked("first") == ranked("first")
    assert ranked("first") != ranked("second")


def test_nobody_is_listed_under_another_digest_key(operator: APIClient, buyer: Any, settings: Any) -> None:
    gate.record_opt_out(points=[("PHONE", "+14165550123")], act=Act("a person"))
    settings.CONTACT_DIGEST_KEY = "another key"
    answer = operator.post("/api/buyers/match", HOUSE, format="json")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "ledger_unreadable"


def test_every_role_may_ask_and_a_user_without_a_role_may_not(
    buyer: Any,
    operator: APIClient,
    agent: APIClient,
    integrator: APIClient,
    auditor: APIClient,
    client_of: Callable[..., APIClient],
) -> None:
    for role in ("operator", "agent", "integrator", "auditor"):
        assert client_of(role).post("/api/buyers/match", HOUSE, format="json").status_code == 200
    assert client_of().post("/api/buyers/match", HOUSE, format="json").status_code == 403
