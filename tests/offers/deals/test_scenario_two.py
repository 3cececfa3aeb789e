"""The guide's scenario 2 over HTTP, to its end, and each refusal of it, which leaves nothing behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from governance.policies import upsert
from governance.risk.models import RiskPolicy, RiskReservation
from offers.models import Offer, OfferPolicy
from tests.conftest import attrs, codes
from tests.factories import BuyerFactory, EvidenceFactory, OfferFactory, RecommendationFactory
from tests.offers.deals.lives import OFFERS, TORONTO, everything, open_market, open_risk, told
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(db: None) -> OfferPolicy:
    return open_market()


@pytest.fixture
def draft(market: OfferPolicy) -> Offer:
    """The guide's offer of 262,500 in Toronto, not sent yet."""
    return OfferFactory.create(evidence=EvidenceFactory.create(**TORONTO))


def post(client: APIClient, offer_id: int, verb: str, **params: Any) -> Any:
    return client.post(f"{OFFERS}/{offer_id}/{verb}", params, format="json")


def test_scenario_two_goes_over_http_to_its_end(integrator: APIClient, market: Any) -> None:
    BuyerFactory.create(buyer_id="B1")
    computed = integrator.post(f"{OFFERS}/compute", {**TORONTO, "arv": 450000, "repairs": 50000}).json()
    drafted = integrator.post(OFFERS, {"evidence_id": computed["evidence_id"], "lead_id": "L1", "deal_ref": "MAPLE-12"})
    assert (drafted.status_code, drafted.json()["state"], drafted.json()["amount"]) == (201, "DRAFT", 262500)
    offer_id = drafted.json()["id"]
    assert open_risk() == 0

    sent = post(integrator, offer_id, "send", documents=["letter 7"], correlation_id="C1").json()
    assert (sent["state"], sent["stake"], open_risk()) == ("SENT", "offer", 262500)
    reservation = RiskReservation.objects.get()
    assert (sent["reservation"], reservation.engine, reservation.amount) == (reservation.pk, "WHOLESALE", 262500)
    assert (reservation.metadata, reservation.correlation_id) == (
        {"offer_id": offer_id, "evidence_id": computed["evidence_id"]},
        "C1",
    )
    row = Offer.objects.get()
    assert row.sent_at is not None
    assert row.expires_at == row.sent_at + timedelta(days=7)
    assert told() == []

    assert post(integrator, offer_id, "accept").json()["state"] == "ACCEPTED"
    assert told() == [("WHOLESALE", "offer_accept_rate", True, None)]
    assert post(integrator, offer_id, "contract", documents=["contract 12"]).json()["state"] == "CONTRACTED"
    assert told()[1:] == [("WHOLESALE", "contract_rate", True, None)]
    assigned = post(integrator, offer_id, "assign", buyer_id="B1").json()
    assert (assigned["state"], assigned["buyer_id"], open_risk()) == ("ASSIGNED", "B1", 262500)
    closed = post(integrator, offer_id, "close", realized_profit=10500, reason="all went well").json()
    assert (closed["state"], closed["realized_profit"], closed["realized_loss"]) == ("CLOSED", 10500, 0)
    assert told()[2:] == [
        ("BUYER_MATCH", "match_success", True, None),
        ("CAPITAL", "roi_event", True, Decimal("0.04")),  # 10,500 of 262,500
    ]
    reservation.refresh_from_db()
    assert (open_risk(), reservation.realized_loss, reservation.settle_reason) == (0, 0, f"offer {offer_id}: closed")

    read = integrator.get(f"{OFFERS}/{offer_id}").json()
    assert read == closed
    assert [(event["seq"], event["from_state"], event["to_state"]) for event in read["events"]] == [
        (1, "DRAFT", "SENT"),
        (2, "SENT", "ACCEPTED"),
        (3, "ACCEPTED", "CONTRACTED"),
        (4, "CONTRACTED", "ASSIGNED"),
        (5, "ASSIGNED", "CLOSED"),
    ]
    assert [event["documents"] for event in read["events"]] == [["letter 7"], [], ["contract 12"], [], []]
    assert [event["reason"] for event in read["events"]] == ["", "", "", "", "all went well"]
    assert [event["actor"] for event in read["events"]] == ["integrator"] * 5
    assert integrator.get(OFFERS, {"state": "CLOSED", "lead_id": "L1"}).json()["results"] == [closed]
    assert integrator.get(OFFERS, {"state": "SENT"}).json()["results"] == []


