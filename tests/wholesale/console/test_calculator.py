"""The offer calculator: what it shows is what the API computes, and what it keeps says who changed which comps and why."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followups.leads.models import Lead
from governance.gate import engage_kill_switch
from governance.policies import upsert
from offers.models import Offer, OfferEvidence, OfferPolicy
from tests.factories import LeadFactory, SaleFactory, TaskFactory
from tests.query_counts import counted, queries
from tests.staff import form_with, largest_form, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
ANY, EVIDENCE = "/admin/offers/offer/calculator/", "/admin/offers/offerevidence/"
HOUSE = {"province": "ON", "market": "TORONTO", "property_type": "SFR", "living_area_sqft": "1500"}
HOUSE |= {"latitude": "43.65", "longitude": "-79.4", "repairs": "50000", "repairs_inspected": "true"}
WORST = {"source": "", "sale_id": "SOLD-0"}


@pytest.fixture
def policy(db: None) -> OfferPolicy:
    """The enabled policy of Ontario."""
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


@pytest.fixture
def sales(db: None) -> None:
    """Eight sales around the house. The first one is dear, and an address names each."""
    for n in range(8):
        SaleFactory.create(
            sale_id=f"SOLD-{n}",
            property_id=f"{n} Elm Street",
            latitude=43.65 + n / 5000,
            price=990_000 if n == 0 else 780_000 + 5_000 * n,
            sold_on=timezone.now().date() - timedelta(days=30 * n + 3),
        )


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def shown(client: Client, path: str = ANY, **asked: Any) -> Any:
    """The result that htmx takes after a change."""
    answer = client.post(path, {**HOUSE, **asked}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer


def arv_of(answer: Any) -> str:
    found: str = answer.context["result"].estimate.arv
    return found


def key(sale: dict[str, str]) -> str:
    return json.dumps(sale)


def test_the_page_computes_what_the_api_computes(ops: Client, policy: Any, sales: None, integrator: Any) -> None:
    result = shown(ops, fee="12000").context["result"]
    subject = {"property_type": "SFR", "living_area_sqft": 1500, "latitude": 43.65, "longitude": -79.4}
    terms = {"fee": 12_000, "repairs_inspected": True}
    asked = {"province": "ON", "market": "TORONTO", "repairs": 50_000, "subject": subject, "deal": True, "terms": terms}
    api = integrator.post("/api/deals/offers/compute", asked, format="json").json()
    lines = {line.label: line.amount for line in result.lines}
    assert lines["Recommended offer"] == f"${api['calc']['recommended_offer']:,.2f}"
    assert result.estimate.low == f"${api['estimate']['low']:,.0f}"
    assert [line.amount for line in result.deal.prices][:2] == [f"${api['deal']['prices']['seller_price']:,.0f}", "$12,000"]
    assert OfferEvidence.objects.count() == 1  # the API's: the page stored nothing


def test_a_comp_is_struck_with_a_reason_and_put_back(ops: Client, policy: Any, sales: None) -> None:
    before = arv_of(shown(ops))
    refused = shown(ops, do=f"strike:{key(WORST)}")
    assert b"Say why" in refused.content
    assert arv_of(refused) == before
    struck = shown(ops, do=f"strike:{key(WORST)}", **{f"why:{key(WORST)}": "it is a duplex"})
    assert arv_of(struck) < before
    assert b"it is a duplex" in struck.content
    strike = struck.context["result"].hidden_strikes
    assert arv_of(shown(ops, strike=strike)) == arv_of(struck)  # the form carries it
    assert arv_of(shown(ops, strike=strike, do=f"back:{key(WORST)}")) == before


def test_comps_are_added_from_a_search_and_by_typing(ops: Client, policy: Any, sales: None) -> None:
    SaleFactory.create(sale_id="FAR", property_id="77 Oak Avenue", latitude=44.9, price=500_000)
    found = shown(ops, do="find", find="77 oak")
    assert [sale.name for sale in found.context["found"]] == ["77 Oak Avenue"]
    far = found.context["found"][0].key
    before = shown(ops)
    added = shown(ops, do=f"take:{far}", **{f"why:{far}": "the same builder"})
    assert [change.name for change in added.context["result"].added] == ["77 Oak Avenue"]
    typed = {
        **{"typed_name": "9 Pine Street", "typed_price": "1200000", "typed_sold_on": "2026-01-15"},
        **{"typed_living_area_sqft": "1500", "typed_latitude": "43.65", "typed_longitude": "-79.4"},
    }
    answer = shown(ops, do="typed", **typed)
    assert "Why it is added" in answer.content.decode()
    answer = shown(ops, do="typed", **typed, typed_reason="a broker told us")
    assert arv_of(answer) > arv_of(before)
    assert "9 Pine Street" in answer.content.decode()
    row = answer.context["result"].hidden_additions
    assert arv_of(shown(ops, add=row)) == arv_of(answer)
    assert arv_of(shown(ops, add=row, do="drop:" + key({"source": "by hand", "sale_id": "9 Pine Street"}))) == arv_of(before)
    wrong = shown(ops, do="typed", **{**typed, "typed_price": "0"}, typed_reason="no price")
    assert arv_of(wrong) == arv_of(before)  # what cannot be computed with is left out, and said
    assert wrong.context["asked"].wrong


def test_what_is_kept_can_be_computed_again(ops: Client, policy: Any, sales: None) -> None:
    strike = json.dumps({**WORST, "reason": "it is a duplex"})
    typed = {"source": "by hand", "sale_id": "9 Pine Street", "price": "900000", "sold_on": "2026-01-15"}
    add = json.dumps({**typed, "latitude": "43.65", "longitude": "-79.4", "reason": "a broker told us"})
    kept = shown(ops, strike=strike, add=add, offer="400000", selling_rate="4", do="save")
    evidence: Any = OfferEvidence.objects.get()
    assert f"{EVIDENCE}{evidence.pk}/change/" in kept.content.decode()
    assert evidence.actor == "ops"
    assert evidence.arv_json["struck"] == [{**WORST, "reason": "it is a duplex"}]
    assert evidence.arv_json["added"][0]["price"] == 900_000
    assert evidence.deal_json["terms"] == {"offer": 400_000, "selling_rate": 0.04, "repairs_inspected": True}
    page = ops.get(f"{EVIDENCE}{evidence.pk}/change/").content.decode()
    for text in ("it is a duplex", "(by ops)", "a broker told us", "9 Pine Street", "0 Elm Street", "The buyer pays"):
        assert text in page, text
    assert "comps_used" not in page
    assert ops.get(f"{EVIDENCE}{evidence.pk}/calculator/")["Location"] == f"{ANY}?evidence={evidence.pk}"
    again = form_with(ops.get(ANY, {"evidence": evidence.pk}), "repairs")
    ops.post(ANY, {**again, "do": "save"})
    second: Any = OfferEvidence.objects.latest("id")
    assert second.pk != evidence.pk
    assert second.arv_json == evidence.arv_json
    assert second.deal_json == evidence.deal_json
    assert second.mao == evidence.mao


def test_an_offer_is_drafted_from_what_was_kept_for_a_lead(ops: Client, policy: Any, sales: None) -> None:
    lead: Any = LeadFactory.create(lead_id="L1", province="ON", market="TORONTO", postal_code="M5V 2T6", address="1 Elm St")
    path = f"/admin/followups/lead/{lead.pk}/calculator/"
    page = ops.get(path)
    fields = form_with(page, "repairs")
    assert (fields["province"], fields["market"], fields["postal_code"]) == (["ON"], ["TORONTO"], ["M5V"])
    assert "1 Elm St" in page.content.decode()
    kept = shown(ops, path, do="save")
    assert "1 Elm St" not in json.dumps(OfferEvidence.objects.get().arv_json)
    draft = kept.context["draft_link"]
    form = form_with(ops.get(draft), "amount")
    assert form["lead_id"] == ["L1"]
    answer = ops.post(draft, form)
    offer: Any = Offer.objects.get()
    assert answer["Location"] == f"/admin/offers/offer/{offer.pk}/change/"
    assert (offer.lead_id, offer.property_type, offer.fee) == ("L1", "SFR", Decimal(10_000))
    assert offer.amount == offer.evidence.recommended_offer - 10_000
    assert f"have not ended, by number: {offer.pk}" in ops.get(draft).content.decode()
    deal = ops.get(answer["Location"]).content.decode()
    assert "The buyer pays" in deal
    assert "Maximum allowable offer" in deal


def test_what_refuses_is_said_and_nothing_is_kept(ops: Client, sales: None) -> None:
    result = shown(ops, do="save")
    assert b"no offers" in result.content.lower() or result.context["result"].refusals
    assert result.context["result"].lines  # a policy that is off is shown with its values
    assert "disabled" in result.content.decode().split('value="save"')[1][:60]
    upsert(OfferPolicy, province="ON", enabled=True, refuse_few_comps=True, act=Act("test"))
    assert not shown(ops).context["result"].refusals
    few = shown(ops, as_of="2001-01-01", arv="500000", do="save").context
    assert few["result"].refusals
    upsert(OfferPolicy, province="ON", enabled=True, refuse_few_comps=False, compute_on_low=True, act=Act("test"))
    assert shown(ops, as_of="2001-01-01", arv="500000").context["result"].refusals
    engage_kill_switch(act=Act("test", reason="a drill"))
    stopped = shown(ops, do="save").context
    assert stopped["not_saved"]
    assert not OfferEvidence.objects.exists()


def test_wrong_fields_are_named(ops: Client, policy: Any, sales: None) -> None:
    wrong = shown(ops, repairs="many", latitude="", fee="-1", selling_rate="x", strike="nonsense", do="save")
    assert {name for name, _label, _why in wrong.context["asked"].wrong} == {"repairs", "latitude", "fee", "selling_rate"}
    assert b'href="#calc_repairs"' in wrong.content
    assert not OfferEvidence.objects.exists()
    assert ops.get(ANY).status_code == 200
    assert b"There is no result yet" in ops.get(ANY, {"evidence": "x"}).content


def test_an_agent_calculates_for_its_own_leads_and_keeps_nothing(
    user_of: Callable[..., User], policy: Any, sales: None
) -> None:
    agent = signed_in(user_of("agent", username="va1"))
    own, other = (LeadFactory.create(lead_id=name, province="ON", market="TORONTO") for name in ("L1", "L2"))
    for lead, owner in ((own, "va1"), (other, "va2")):
        TaskFactory.create(ladder__lead_id=lead.lead_id, ladder__owner=owner, owner=owner)
    assert Lead.objects.count() == 2
    path = "/admin/followups/lead/{}/calculator/"
    page = agent.get(path.format(own.pk))
    assert page.status_code == 200
    assert b'value="save"' not in page.content
    assert agent.get(path.format(other.pk)).status_code == 302
    assert agent.post(path.format(own.pk), {**HOUSE, "do": "save"}).status_code == 403
    assert signed_in(User.objects.create_user("nobody")).get(ANY).status_code == 403
    assert not OfferEvidence.objects.exists()


def test_it_works_without_scripts_and_takes_few_queries(ops: Client, policy: Any, sales: None) -> None:
    sent = largest_form(ops.post(ANY, HOUSE))
    assert sent["living_area_sqft"] == ["1500"]
    whole = ops.post(ANY, {**sent, "repairs": "60000"})
    assert b"<html" in whole.content
    shown(ops)
    with CaptureQueriesContext(connection) as captured:
        shown(ops)
    assert counted(captured) <= queries("the calculator's result, at most")
