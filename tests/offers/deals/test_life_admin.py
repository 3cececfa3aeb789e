"""The admin pages of offers: the buttons that the state allows call the verbs, and a refusal is shown."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from offers.models import Offer, OfferEvent
from tests.factories import BuyerFactory, EvidenceFactory, OfferFactory
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