def refuse(client: APIClient, draft: Offer, code: str, status: int = 409, **params: Any) -> Any:
    """Send the draft and see that it is refused with this code, and that nothing is left behind."""
    before = everything()
    response = post(client, draft.pk, "send", **params)
    assert (response.status_code, codes(response)) == (status, [code])
    assert everything() == before
    return response


def test_no_offer_is_sent_where_the_policy_is_off(integrator: APIClient, draft: Any) -> None:
    upsert(OfferPolicy, province="ON", market="TORONTO", enabled=False, act=Act("test"))
    refuse(integrator, draft, "offer_policy_disabled")


def test_no_offer_is_sent_without_a_policy(integrator: APIClient, draft: Any) -> None:
    Offer.objects.update(province="QC")
    OfferPolicy.objects.filter(province="QC").delete()
    refuse(integrator, draft, "offer_policy_disabled")


@pytest.mark.parametrize(("threshold", "is_sent"), [("94.5", True), ("94.51", False), ("0", True)])
def test_an_offer_is_sent_where_liquidity_reaches_the_threshold(
    integrator: APIClient, draft: Any, threshold: str, is_sent: bool
) -> None:
    upsert(OfferPolicy, province="ON", min_liquidity_score=Decimal(threshold), act=Act("test"))
    if is_sent:
        assert post(integrator, draft.pk, "send").status_code == 200
    else:
        refuse(integrator, draft, "low_liquidity")


def test_an_unknown_market_is_too_cold_for_the_guides_threshold(integrator: APIClient, draft: Any) -> None:
    Offer.objects.update(property_type="CONDO")
    response = refuse(integrator, draft, "low_liquidity")
    assert "0.00. The offer policy asks for 50.00." in response.json()["errors"][0]["detail"]


def test_the_policy_names_the_score_that_gates(integrator: APIClient, draft: Any) -> None:
    upsert(OfferPolicy, province="ON", liquidity_gate="posterior_score", act=Act("test"))
    response = refuse(integrator, draft, "low_liquidity")  # no buyer's box covers the place, so nobody will buy
    assert "posterior" in response.json()["errors"][0]["detail"]


def test_an_offer_that_rests_on_advice_waits_for_heimdall(integrator: APIClient, draft: Any) -> None:
    Offer.objects.update(recommendation=RecommendationFactory.create(domain="WHOLESALE_OFFER"))
    response = refuse(integrator, draft, "not_prod_eligible")
    assert "prod_use_disabled" in response.json()["errors"][0]["detail"]


def test_a_risk_cap_refuses_the_guides_own_offer(integrator: APIClient, draft: Any) -> None:
    upsert(RiskPolicy, engine="WHOLESALE", max_open_risk=Decimal("262499.99"), act=Act("test"))
    refuse(integrator, draft, "risk_denied")


def test_no_offer_is_sent_with_the_kill_switch_engaged(integrator: APIClient, draft: Any, kill_switch: Any) -> None:
    refuse(integrator, draft, "KILL_SWITCH_ENGAGED", 503)


def test_no_offer_is_sent_before_go_live(integrator: APIClient, draft: Any, settings: Settings) -> None:
    settings.GO_LIVE_ENFORCE = True
    GoLiveState.objects.update(go_live_enabled=False)
    refuse(integrator, draft, "GO_LIVE_DISABLED", 503)


def test_an_offer_is_sent_once(integrator: APIClient, draft: Any) -> None:
    assert post(integrator, draft.pk, "send").status_code == 200
    refuse(integrator, draft, "transition_refused")


def test_an_expiry_in_the_past_is_refused(integrator: APIClient, draft: Any) -> None:
    response = refuse(integrator, draft, "out_of_bounds", 400, expires_at="2026-01-01T00:00:00Z")
    assert attrs(response) == ["expires_at"]


def test_an_unknown_offer_is_not_found(integrator: APIClient) -> None:
    response = post(integrator, 999, "send")
    assert (response.status_code, codes(response)) == (404, ["not_found"])


def test_a_policy_may_put_only_the_fee_at_stake(integrator: APIClient, draft: Any) -> None:
    upsert(OfferPolicy, province="ON", stake="assignment_fee", act=Act("test"))
    sent = post(integrator, draft.pk, "send").json()
    assert (sent["stake"], open_risk()) == ("assignment_fee", 10000)
    assert post(integrator, draft.pk, "counter", amount=250000).status_code == 200
    assert open_risk() == 10000
