"""The admin pages of offers: the buttons that the state allows call the verbs, and a refusal is shown."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from buyers.models import Buyer
from offers.models import Offer, OfferEvent
from tests.factories import BuyerFactory, DealSentFactory, EvidenceFactory, OfferFactory
from tests.offers.deals.lives import TORONTO, open_market, open_risk
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

BUTTONS = ("send", "counter", "accept", "reject", "contract", "assign", "close", "fall-through")


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


@pytest.fixture
def draft(db: None) -> Offer:
    open_market()
    return OfferFactory.create(evidence=EvidenceFactory.create(**TORONTO))


def press(client: Client, offer: Offer, button: str, **given: Any) -> Any:
    name = f"admin:offers_offer_{button.replace('-', '_')}"
    return client.post(reverse(name, args=[offer.pk]), {"reason": "as agreed", "documents": "", **given})


def buttons(client: Client, offer: Offer) -> set[str]:
    page = client.get(reverse("admin:offers_offer_change", args=[offer.pk])).content.decode()
    return {button for button in BUTTONS if f"/admin/offers/offer/{offer.pk}/{button}" in page}


def test_an_offer_goes_from_its_draft_to_its_end_in_the_admin(ops: Client, draft: Offer) -> None:
    BuyerFactory.create(buyer_id="B1")
    assert buttons(ops, draft) == {"send", "fall-through"}
    assert press(ops, draft, "send", documents=" letter 7;; map ").status_code == 302
    assert OfferEvent.objects.get().documents == ["letter 7", "map"]
    assert buttons(ops, draft) == {"counter", "accept", "reject", "fall-through"}
    press(ops, draft, "counter", amount="250000", asked="270000")
    assert open_risk() == 250000
    press(ops, draft, "accept")
    assert buttons(ops, draft) == {"contract", "fall-through"}
    press(ops, draft, "contract")
    press(ops, draft, "assign", buyer_id="B1")
    assert buttons(ops, draft) == {"assign", "close", "fall-through"}
    press(ops, draft, "close", realized_profit="9500")
    draft.refresh_from_db()
    assert (draft.state, draft.realized_profit, open_risk()) == ("CLOSED", Decimal(9500), 0)
    assert buttons(ops, draft) == set()
    events = OfferEvent.objects.order_by("seq")
    assert {(event.actor, event.reason) for event in events} == {("ops", "as agreed")}
    assert LogEntry.objects.filter(user__username="ops").count() == len(events) == 6
    page = ops.get(reverse("admin:offers_offer_change", args=[draft.pk])).content.decode()
    assert "$270,000" in page


def test_the_page_of_an_assignment_proposes_the_buyers_who_were_asked_or_all_and_none_who_is_blocked(
    ops: Client, draft: Offer
) -> None:
    for buyer_id, name in (("B1", "Zoe Roy"), ("B2", "Al <Ray>"), ("B3", "Bo Cox"), ("B4", "Cy Dow")):
        BuyerFactory.create(buyer_id=buyer_id, name=name)
    Buyer.objects.filter(buyer_id="B3").update(status="BLOCKED")
    for step in ("send", "accept", "contract"):
        press(ops, draft, step)
    page = reverse("admin:offers_offer_assign", args=[draft.pk])

    def proposed() -> list[tuple[str, str]]:
        return re.findall(r'<option value="(\w+)">(.*?)</option>', ops.get(page).content.decode())

    assert proposed() == [("B2", "Al &lt;Ray&gt;"), ("B4", "Cy Dow"), ("B1", "Zoe Roy")]
    for buyer_id in ("B1", "B3"):
        DealSentFactory.create(buyer=Buyer.objects.get(buyer_id=buyer_id), deal_ref=draft.deal_name)
    DealSentFactory.create(buyer=Buyer.objects.get(buyer_id="B4"), deal_ref="ANOTHER")
    assert proposed() == [("B1", "Zoe Roy")]


def test_a_refusal_is_shown_and_changes_nothing(ops: Client, draft: Offer) -> None:
    Offer.objects.update(property_type="CONDO")
    response = press(ops, draft, "send")
    assert response.status_code == 200
    assert "The offer policy asks for 50.00." in response.content.decode()
    draft.refresh_from_db()
    assert (draft.state, OfferEvent.objects.count(), open_risk()) == ("DRAFT", 0, 0)


def test_an_offer_needs_a_reason_and_few_documents(ops: Client, draft: Offer) -> None:
    press(ops, draft, "send", reason="")
    press(ops, draft, "send", documents=";".join(f"letter {n}" for n in range(21)))
    draft.refresh_from_db()
    assert draft.state == "DRAFT"


def test_an_agent_records_answers_and_sends_nothing(user_of: Callable[..., User], ops: Client, draft: Offer) -> None:
    agent = signed_in(user_of("agent"))
    assert press(agent, draft, "send").status_code == 403
    press(ops, draft, "send")
    assert buttons(agent, draft) == {"accept", "reject", "fall-through"}
    assert press(agent, draft, "accept").status_code == 302
