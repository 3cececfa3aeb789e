"""`/api/buyers`: feedback moves a node by exactly one event, and a read never writes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from buyers.liquidity import services
from buyers.liquidity.figures import Liquidity
from buyers.liquidity.rebuilding import rebuild_liquidity
from buyers.liquidity.scores import liquidity_score
from buyers.liquidity.services import record_feedback
from buyers.models import SFR, BuyerFeedbackEvent, BuyerLiquidityNode
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, FeedbackFactory, NodeFactory
from wholesale.plumbing.act import Act

FEEDBACK, SCORE, NODES = (f"/api/buyers/liquidity/{name}" for name in ("feedback", "score", "nodes"))
ROWS = "/api/buyers/feedback"
NOTHING_KNOWN = {"mean": 0.5, "low": 0.05, "high": 0.95, "events": 0}
GIVEN = {"province": "ON", "market": "Toronto", "event": "RESPONDED", "buyer_id": "B456"}


def test_feedback_answers_the_updated_node(agent: APIClient) -> None:
    response = agent.post(FEEDBACK, {**GIVEN, "event": "responded "})
    assert response.status_code == 201
    node, event = BuyerLiquidityNode.objects.get(), BuyerFeedbackEvent.objects.get()
    assert response.json() == {
        "event_id": event.pk,
        "actor": "agent",
        "user": "agent",
        "id": node.pk,
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "buyer_count": 1,
        "active_buyer_count": 1,
        "avg_response_rate": 0.01,
        "avg_close_rate": 0,
        "updated_at": event.created_at.isoformat().replace("+00:00", "Z"),
        "score": 1,
    }
    assert node.liquidity == Liquidity(1, 1, Decimal("0.01"), Decimal(0))


def test_the_event_stores_the_given_values(agent: APIClient) -> None:
    agent.post(FEEDBACK, {**GIVEN, "property_type": "semi-detached", "correlation_id": "C-1", "actor": "bryan"})
    event = BuyerFeedbackEvent.objects.get()
    assert (event.buyer_id, event.event, event.correlation_id, event.actor) == ("B456", "RESPONDED", "C-1", "agent")
    assert (event.province, event.market, event.property_type) == ("ON", "TORONTO", "SEMI_DETACHED")
    assert event.user is not None
    assert event.user.username == "agent"
    assert event.node == BuyerLiquidityNode.objects.get()
    assert str(event) == "B456: responded"
    assert str(event.node) == "Toronto, Ontario: semi detached"


def test_the_actor_is_the_user_by_default_and_the_buyer_may_be_unknown(agent: APIClient) -> None:
    agent.post(FEEDBACK, {"province": "ON", "event": "BOUGHT", "buyer_id": ""})
    event = BuyerFeedbackEvent.objects.get()
    assert (event.actor, event.buyer_id, event.market) == ("agent", None, "ALL")
    assert str(event) == "Somebody: bought"


def test_feedback_writes_one_kpi_row(agent: APIClient) -> None:
    agent.post(FEEDBACK, GIVEN, headers={"X-Correlation-ID": "C-2"})
    event, row = BuyerFeedbackEvent.objects.get(), KPIEvent.objects.get()
    assert (row.domain, row.metric, row.success) == ("BUYER_MATCH", "buyer_feedback", True)
    assert row.detail == {"event": "RESPONDED", "province": "ON", "market": "TORONTO", "property_type": "SFR"}
    assert (row.subject_type, row.subject_id, row.occurred_at) == ("feedback", str(event.pk), event.created_at)
    assert (row.province, row.market, row.correlation_id) == ("ON", "TORONTO", "C-2")
    assert (row.actor, row.user) == ("agent", event.user)


def test_one_buyer_counts_once_and_becomes_active_once(agent: APIClient) -> None:
    def counts(event: str, buyer: str | None) -> tuple[int, int]:
        answer = agent.post(FEEDBACK, {**GIVEN, "event": event, "buyer_id": buyer}).json()
        return answer["buyer_count"], answer["active_buyer_count"]

    assert counts("PASSED", "B1") == (1, 0)
    assert counts("NO_RESPONSE", "B1") == (1, 0)
    assert counts("BOUGHT", "B1") == (1, 1)
    assert counts("RESPONDED", "B1") == (1, 1)
    assert counts("RESPONDED", "B2") == (2, 2)
    assert counts("RESPONDED", None) == (2, 3)
    assert counts("RESPONDED", None) == (2, 4)
    assert counts("BOUGHT", None) == (2, 4)


def test_a_known_buyer_of_another_node_is_new_to_this_one(agent: APIClient) -> None:
    agent.post(FEEDBACK, GIVEN)
    answer = agent.post(FEEDBACK, {**GIVEN, "property_type": "CONDO"}).json()
    assert (answer["buyer_count"], answer["active_buyer_count"]) == (1, 1)
    assert BuyerLiquidityNode.objects.count() == 2


def test_stored_rates_stay_between_0_and_1(agent: APIClient) -> None:
    NodeFactory.create(market="TORONTO", avg_response_rate=Decimal("1"), avg_close_rate=Decimal("0"))
    agent.post(FEEDBACK, GIVEN)
    answer = agent.post(FEEDBACK, {**GIVEN, "event": "PASSED"}).json()
    assert (answer["avg_response_rate"], answer["avg_close_rate"]) == (1, 0)


def test_a_hundred_and_one_steps_cause_no_drift(db: None) -> None:
    for _ in range(101):
        record_feedback("ON", "ALL", "SFR", "RESPONDED", "B1", now=NOON)
    for _ in range(37):
        record_feedback("ON", "ALL", "SFR", "NO_RESPONSE", "B1", now=NOON)
    node = BuyerLiquidityNode.objects.get()
    assert node.avg_response_rate == Decimal("0.6300")
    assert (node.updated_at, node.events.count()) == (NOON, 138)
    assert list(rebuild_liquidity(write=False, act=Act())) == []


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"province": None}, "province", "required"),
        ({"province": "O N"}, "province", "invalid_choice"),
        ({"event": None}, "event", "required"),
        ({"event": "LOVED"}, "event", "invalid_choice"),
        ({"event": 5}, "event", "invalid_choice"),
        ({"market": "x" * 65}, "market", "invalid_word"),
        ({"property_type": "two/three"}, "property_type", "invalid_word"),
        ({"buyer_id": "b\x00"}, "buyer_id", "control_characters"),
        ({"buyer_id": "b" * 129}, "buyer_id", "max_length"),
        ({"buyer_id": True}, "buyer_id", "invalid"),
        ({"actor": "a\tb"}, "actor", "control_characters"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(agent: APIClient, given: Any, attr: Any, code: Any) -> None:
    response = agent.post(FEEDBACK, {**GIVEN, **given})
    assert response.status_code == 400
    assert (attrs(response), codes(response)) == ([attr], [code])
    assert not BuyerLiquidityNode.objects.exists()
    assert not KPIEvent.objects.exists()


def test_the_score_of_a_node_is_computed(auditor: APIClient) -> None:
    node = NodeFactory.create(
        market="TORONTO",
        buyer_count=120,
        active_buyer_count=87,
        avg_response_rate=Decimal("0.68"),
        avg_close_rate=Decimal("0.34"),
    )
    assert auditor.get(SCORE, {"province": "ON", "market": "Toronto"}).json() == {
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "buyer_count": 120,
        "active_buyer_count": 87,
        "avg_response_rate": 0.68,
        "avg_close_rate": 0.34,
        "updated_at": "2026-12-15T18:00:00Z",
        "score": 94.5,
        "known": True,
        "posterior": {"response": NOTHING_KNOWN, "close": NOTHING_KNOWN},
        "posterior_score": 0,
    }
    assert liquidity_score("ON", "TORONTO")["score"] == node.score == Decimal("94.5")


def test_the_score_of_an_unknown_node_is_0_and_writes_nothing(auditor: APIClient) -> None:
    answer = auditor.get(SCORE, {"province": "NU", "property_type": "condo"}).json()
    assert answer == {
        "province": "NU",
        "market": "ALL",
        "property_type": "CONDO",
        "buyer_count": 0,
        "active_buyer_count": 0,
        "avg_response_rate": 0,
        "avg_close_rate": 0,
        "updated_at": None,
        "score": 0,
        "known": False,
        "posterior": {"response": NOTHING_KNOWN, "close": NOTHING_KNOWN},
        "posterior_score": 0,
    }
    assert not BuyerLiquidityNode.objects.exists()


@pytest.mark.parametrize(("given", "attr"), [({}, "province"), ({"province": "ON", "property_type": "?"}, "property_type")])
def test_the_score_names_bad_input(auditor: APIClient, given: Any, attr: Any) -> None:
    response = auditor.get(SCORE, given)
    assert (response.status_code, attrs(response)) == (400, [attr])


def test_nodes_are_listed_in_order_with_their_scores(auditor: APIClient) -> None:
    for market in ("WINDSOR", "ABBEY"):
        NodeFactory.create(market=market, active_buyer_count=3)
    rows = auditor.get(NODES).json()
    assert [(row["market"], row["score"]) for row in rows] == [("ABBEY", 1.5), ("WINDSOR", 1.5)]
    assert "id" in rows[0]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"buyer_id": "B1"}, [0]),
        ({"province": "qc"}, [1]),
        ({"market": "st. thomas"}, [2]),
        ({"property_type": "condo"}, [1]),
        ({"event": "bought"}, [2]),
        ({"correlation_id": "C-1"}, [0]),
        ({"since": "2026-12-15T18:01:00Z"}, [2, 1]),
        ({"until": "2026-12-15T18:01:00Z"}, [0]),
    ],
)
def test_events_are_listed_newest_first_and_filtered(auditor: APIClient, given: Any, found: Any) -> None:
    minutes = [NOON + timedelta(minutes=n) for n in range(3)]
    rows: list[Any] = [
        FeedbackFactory.create(buyer_id="B1", correlation_id="C-1", created_at=minutes[0]),
        FeedbackFactory.create(node__province="QC", node__property_type="CONDO", created_at=minutes[1]),
        FeedbackFactory.create(node__market="ST_THOMAS", event="BOUGHT", created_at=minutes[2]),
    ]
    answer = auditor.get(ROWS, given).json()
    assert [row["id"] for row in answer["results"]] == [rows[n].pk for n in found]


def test_the_api_shows_an_event(auditor: APIClient) -> None:
    event = FeedbackFactory.create(buyer_id="B1", node__market="TORONTO")
    assert auditor.get(f"{ROWS}/{event.pk}").json() == {
        "id": event.pk,
        "buyer_id": "B1",
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "event": "RESPONDED",
        "deal_ref": None,
        "is_derived": False,
        "correlation_id": "made",
        "actor": "factory",
        "user": None,
        "created_at": "2026-12-15T18:00:00Z",
    }


def test_rebuilding_after_feedback_finds_no_difference(db: None) -> None:
    for event, buyer in (("RESPONDED", "B1"), ("BOUGHT", "B1"), ("RESPONDED", None), ("PASSED", "B2")):
        record_feedback("ON", "TORONTO", "SFR", event, buyer)
    assert list(rebuild_liquidity(act=Act())) == []


def test_rebuilding_repairs_a_node_that_differs(db: None) -> None:
    node = record_feedback("ON", "TORONTO", "SFR", "RESPONDED", "B1").node
    right = node.liquidity
    BuyerLiquidityNode.objects.update(active_buyer_count=9)
    [(_, stored_before, fresh)] = rebuild_liquidity(write=False, act=Act())
    assert stored_before.liquidity is not None
    assert (stored_before.liquidity.active_buyer_count, fresh.liquidity) == (9, right)
    assert BuyerLiquidityNode.objects.get().active_buyer_count == 9
    [(mended, *_)] = rebuild_liquidity(act=Act(at=NOON))
    assert mended == node
    stored = BuyerLiquidityNode.objects.get()
    assert (stored.liquidity, stored.updated_at) == (right, NOON)
    assert list(rebuild_liquidity(act=Act())) == []


def test_rebuilding_empties_a_node_without_events(db: None) -> None:
    NodeFactory.create(buyer_count=5, avg_close_rate=Decimal("0.5"))
    assert len(list(rebuild_liquidity(act=Act()))) == 1
    assert BuyerLiquidityNode.objects.get().liquidity == Liquidity()


def test_the_database_forbids_invalid_nodes_and_events(db: None) -> None:
    for broken in ({"province": "XX"}, {"avg_close_rate": Decimal("1.01")}, {"avg_response_rate": Decimal("-0.01")}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NodeFactory.create(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackFactory.create(event="LOVED")
    NodeFactory.create(market="TORONTO")
    with pytest.raises(IntegrityError), transaction.atomic():
        NodeFactory.create(market="TORONTO")


@pytest.mark.django_db
@pytest.mark.parametrize("kinds", [(), ("PASSED",), ("NO_RESPONSE",), ("RESPONDED",), ("BOUGHT",), ("PASSED", "RESPONDED")])
@pytest.mark.parametrize("event", ["PASSED", "BOUGHT"])
def test_a_buyer_is_known_by_any_event_and_active_by_an_active_one(kinds: tuple[str, ...], event: str) -> None:
    record_feedback("ON", "TORONTO", SFR, "RESPONDED", "another")
    for kind in kinds:
        record_feedback("ON", "TORONTO", SFR, kind, "buyer-1")
    before = BuyerLiquidityNode.objects.get()
    after = record_feedback("ON", "TORONTO", SFR, event, "buyer-1").node
    is_active = not {"RESPONDED", "BOUGHT"}.isdisjoint(kinds)
    assert after.buyer_count - before.buyer_count == (0 if kinds else 1)
    assert after.active_buyer_count - before.active_buyer_count == (event == "BOUGHT" and not is_active)
    assert list(rebuild_liquidity(write=False, act=Act())) == []


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["PASSED", "RESPONDED"])
def test_feedback_does_not_read_the_history_of_its_buyer(kind: str) -> None:
    """Whatever the planner knows of the table: that it is empty, or that nearly all events are this buyer's."""
    record_feedback("ON", "TORONTO", SFR, kind, "buyer-1")
    node = BuyerLiquidityNode.objects.get()
    with connection.cursor() as cursor:
        columns = "actor, correlation_id, created_at, buyer_id, province, market, property_type, event, node_id"
        cursor.execute(
            f"INSERT INTO buyers_buyerfeedbackevent ({columns}) "
            "SELECT 'a', 'c', now(), 'buyer-1', 'ON', 'TORONTO', 'SFR', %s, %s FROM generate_series(1, 20000)",
            [kind, node.pk],
        )
        for analyze in ("", "ANALYZE buyers_buyerfeedbackevent"):
            if analyze:
                cursor.execute(analyze)
            given = {"province": "ON", "market": "TORONTO", "property_type": SFR, "buyer_id": "buyer-1"}
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {services._WITH_KINDS.text}", given)
            plan = cursor.fetchone()[0][0]["Plan"]
            looks = [look["Plans"][0] for look in plan["Plans"] if look["Node Type"] == "Limit"]
            assert [look["Index Name"] for look in looks] == ["buyerfeedbackevent_buyer"] * 3
            assert all(look["Actual Rows"] <= 1 for look in looks)
