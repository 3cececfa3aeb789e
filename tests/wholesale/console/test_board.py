"""The board of offers: what stands on it, for whom, and how a card is moved or refused."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.deals.life.states import State
from offers.models import OfferEvent, OfferPolicy
from tests.factories import (
    BuyerFactory,
    DealSentFactory,
    EvidenceFactory,
    LeadFactory,
    OfferFactory,
    OfferPolicyFactory,
    SentOfferFactory,
    TaskFactory,
)
from tests.offers.deals.lives import TORONTO, open_market
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.console.board import reading

pytestmark = pytest.mark.django_db

BOARD = "/admin/offers/offer/board/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def operator_user(user_of: Callable[..., User]) -> User:
    return user_of("operator", username="ops")


@pytest.fixture
def ops(operator_user: User) -> Client:
    return signed_in(operator_user)


@pytest.fixture
def evidence(db: None) -> Any:
    return EvidenceFactory.create(**TORONTO)


def _columns(client: Client, **asked: str) -> dict[str, Any]:
    answer = client.get(BOARD, asked)
    assert answer.status_code == 200
    return {column.state.value: column for column in answer.context["columns"]}


def _names(columns: dict[str, Any], state: State) -> list[str]:
    return [card.name for card in columns[state].cards]


def _said(answer: Any) -> str:
    return str(json.loads(answer.headers["HX-Trigger"])["act-done"]["said"])


def test_a_card_says_who_where_how_much_how_long_and_what_is_next(ops: Client, evidence: Any) -> None:
    now = timezone.now()
    LeadFactory.create(lead_id="L1", first_name="Ann", last_name="Roy", address="12 King St")
    BuyerFactory.create(buyer_id="BOLI", name="Bo Li")
    near = {"state_since": now - timedelta(days=3, hours=1), "expires_at": now + timedelta(hours=5, minutes=1)}
    SentOfferFactory.create(evidence=evidence, lead_id="L1", deal_ref="KING-12", amount=250_000, **near)
    DealSentFactory.create_batch(2, deal_ref="KING-12")
    SentOfferFactory.create(evidence=evidence, state=State.ASSIGNED, buyer_id="BOLI", deal_ref="OAK-7", expires_at=now)
    words = " ".join(re.sub(r"<[^>]+>", " ", ops.get(BOARD).content.decode()).split())
    for said in ("Ann Roy 12 King St $250,000", "Here for 3 days", "Next: get the seller&#x27;s answer", "2 buyers asked"):
        assert said.replace(" ", "") in words.replace(" ", "").replace("\xa0", "")
    columns = _columns(ops)
    (card,), (assigned,) = columns[State.SENT].cards, columns[State.ASSIGNED].cards
    assert (card.expiry, card.is_near) == ("Expires in 5\xa0hours", True)
    assert (assigned.name, assigned.taker, assigned.expiry, assigned.is_near) == ("OAK-7", "Bo Li", "", False)


def test_only_moves_that_the_state_and_the_role_allow_are_offered(
    user_of: Callable[..., User], ops: Client, evidence: Any
) -> None:
    def moves(client: Client, state: State) -> set[str]:
        return set(_columns(client)[state].to.split())

    OfferFactory.create(evidence=evidence)
    assert moves(ops, State.DRAFT) == {"SENT", "FELL_THROUGH"}
    assert moves(ops, State.COUNTERED) == {"COUNTERED", "ACCEPTED", "REJECTED", "FELL_THROUGH"}  # time alone lets it expire
    assert moves(ops, State.EXPIRED) == {"ACCEPTED"}
    agent, auditor = (signed_in(user_of(role)) for role in ("agent", "auditor"))
    assert moves(agent, State.DRAFT) == {"FELL_THROUGH"}
    assert moves(auditor, State.DRAFT) == set()
    page = auditor.get(BOARD).content.decode()
    assert 'draggable="true"' not in page
    assert "data-move" not in page


def test_an_agent_reads_the_name_only_of_a_lead_that_it_may_read(user_of: Callable[..., User], evidence: Any) -> None:
    for lead_id, owner, name in (("MINE", "va1", "Ann"), ("OTHER", "va2", "Zoe")):
        LeadFactory.create(lead_id=lead_id, first_name=name, last_name="Roy", address=f"{name} Street")
        TaskFactory.create(ladder__lead_id=lead_id, owner=owner, due_at=timezone.now() + timedelta(days=1))
        OfferFactory.create(evidence=evidence, lead_id=lead_id)
    agent = signed_in(user_of("agent", username="va1"))

    assert _names(_columns(agent), State.DRAFT) == ["OTHER", "Ann Roy"]
    assert "Zoe Street" not in agent.get(BOARD).content.decode()
    assert _names(_columns(agent, own="1"), State.DRAFT) == ["Ann Roy"]


def test_who_may_not_view_offers_sees_no_board(user_of: Callable[..., User]) -> None:
    stranger = User.objects.create_user("stranger")
    assert signed_in(stranger).get(BOARD).status_code == 403
    assert Client().get(BOARD).status_code == 302


def test_the_board_is_filtered_by_market_and_by_own(ops: Client, operator_user: User, evidence: Any) -> None:
    there = EvidenceFactory.create(policy=OfferPolicyFactory.create(province="QC", market="LAVAL"))
    OfferFactory.create(evidence=evidence, deal_ref="ONE", user=operator_user)
    OfferFactory.create(evidence=there, deal_ref="TWO")

    assert [name for _, name, _ in ops.get(BOARD).context["places"]] == ["Toronto, Ontario", "Laval, Quebec"]
    assert _names(_columns(ops, market="QC/LAVAL"), State.DRAFT) == ["TWO"]
    assert _names(_columns(ops, own="1"), State.DRAFT) == ["ONE"]
    for nonsense in ("XX/LAVAL", "ON", "/", "'"):
        assert set(_names(_columns(ops, market=nonsense), State.DRAFT)) == {"ONE", "TWO"}


def test_a_column_shows_the_newest_and_links_to_all(ops: Client, evidence: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COLUMN_MAX", 2)
    now = timezone.now()
    for age in (5, 1, 9):  # days in the state
        OfferFactory.create(evidence=evidence, deal_ref=f"D{age}", state_since=now - timedelta(days=age))
    column = _columns(ops)[State.DRAFT]

    assert [card.name for card in column.cards] == ["D1", "D5"]
    assert f'href="{column.link}">All 3 in the list' in ops.get(BOARD).content.decode()
    assert ops.get(column.link).context["cl"].result_list.count() == 3


def test_a_card_is_moved_by_the_question_of_its_button(ops: Client) -> None:
    open_market()
    offer = OfferFactory.create(evidence=EvidenceFactory.create(policy=OfferPolicy.objects.get(province="ON"), **TORONTO))
    move = _columns(ops)[State.DRAFT].moves[0]
    link = move.link.replace("OFFER", str(offer.pk))

    asked = ops.get(link, headers=HTMX)
    assert b"<html" not in asked.content
    assert 'name="reason"' in asked.content.decode()
    refused = ops.post(link, {"documents": ""}, headers=HTMX)
    assert (refused.status_code, "HX-Trigger" in refused.headers) == (200, False)

    done = ops.post(link, {"reason": "agreed", "documents": ""}, headers=HTMX)

    assert (done.status_code, _said(done)) == (204, "Sent.")
    assert OfferEvent.objects.get().reason == "agreed"
    assert b"<html" not in ops.get(BOARD, headers=HTMX).content
    assert _names(_columns(ops), State.SENT) == [f"Offer {offer.pk}"]
    assert "Sent." not in ops.get("/admin/my-settings/").content.decode()  # it is not said again on the next page


def test_a_refused_move_says_why_and_the_card_stays(ops: Client) -> None:
    open_market()
    policy = OfferPolicy.objects.get(province="ON")
    offer = OfferFactory.create(evidence=EvidenceFactory.create(policy=policy, **TORONTO), property_type="CONDO")

    refused = ops.post(f"/admin/offers/offer/{offer.pk}/send/", {"reason": "x", "documents": ""}, headers=HTMX)

    assert "The offer policy asks for 50.00." in refused.content.decode()
    assert _names(_columns(ops), State.DRAFT) == [f"Offer {offer.pk}"]


def test_the_board_takes_the_same_queries_however_many_cards(ops: Client, evidence: Any) -> None:
    def fill(count: int) -> None:
        for _n in range(count):
            lead = LeadFactory.create()
            OfferFactory.create(evidence=evidence, lead_id=lead.lead_id)
            reach = {"state": State.ASSIGNED, "buyer_id": BuyerFactory.create().buyer_id, "expires_at": timezone.now()}
            sent = SentOfferFactory.create(evidence=evidence, lead_id=lead.lead_id, **reach)
            DealSentFactory.create(deal_ref=sent.deal_name)

    def count(**headers: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ops.get(BOARD, {"own": ""}, headers=headers).status_code == 200
        return counted(captured)

    fill(1)
    count()
    few = count()
    fill(9)
    assert few == count() <= queries("the board of offers, at most")
    assert count(**HTMX) < few
