"""Computing an offer from comps or a subject in place of an ARV: the evidence keeps how the value came about."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.policies import upsert
from offers.comps.comps import ArvSubject
from offers.comps.valuing import ArvAsked, Strike
from offers.deals.around.terms import Terms
from offers.models import OfferEvidence, OfferPolicy
from offers.services import compute_offer
from tests.conftest import attrs, codes
from tests.factories import NOON, SaleFactory
from wholesale.plumbing.act import Act

COMPUTE, ARV = "/api/deals/offers/compute", "/api/deals/arv"
DAY = NOON.date()
HOUSE = {"property_type": "SFR", "living_area_sqft": 1500, "latitude": 43.65, "longitude": -79.4}
ASKED = {"province": "ON", "market": "TORONTO", "repairs": 50_000, "as_of": DAY.isoformat()}
COMPS = [{"price": 700_000 + n * 10_000, "sold_on": "2026-06-01", "living_area_sqft": 1500} for n in range(3)]


@pytest.fixture(autouse=True)
def ontario(db: None) -> OfferPolicy:
    """The enabled policy of Ontario, and sales in Toronto."""
    for n in range(8):
        place = {"latitude": 43.65 + n / 5000, "longitude": -79.4}
        SaleFactory.create(**place, price=780_000 + 5_000 * n, sold_on=DAY - timedelta(days=30 * n + 3))
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


def computed(client: APIClient, **given: Any) -> Any:
    response = client.post(COMPUTE, {**ASKED, **given}, format="json")
    assert response.status_code == 201, response.json()
    return response.json()


def test_a_subject_stands_in_for_the_arv(integrator: APIClient) -> None:
    answer = computed(integrator, subject=HOUSE)
    value = integrator.post(ARV, {**HOUSE, "province": "ON", "market": "TORONTO", "as_of": DAY.isoformat()}).json()
    assert answer["estimate"] == value
    assert answer["calc"]["arv"] == value["arv"]
    assert answer["calc"]["mao"] == pytest.approx(value["arv"] * 0.7 - 52_500, abs=0.01)
    evidence: Any = OfferEvidence.objects.get()
    assert evidence.arv_json == value
    assert float(evidence.arv) == value["arv"]


def test_the_guides_function_estimates_and_keeps_the_deal_with_its_terms() -> None:
    subject = ArvSubject("ON", "TORONTO", property_type="SFR", living_area_sqft=1500, latitude=43.65, longitude=-79.4)
    asked = ArvAsked(subject, as_of=DAY, strikes=[Strike("", "NONE", "not there")])
    terms = Terms(fee=Decimal(12_000), closing_on=DAY, home_is_new=False)
    answer = compute_offer("ON", "TORONTO", repairs=50_000, estimate=asked, deal=True, terms=terms)
    evidence: Any = OfferEvidence.objects.get()
    assert float(answer["calc"]["arv"]) == answer["estimate"]["arv"] == evidence.arv_json["arv"]
    assert evidence.deal_json["prices"]["assignment_fee"] == 12_000
    assert evidence.deal_json["terms"] == {"fee": 12_000, "closing_on": DAY.isoformat(), "home_is_new": False}
    given = compute_offer("ON", "TORONTO", 500_000, 50_000, estimate=asked)
    assert given["calc"]["arv"] == 500_000  # a given ARV wins


def test_comps_stand_in_for_the_arv_and_are_kept_as_given(integrator: APIClient) -> None:
    answer = computed(integrator, comps=COMPS)
    assert 690_000 < answer["calc"]["arv"] < 740_000
    assert answer["estimate"]["selected_by"] == "given"
    evidence: Any = OfferEvidence.objects.get()
    assert evidence.comps_json == COMPS
    assert evidence.arv_json["n"] == 3


def test_strikes_and_additions_are_kept_with_their_reasons(integrator: APIClient) -> None:
    worst = computed(integrator, subject=HOUSE)["estimate"]["comps_used"][0]["sale_id"]
    addition = {**COMPS[0], "sale_id": "MINE", "reason": "next door"}
    computed(integrator, subject=HOUSE, strike=[{"sale_id": worst, "reason": "on a highway"}], add=[addition])
    kept: Any = OfferEvidence.objects.latest("id").arv_json
    assert kept["struck"] == [{"source": "", "sale_id": worst, "reason": "on a highway"}]
    [added] = kept["added"]
    assert (added["sale_id"], added["source"], added["reason"]) == ("MINE", "", "next door")
    # No other row holds it, so the evidence does.
    assert (added["price"], added["sold_on"], added["living_area_sqft"]) == (700_000, "2026-06-01", 1500)


def test_a_given_arv_wins_over_the_estimate_and_both_are_kept(integrator: APIClient) -> None:
    answer = computed(integrator, arv=500_000, subject=HOUSE)
    assert answer["calc"]["arv"] == 500_000
    evidence: Any = OfferEvidence.objects.get()
    assert evidence.arv == 500_000
    assert evidence.arv_json["arv"] > 700_000
    assert evidence.arv_json["subject"]["living_area_sqft"] == 1500


def test_a_given_arv_needs_no_sale(integrator: APIClient) -> None:
    answer = computed(integrator, arv=500_000, subject={**HOUSE, "province": "NU"})
    assert answer["calc"]["arv"] == 500_000
    response = integrator.post(COMPUTE, {**ASKED, "arv": 500_000, "subject": HOUSE, "as_of": "2001-01-01"}, format="json")
    assert response.status_code == 201
    assert OfferEvidence.objects.latest("id").arv_json == {
        "arv": None,
        "subject": {"province": "ON", "market": "TORONTO", **HOUSE},
        "as_of": "2001-01-01",
    }


def test_beside_an_arv_comps_may_be_anything_as_before(integrator: APIClient) -> None:
    answer = computed(integrator, arv=500_000, comps={"see": "attached"})
    assert "estimate" not in answer
    evidence: Any = OfferEvidence.objects.get()
    assert (evidence.comps_json, evidence.arv_json) == ({"see": "attached"}, None)


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({}, "arv"),
        ({"comps": [{"price": 1}]}, "comps.0.sold_on"),
        ({"comps": {"see": "attached"}}, "comps"),
        ({"subject": {"latitude": 43.6}}, "subject.longitude"),
        ({"subject": HOUSE, "strike": [{"sale_id": "S1"}]}, "strike.0.reason"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(integrator: APIClient, given: Any, attr: str) -> None:
    response = integrator.post(COMPUTE, {**ASKED, **given}, format="json")
    assert (response.status_code, attrs(response)) == (400, [attr])
    assert not OfferEvidence.objects.exists()


def test_without_a_sale_nothing_is_computed(integrator: APIClient) -> None:
    response = integrator.post(COMPUTE, {**ASKED, "subject": HOUSE, "as_of": "2001-01-01"}, format="json")
    assert (response.status_code, codes(response)) == (409, ["no_comps"])
    assert not OfferEvidence.objects.exists()


def test_the_evidence_page_shows_the_estimate(integrator: APIClient, client: Any, django_user_model: Any) -> None:
    computed(integrator, subject=HOUSE)
    client.force_login(django_user_model.objects.create_superuser("root"))
    page = client.get(f"/admin/offers/offerevidence/{OfferEvidence.objects.get().pk}/change/").content.decode()
    assert "How the ARV was estimated" in page
    assert "Comparable sales, the weightiest first" in page
    assert page.count('<svg class="deal-interval"') == 1
