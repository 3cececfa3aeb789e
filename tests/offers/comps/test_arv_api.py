"""`POST /api/deals/arv`: the answer, the operator's changes, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from offers.comps import priors
from offers.comps.arv.adjust import STEPS
from offers.comps.models import MarketPrior, Sale
from tests.conftest import attrs, codes
from tests.factories import NOON, SaleFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
ARV = "/api/deals/arv"
DAY = date(2026, 6, 1)
HOUSE = {"property_type": "SFR", "living_area_sqft": 1500, "beds": 3, "latitude": 43.65, "longitude": -79.4}
SUBJECT = {"province": "ON", "market": "TORONTO", **HOUSE, "as_of": DAY.isoformat()}
GIVEN = {"price": 700_000, "sold_on": "2026-05-01", "living_area_sqft": 1500}


def neighbours(count: int = 12) -> list[Sale]:
    return [
        SaleFactory.create(
            **{"latitude": 43.65 + n / 5000, "longitude": -79.4, "sold_on": DAY - timedelta(days=20 * n + 5)},
            **{"price": 780_000 + 4_000 * n, "living_area_sqft": 1450 + 10 * n},
        )
        for n in range(count)
    ]


def asked(client: APIClient, **given: Any) -> Any:
    response = client.post(ARV, {**SUBJECT, **given}, format="json")
    assert response.status_code == 200, response.json()
    return response.json()


def test_the_answer_says_how_the_value_came_about(auditor: APIClient) -> None:
    neighbours()
    answer = asked(auditor)
    assert answer["low"] < answer["arv"] < answer["high"]
    assert 700_000 < answer["arv"] < 900_000
    assert (answer["n"], answer["selected_by"], answer["as_of"], answer["level"]) == (12, "place", "2026-06-01", 0.8)
    assert 1 < answer["effective_n"] <= 12
    weights = [comp["weight"] for comp in answer["comps_used"]]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) + answer["market_weight"] == pytest.approx(1, abs=1e-4)
    for comp in answer["comps_used"]:
        assert list(comp["adjustments"]) == list(STEPS)
        assert comp["price"] + sum(comp["adjustments"].values()) == pytest.approx(comp["adjusted_price"], abs=0.011)
        assert comp["distance_km"] < 1
        assert comp["age_days"] == (DAY - date.fromisoformat(comp["sold_on"])).days
    product = answer["market_value"] ** answer["market_weight"]
    for comp in answer["comps_used"]:
        product *= comp["adjusted_price"] ** comp["weight"]
    assert product == pytest.approx(answer["arv"], rel=1e-4)
    assert answer["method"]
    assert answer["version"]


def test_the_subject_may_be_one_object(auditor: APIClient) -> None:
    neighbours()
    nested = {"province": "ON", "market": "TORONTO", "as_of": DAY.isoformat(), "subject": HOUSE}
    response = auditor.post(ARV, nested, format="json")
    assert response.json() == asked(auditor)
    within = {"as_of": DAY.isoformat(), "subject": {**HOUSE, "province": "ON", "market": "TORONTO"}}
    assert auditor.post(ARV, within, format="json").json() == asked(auditor)


def test_a_later_sale_changes_nothing(auditor: APIClient) -> None:
    neighbours()
    before = asked(auditor)
    for days in (0, 1, 200):
        SaleFactory.create(latitude=43.65, longitude=-79.4, sold_on=DAY + timedelta(days=days), price=9_000_000)
    assert asked(auditor) == before


def test_the_default_day_is_today(auditor: APIClient) -> None:
    neighbours()
    given = {name: value for name, value in SUBJECT.items() if name != "as_of"}
    assert auditor.post(ARV, given, format="json").json()["as_of"] == timezone.now().date().isoformat()


def test_given_comps_are_used_and_nothing_else(auditor: APIClient) -> None:
    neighbours()
    answer = asked(auditor, comps=[GIVEN, {**GIVEN, "price": 720_000}])
    assert (answer["n"], answer["selected_by"]) == (2, "given")
    assert 690_000 < answer["arv"] < 730_000
    assert "few_comps" in [warning["code"] for warning in answer["warnings"]]


def test_a_given_comp_without_a_place_counts_all_the_same(auditor: APIClient) -> None:
    placed = {**GIVEN, "latitude": 43.65, "longitude": -79.4}
    answer = asked(auditor, comps=[GIVEN, {**placed, "price": 720_000}])
    assert [comp["distance_km"] for comp in answer["comps_used"]] == [None, None]
    assert "no_place" in [warning["code"] for warning in answer["warnings"]]
    assert len(asked(auditor, comps=[placed])["comps_used"]) == 1


def test_a_stored_sale_is_a_comp_by_its_id(auditor: APIClient) -> None:
    first, second = neighbours(2)
    answer = asked(auditor, comps=[{"sale_id": first.sale_id}, {"sale_id": second.sale_id, "source": ""}])
    assert {comp["sale_id"] for comp in answer["comps_used"]} == {first.sale_id, second.sale_id}


def test_a_given_comp_from_after_the_day_is_flagged(auditor: APIClient) -> None:
    late = {**GIVEN, "sale_id": "LATE", "sold_on": DAY.isoformat()}
    kin = {**GIVEN, "sale_id": "KIN", "arms_length": False}
    answer = asked(auditor, comps=[GIVEN, late, kin])
    assert {(flag["sale_id"], flag["code"]) for flag in answer["comps_flagged"]} == {
        ("LATE", "not_before"),
        ("KIN", "not_arms_length"),
    }
    assert answer["n"] == 1


def test_a_struck_comp_moves_the_value(auditor: APIClient) -> None:
    neighbours()
    before = asked(auditor)
    worst = before["comps_used"][0]["sale_id"]
    after = asked(auditor, strike=[{"sale_id": worst, "reason": "on a highway"}])
    assert after["arv"] != before["arv"]
    assert after["n"] == before["n"] - 1
    assert {"source": "", "sale_id": worst, "code": "struck", "reason": "on a highway"} in after["comps_flagged"]
    assert after["struck"] == [{"source": "", "sale_id": worst, "reason": "on a highway"}]


def test_an_added_comp_moves_the_value(auditor: APIClient) -> None:
    neighbours()
    before = asked(auditor)
    addition = {**GIVEN, **HOUSE, "sale_id": "MINE", "price": 990_000, "reason": "next door"}
    after = asked(auditor, add=[addition])
    assert after["arv"] > before["arv"]
    assert after["n"] == before["n"] + 1
    [added] = after["added"]
    assert (added["sale_id"], added["price"], added["reason"]) == ("MINE", 990_000, "next door")


def test_a_price_that_the_others_contradict_is_flagged(auditor: APIClient) -> None:
    neighbours()
    wrong = SaleFactory.create(latitude=43.65, longitude=-79.4, sold_on=DAY - timedelta(days=9), price=8_000_000)
    answer = asked(auditor)
    assert (wrong.sale_id, "outlying") in {(flag["sale_id"], flag["code"]) for flag in answer["comps_flagged"]}
    assert 650_000 < answer["arv"] < 950_000


def test_what_is_not_known_is_said(auditor: APIClient) -> None:
    neighbours()
    answer = auditor.post(ARV, {"province": "ON", "as_of": DAY.isoformat()}, format="json").json()
    warnings = {warning["code"]: warning["detail"] for warning in answer["warnings"]}
    assert "no_place" in warnings
    assert "lot_sqft" in warnings["lacking"]
    assert answer["comps_used"][0]["distance_km"] is None


def test_without_a_sale_there_is_no_value(auditor: APIClient) -> None:
    response = auditor.post(ARV, SUBJECT, format="json")
    assert (response.status_code, codes(response)) == (409, ["no_comps"])


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"province": None}, "province"),
        ({"latitude": None}, "latitude"),
        ({"living_area_sqft": 0}, "living_area_sqft"),
        ({"as_of": "1999-01-01"}, "as_of"),
        ({"comps": [{"price": 1}]}, "comps.0.sold_on"),
        ({"comps": [{"sale_id": "NOBODY"}]}, "comps.0.sale_id"),
        ({"comps": [{**GIVEN, "price": -1}]}, "comps.0.price"),
        ({"strike": [{"sale_id": "S1"}]}, "strike.0.reason"),
        ({"add": [GIVEN]}, "add.0.reason"),
        ({"comps": "none"}, "comps"),
    ],
)
def test_bad_input_is_named(auditor: APIClient, given: Any, attr: str) -> None:
    response = auditor.post(ARV, {**SUBJECT, **given}, format="json")
    assert response.status_code == 400
    assert attrs(response) == [attr]


# The prior of a market --------------------------------------------------------------------------------------------------


def test_an_estimate_begins_with_the_newest_prior_of_its_own_past(auditor: APIClient) -> None:
    neighbours(40)
    for day in (date(2026, 1, 1), date(2026, 5, 1), date(2026, 9, 1)):
        priors.fit_market_prior("ON", "TORONTO", day, act=Act("test", at=NOON))
    assert MarketPrior.objects.count() == 3
    assert asked(auditor)["prior_as_of"] == "2026-05-01"


def test_a_prior_is_fitted_once_a_quarter_for_each_market_with_enough_sales() -> None:
    neighbours(40)
    SaleFactory.create_batch(5, market="OTTAWA")
    act = Act("test", at=NOON)
    assert priors.fit_market_priors(as_of=DAY, act=act) == 2  # Toronto, and Ontario as a whole
    assert priors.fit_market_priors(as_of=DAY + timedelta(days=30), act=act) == 0
    assert priors.fit_market_priors(as_of=DAY + timedelta(days=90), act=act) == 2
    assert set(MarketPrior.objects.values_list("market", flat=True)) == {"TORONTO", "ALL"}


def test_a_prior_does_not_see_later_sales() -> None:
    neighbours(40)
    act = Act("test", at=NOON)
    first = priors.fit_market_prior("ON", "TORONTO", DAY, act=act)
    assert first is not None
    SaleFactory.create_batch(5, sold_on=DAY + timedelta(days=1), price=5_000_000)
    MarketPrior.objects.all().delete()
    again = priors.fit_market_prior("ON", "TORONTO", DAY, act=act)
    assert again is not None
    assert (again.mean, again.sales) == (first.mean, first.sales)
