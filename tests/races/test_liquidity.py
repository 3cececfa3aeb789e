"""Many clients send feedback at once: no step is lost, and the ids have the order of the fold."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from buyers.liquidity.deals import record_silence, send_deal, take_answer
from buyers.liquidity.figures import Event
from buyers.liquidity.rebuilding import rebuild_liquidity
from buyers.models import BuyerFeedbackEvent, BuyerLiquidityNode, DealSent
from governance.market.rules import SAFE_RULES
from kpi.models import KPIEvent
from tests.factories import BuyerFactory, DealSentFactory, MarketPolicyFactory
from tests.races.conftest import CLIENTS
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

FEEDBACK = "/api/buyers/liquidity/feedback"
PLACE = {"province": "ON", "market": "TORONTO", "property_type": "SFR"}
EVENTS_EACH = 10
EVENTS = CLIENTS * EVENTS_EACH
MIXED_EACH = 4


def test_concurrent_feedback_moves_a_node_by_exactly_its_steps(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    def tell(number: int) -> list[Any]:
        return [
            operators[number].post(FEEDBACK, {**PLACE, "event": Event.BOUGHT, "buyer_id": f"B{number}-{n}"})
            for n in range(EVENTS_EACH)
        ]

    answers = [answer for told in run_together(CLIENTS, tell) for answer in told]
    assert [answer.status_code for answer in answers] == [201] * EVENTS
    nodes = sorted((answer.json() for answer in answers), key=lambda node: node["event_id"])
    assert [node["buyer_count"] for node in nodes] == list(range(1, EVENTS + 1))
    assert [node["active_buyer_count"] for node in nodes] == list(range(1, EVENTS + 1))
    assert [node["avg_close_rate"] for node in nodes] == [min(step, 100) / 100 for step in range(1, EVENTS + 1)]

    node = BuyerLiquidityNode.objects.get()
    assert (node.buyer_count, node.active_buyer_count, node.avg_close_rate) == (EVENTS, EVENTS, Decimal(1))
    assert BuyerFeedbackEvent.objects.filter(node=node).count() == EVENTS
    assert KPIEvent.objects.filter(metric="buyer_feedback").count() == EVENTS
    assert list(rebuild_liquidity(write=False, act=Act())) == []


def test_a_node_equals_the_fold_of_its_events_in_order_of_id(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    """Rates stop at 0, so events near 0 in another order make another node."""

    def tell(number: int) -> list[int]:
        dice = random.Random(number)
        events = [
            {**PLACE, "event": dice.choice(Event.values), "buyer_id": dice.choice(["", "B1", "B2", "B3"])}
            for _ in range(MIXED_EACH)
        ]
        return [operators[number].post(FEEDBACK, event).status_code for event in events]

    assert run_together(CLIENTS, tell) == [[201] * MIXED_EACH] * CLIENTS
    assert BuyerFeedbackEvent.objects.count() == CLIENTS * MIXED_EACH
    assert list(rebuild_liquidity(write=False, act=Act())) == []


def test_a_silence_that_is_found_while_buyers_answer_stands_only_where_nobody_answered_before_it(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    sent = [DealSentFactory.create(deal_ref="D1", sent_at=timezone.now() - timedelta(days=4)) for _ in range(CLIENTS * 5)]

    def tell(number: int) -> int:
        if number % 2:
            return record_silence(act=Act())
        for row in sent[number::CLIENTS]:
            told = {**PLACE, "event": Event.RESPONDED, "buyer_id": row.buyer_id, "deal_ref": "D1"}
            assert operators[number].post(FEEDBACK, told).status_code == 201
        return 0

    run_together(CLIENTS, tell)
    events = BuyerFeedbackEvent.objects.order_by("id").values_list("buyer_id", "is_derived")
    by_buyer: dict[str | None, list[bool]] = {}
    for buyer_id, is_derived in events:
        by_buyer.setdefault(buyer_id, []).append(is_derived)
    assert by_buyer.keys() == {row.buyer_id for row in sent}
    assert all(told in ([True], [False], [True, False]) for told in by_buyer.values())
    assert sum(told == [True] for told in by_buyer.values()) == len(sent) // 2
    assert list(rebuild_liquidity(write=False, act=Act())) == []


def test_one_buyers_answers_at_many_nodes_at_once_are_counted_in_the_order_of_their_ids(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    def tell(number: int) -> None:
        for n in range(EVENTS_EACH):
            place = {**PLACE, "market": f"M{(number + n) % 3}"}
            told = {**place, "event": random.choice(list(Event)), "buyer_id": "B1", "deal_ref": f"D{n % 2}"}
            assert operators[number].post(FEEDBACK, told).status_code == 201

    run_together(CLIENTS, tell)
    assert BuyerFeedbackEvent.objects.count() == EVENTS
    assert list(rebuild_liquidity(write=False, act=Act())) == []


def test_a_buyer_whom_many_ask_at_once_is_asked_and_answers_once(run_together: Callable[..., list[Any]]) -> None:
    place = {"province": "ON", "market": "ALWAYS", "property_type": "SFR"}
    always = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
    MarketPolicyFactory.create(province="ON", market="ALWAYS", rules=SAFE_RULES | always)
    buyer = BuyerFactory.create(province="ON", market="ALWAYS")
    about = {**place, "buyer_id": buyer.buyer_id, "deal_ref": "D1", "seen": 0}

    def ask(_number: int) -> tuple[int, int]:
        sent = send_deal(**about, channel="EMAIL", act=Act("racer"))
        return sent.pk, take_answer(**about, event=Event.RESPONDED, act=Act("racer")).pk

    answers = run_together(8, ask)

    assert len(set(answers)) == 1, answers
    assert (DealSent.objects.count(), BuyerFeedbackEvent.objects.count()) == (1, 1)
