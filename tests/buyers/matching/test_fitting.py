"""What fits a buyer: nodes, and deals that others were sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from buyers.book.models import BuyBox, Buyer
from buyers.liquidity.services import record_feedback
from buyers.matching.fitting import fitting_deals, fitting_html
from tests.factories import NOON, BuyerFactory, DealSentFactory, NodeFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.vocabulary import WALKTHROUGH_PROPERTY

pytestmark = pytest.mark.django_db


def buyer(buyer_id: str = "me", *places: tuple[str, str], types: Any = ("SFR",)) -> Buyer:
    made: Any = BuyerFactory(buyer_id=buyer_id)
    box = BuyBox.objects.create(buyer=made, property_types=list(types))
    for province, market in places or [("ON", "TORONTO")]:
        box.places.create(province=province, market=market)
    return Buyer.objects.get(pk=made.pk)


def refs(of: Buyer) -> list[str]:
    return [deal["deal_ref"] for deal in fitting_deals(of, now=NOON)["deals"]]


def nodes(of: Buyer) -> set[tuple[str, str, str]]:
    return {(node["province"], node["market"], node["property_type"]) for node in fitting_deals(of, now=NOON)["nodes"]}


def test_the_nodes_are_those_that_a_box_covers() -> None:
    for province, market, property_type in (
        *(("ON", "TORONTO", "SFR"), ("ON", "TORONTO", "CONDO"), ("ON", "OTTAWA", "SFR"), ("QC", "LAVAL", "SFR")),
        *(("QC", "LAVAL", "LAND"), ("ON", "TORONTO", WALKTHROUGH_PROPERTY)),
    ):
        NodeFactory(province=province, market=market, property_type=property_type)
    assert nodes(buyer("me")) == {("ON", "TORONTO", "SFR")}
    assert nodes(buyer("other", ("QC", "ALL"), types=())) == {("QC", "LAVAL", "SFR"), ("QC", "LAVAL", "LAND")}
    assert nodes(buyer("third", ("AB", "ALL"))) == set()
    without: Any = BuyerFactory(buyer_id="fourth")
    assert fitting_deals(without) == {"nodes": [], "deals": []}


def test_the_deals_are_those_that_others_were_sent_and_nobody_bought() -> None:
    me = buyer("me")
    sent = {"sent_at": NOON - timedelta(days=1)}
    DealSentFactory(deal_ref="fits", **sent)
    DealSentFactory(deal_ref="fits", sent_at=NOON - timedelta(days=2))
    DealSentFactory(deal_ref="sent to me", **sent)
    DealSentFactory(deal_ref="sent to me", buyer=me, sent_at=NOON - timedelta(days=300))
    DealSentFactory(deal_ref="elsewhere", market="OTTAWA", **sent)
    DealSentFactory(deal_ref="a condo", property_type="CONDO", **sent)
    DealSentFactory(deal_ref="old", sent_at=NOON - timedelta(days=91))
    bought: Any = DealSentFactory(deal_ref="bought", **sent)
    DealSentFactory(deal_ref="bought", **sent)
    record_feedback("ON", "TORONTO", "SFR", "BOUGHT", bought.buyer_id, deal_ref="bought", now=NOON)
    assert refs(me) == ["fits"]
    (deal,) = fitting_deals(me, now=NOON)["deals"]
    assert (deal["buyers"], deal["last_sent_at"]) == (2, NOON - timedelta(days=1))


def test_it_takes_the_same_queries_for_any_number_of_deals() -> None:
    me, asked = buyer("me"), set()
    for n in (1, 20):
        for _ in range(n):
            DealSentFactory()
            NodeFactory()
        with CaptureQueriesContext(connection) as captured:
            fitting_deals(me, now=NOON)
        asked.add(counted(captured))
    assert asked == {queries("what fits a buyer")}


def test_the_page_names_the_nodes_and_the_deals() -> None:
    me = buyer("me")
    assert "The boxes cover no liquidity node." in fitting_html(me)
    NodeFactory(market="TORONTO")
    DealSentFactory(deal_ref="<deal>", sent_at=timezone.now())
    text = fitting_html(me)
    assert "Toronto, Ontario: single-family home" in text
    assert "&lt;deal&gt;" in text


def test_the_api_answers_by_the_buyers_id(agent: APIClient, client_of: Any) -> None:
    me = buyer("me")
    NodeFactory(market="TORONTO")
    DealSentFactory(deal_ref="D1", sent_at=timezone.now())
    answer = agent.get(f"/api/buyers/book/{me.pk}/fitting")
    assert answer.status_code == 200
    assert [node["market"] for node in answer.json()["nodes"]] == ["TORONTO"]
    assert [deal["deal_ref"] for deal in answer.json()["deals"]] == ["D1"]
    assert agent.get("/api/buyers/book/999999/fitting").status_code == 404
    assert client_of().get(f"/api/buyers/book/{me.pk}/fitting").status_code == 403
