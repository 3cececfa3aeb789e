"""The buyers that match a deal: who they are and why, whom we may ask now, who was asked, and the answers."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from buyers.models import BuyBox, Buyer, BuyerFeedbackEvent, DealSent
from governance.channels import Channel
from governance.gate.ledger import record_consent
from governance.golive.models import GoLiveState
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from kpi.models import KPIEvent
from offers.models import Offer
from tests.factories import (
    BuyBoxFactory,
    BuyBoxPlaceFactory,
    BuyerFactory,
    DealSentFactory,
    EvidenceFactory,
    FeedbackFactory,
    MarketPolicyFactory,
    SentOfferFactory,
)
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.console.deals.matched import deal_of, matched_of
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PLACE = {"province": "ON", "market": "ALWAYS"}
ALWAYS = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}


def buyer(name: str, *, box: dict[str, Any] | None = None, **columns: Any) -> Buyer:
    """A buyer who buys here, and agreed to e-mails."""
    made: Buyer = BuyerFactory.create(name=name, **PLACE, **columns)
    BuyBoxPlaceFactory.create(box=BuyBoxFactory.create(buyer=made, **(box or {})), **PLACE)
    agreed = timezone.now() - timedelta(days=30)
    inquiry: dict[str, Any] = {"basis": "INQUIRY", "obtained_at": agreed, "evidence": "form 1"}
    record_consent(points=[("EMAIL", made.email)], **inquiry, act=Act("me", at=agreed))
    return made


@pytest.fixture
def offer(db: None) -> Offer:
    """An offer of $200,000 and a fee of $10,000 in a market where contact is permitted at any hour."""
    MarketPolicyFactory.create(**PLACE, rules=SAFE_RULES | ALWAYS)
    evidence = EvidenceFactory.create(**PLACE)
    return SentOfferFactory.create(evidence=evidence, amount=Decimal(200_000), fee=Decimal(10_000), deal_ref="KING-12")


@pytest.fixture
def bo(offer: Offer) -> Buyer:
    return buyer("Bo Li")


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator", username="ops"))


def path(offer: Offer) -> str:
    return f"/admin/offers/offer/{offer.pk}/buyers/"


def rows(client: Client, offer: Offer) -> dict[str, Any]:
    answer = client.get(path(offer))
    assert answer.status_code == 200
    return {row.name: row for row in answer.context["rows"]}


def press(client: Client, offer: Offer, whom: Buyer, **pressed: Any) -> str:
    answer = client.post(path(offer), {"buyer": whom.buyer_id, **pressed}, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.context["said"])


def test_buyers_are_ranked_with_their_chance_and_why(ops: Client, offer: Offer, bo: Buyer) -> None:
    funds = {"funds_proved_on": date(2026, 1, 1), "funds_expire_on": date(2099, 1, 1)}
    buyer("Al Roy", box={"max_price": Decimal(150_000), "min_beds": 3}, funds_amount=500_000, **funds)
    buyer("Out Town").boxes.get().places.update(market="ELSEWHERE")
    found = rows(ops, offer)

    assert list(found) == ["Bo Li", "Al Roy"]
    first, second = found.values()
    assert (first.rank, first.why) == (1, [("met", "Fits: place")])
    assert [verdict for verdict, _ in second.why] == ["missed", "met", "unknown"]
    assert "Misses: price" in dict(second.why)["missed"]
    assert second.funds == "Good for the price"
    assert first.probability.mean == "25%"  # of a buyer and a place of which nothing is known
    page = ops.get(path(offer)).content.decode()
    assert "$210,000, our fee included" in page
    assert f"({first.probability.low} to {first.probability.high})" in page


def test_the_page_says_how_many_of_those_who_match_are_shown(
    ops: Client, offer: Offer, bo: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer("Al Roy")
    assert "are shown." not in ops.get(path(offer)).content.decode()

    buyer("Cy Fox")
    monkeypatch.setattr("wholesale.console.deals.matched.SHOWN", 2)
    page = ops.get(path(offer)).content.decode()
    assert "3 buyers of the book buy this type of house here." in page
    assert "Only the 2 best are shown." in page


def test_the_deal_is_what_the_evidence_knows_of_the_house(offer: Offer) -> None:
    house = {"property_type": "SFR", "beds": 3, "baths": 1.5, "area": 1400, "year_built": 1962}
    offer.evidence.arv_json = {"arv": 1, "subject": house}
    deal = deal_of(offer)

    assert (deal.price, deal.arv, deal.repairs) == (210_000, 450_000, 50_000)
    assert (deal.beds, deal.baths, deal.area, deal.lot, deal.year_built) == (3, Decimal("1.5"), 1400, None, 1962)


def test_one_click_records_who_was_asked_and_another_what_they_answered(ops: Client, offer: Offer, bo: Buyer) -> None:
    assert [way.allowed for way in rows(ops, offer)["Bo Li"].ways if way.channel == Channel.EMAIL] == [True]
    assert "What Bo Li answered" not in ops.get(path(offer)).content.decode()

    assert press(ops, offer, bo, ask="EMAIL", seen=0) == "Recorded: Bo Li was asked, e-mail."

    sent = DealSent.objects.get()
    place = {"province": "ON", "market": "ALWAYS", "property_type": offer.property_type}
    assert (sent.buyer_id, sent.deal_ref, sent.channel, sent.actor) == (bo.buyer_id, "KING-12", "EMAIL", "ops")
    assert {name: getattr(sent, name) for name in place} == place
    row = rows(ops, offer)["Bo Li"]
    assert row.seen == sent.pk

    assert press(ops, offer, bo, answer="BOUGHT", seen=row.heard) == "Recorded: Bo Li, Bought."

    answer = BuyerFeedbackEvent.objects.get()
    assert (answer.buyer_id, answer.deal_ref, answer.event, answer.actor) == (bo.buyer_id, "KING-12", "BOUGHT", "ops")
    assert KPIEvent.objects.filter(metric="buyer_feedback").count() == 1
    assert "Bought" in ops.get(f"/admin/offers/offer/{offer.pk}/change/").content.decode()


def test_a_second_click_records_nothing(ops: Client, offer: Offer, bo: Buyer) -> None:
    press(ops, offer, bo, ask="EMAIL", seen=0)
    assert "was asked already" in press(ops, offer, bo, ask="EMAIL", seen=0)
    assert "was asked already" in press(ops, offer, bo, ask="CALL", seen=0)  # somebody else, by another channel
    assert DealSent.objects.count() == 1

    press(ops, offer, bo, answer="RESPONDED", seen=0)
    assert "recorded already" in press(ops, offer, bo, answer="RESPONDED", seen=0)
    assert press(ops, offer, bo, answer="PASSED", seen=0) == "Recorded: Bo Li, Passed."
    assert BuyerFeedbackEvent.objects.count() == 2


def test_a_refusal_of_the_gate_is_shown_by_the_row(ops: Client, offer: Offer, bo: Buyer) -> None:
    MarketPolicy.objects.filter(market="ALWAYS").update(rules=SAFE_RULES | ALWAYS | {"channels_allowed": ["EMAIL"]})
    answer = ops.post(path(offer), {"buyer": bo.buyer_id, "ask": "SMS", "seen": 0}, headers=HTMX)
    (row,) = answer.context["rows"]

    assert row.refusal == "Bo Li, Text message: not now. The policy does not allow this channel."
    assert answer.content.decode().count(row.refusal) == 2  # by the row, and in what is read out
    assert not DealSent.objects.exists()
    assert "There is no buyer" in press(ops, offer, Buyer(buyer_id="NOBODY"), ask="EMAIL", seen=0)
    GoLiveState.objects.update(kill_switch_engaged=True)
    assert "kill switch" in press(ops, offer, bo, ask="EMAIL", seen=0).lower()
    assert press(ops, offer, bo, answer="PASSED", seen=0) == "Recorded: Bo Li, Passed."  # a fact all the same


def test_an_asked_buyer_stays_on_the_page_though_it_does_not_match(ops: Client, offer: Offer, bo: Buyer) -> None:
    gone = DealSentFactory.create(deal_ref="KING-12", buyer__name="Zed Gone").buyer
    FeedbackFactory.create(deal_ref="KING-12", buyer_id="STRANGER", event="PASSED")
    found = rows(ops, offer)

    assert {name: row.rank for name, row in found.items()} == {"Bo Li": 1, "Zed Gone": None, "STRANGER": None}
    assert press(ops, offer, gone, answer="RESPONDED", seen=0) == "Recorded: Zed Gone, Responded."


def test_a_deal_without_a_name_is_called_after_its_offer(ops: Client, offer: Offer, bo: Buyer) -> None:
    Offer.objects.update(deal_ref="")
    press(ops, offer, bo, ask="EMAIL", seen=0)
    assert DealSent.objects.get().deal_ref == f"OFFER-{offer.pk}"
    assert "Bo Li" in ops.get(f"/admin/offers/offer/{offer.pk}/change/").content.decode()


def test_without_javascript_the_page_says_what_was_done(ops: Client, offer: Offer, bo: Buyer) -> None:
    asked = {"buyer": bo.buyer_id, "ask": "EMAIL", "seen": "0"}
    answer = ops.post(path(offer), asked, follow=True)
    assert answer.redirect_chain == [(path(offer), 302)]
    assert "Recorded: Bo Li was asked" in answer.content.decode()


def test_each_role_sees_and_does_what_it_may(user_of: Callable[..., User], offer: Offer, bo: Buyer) -> None:
    agent, auditor = signed_in(user_of("agent")), signed_in(user_of("auditor"))
    asked = {"buyer": bo.buyer_id, "ask": "EMAIL", "seen": "0"}

    assert 'name="ask"' not in auditor.get(path(offer)).content.decode()
    for pressed in (asked, {"buyer": bo.buyer_id, "answer": "BOUGHT"}):
        assert auditor.post(path(offer), pressed, headers=HTMX).status_code == 403
    assert 'name="ask"' in agent.get(path(offer)).content.decode()
    assert press(agent, offer, bo, ask="EMAIL", seen=0).startswith("Recorded")
    for nonsense in ({"ask": "PIGEON"}, {}, {"buyer": "x" * 129, "ask": "EMAIL"}, {"ask": "EMAIL", "seen": "-1"}):
        assert agent.post(path(offer), {"buyer": bo.buyer_id, **nonsense}).status_code == 403
    stranger = signed_in(User.objects.create_user("stranger"))
    assert stranger.get(path(offer)).status_code == 403


def test_the_match_takes_the_same_queries_however_many_buyers(offer: Offer, bo: Buyer) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            found, _ = matched_of(offer, timezone.now())
        assert len(found) == Buyer.objects.count()
        return counted(captured)

    DealSentFactory.create(deal_ref="KING-12", buyer=bo)
    count()
    few = count()
    for n in range(8):
        DealSentFactory.create(deal_ref="KING-12", buyer=buyer(f"Bo {n}"))
    assert few == count() <= queries("buyers matched to a deal, at most")
    assert BuyBox.objects.count() == 9
