"""The graph of nodes that share active buyers, and who else buys like those of a node."""

from collections import defaultdict
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.liquidity.graph import services as graph
from buyers.liquidity.graph.neighbours import neighbours
from buyers.liquidity.graph.services import liquidity_graph
from buyers.liquidity.models import BuyerLiquidityNode
from buyers.liquidity.scores import liquidity_score
from buyers.liquidity.services import record_feedback
from governance import gate
from tests.factories import NOON, BuyerFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import WALKTHROUGH_PROPERTY

pytestmark = pytest.mark.django_db
GRAPH, NEIGHBOURS = "/api/buyers/liquidity/graph", "/api/buyers/liquidity/neighbours"


def heard(market: str, buyer_id: str | None, event: str = "RESPONDED", *, property_type: str = "SFR") -> BuyerLiquidityNode:
    """The node at which the buyer did this."""
    return record_feedback("ON", market, property_type, event, buyer_id, now=NOON).node


def edges(**wanted: Any) -> dict[tuple[str, str], int]:
    """The edges by the nodes' places."""
    found = liquidity_graph(now=NOON, **wanted)
    names = {node["id"]: f"{node['market']} {node['property_type']}" for node in found["nodes"]}
    return {(names[edge["node"]], names[edge["other"]]): edge["shared"] for edge in found["edges"]}


def test_nodes_are_joined_by_the_number_of_buyers_who_responded_or_bought_at_both() -> None:
    for buyer_id, event in (("B1", "RESPONDED"), ("B1", "BOUGHT"), ("B2", "BOUGHT"), ("B3", "RESPONDED")):
        heard("TORONTO", buyer_id, event)
    for buyer_id, event in (("B1", "BOUGHT"), ("B2", "RESPONDED"), ("B3", "PASSED"), ("B4", "RESPONDED")):
        heard("OTTAWA", buyer_id, event)
    heard("OTTAWA", None)
    heard("TORONTO", None)
    heard("BARRIE", "B4", "NO_RESPONSE")
    heard("LONDON", "B4")
    assert edges() == {("TORONTO SFR", "OTTAWA SFR"): 2, ("OTTAWA SFR", "LONDON SFR"): 1}


def test_the_edges_agree_with_a_plain_recount(monkeypatch: pytest.MonkeyPatch) -> None:
    dice, active = Random(1), defaultdict[int, set[str]](set)
    for _ in range(150):
        market, event, buyer_id = (
            dice.choice("ABCDEF"),
            dice.choice(["RESPONDED", "BOUGHT", "PASSED"]),
            f"B{dice.randrange(12)}",
        )
        node = heard(market, buyer_id, event)
        if event != "PASSED":
            active[node.pk].add(buyer_id)
    expected = [
        {"node": one, "other": other, "shared": len(active[one] & active[other])}
        for one, other in combinations(sorted(active), 2)
        if active[one] & active[other]
    ]
    expected.sort(key=lambda edge: (-edge["shared"], edge["node"], edge["other"]))
    found = liquidity_graph(now=NOON)
    assert found["edges"] == expected
    assert found["edges_left_off"] == 0
    monkeypatch.setattr(graph, "EDGES_MAX", 4)
    found = liquidity_graph(now=NOON)
    assert found["edges"] == expected[:4]
    assert found["edges_left_off"] == len(expected) - 4


def test_a_node_has_the_figures_of_its_score(operator: APIClient) -> None:
    node = heard("TORONTO", "B1")
    heard("TORONTO", "B2", "NO_RESPONSE")
    (found,) = liquidity_graph(now=NOON)["nodes"]
    score = liquidity_score("ON", "TORONTO", now=NOON)
    assert found == {
        **{"id": node.pk, "province": "ON", "market": "TORONTO", "property_type": "SFR", "size": 1},
        **{"score": score["score"], "posterior": score["posterior"]},
    }
    assert operator.get(GRAPH).json()["nodes"][0]["posterior"].keys() == {"response", "close"}


def test_walkthroughs_are_left_out_and_filters_leave_only_edges_between_what_they_keep(agent: APIClient) -> None:
    for property_type in ("SFR", "CONDO", WALKTHROUGH_PROPERTY):
        heard("TORONTO", "B1", property_type=property_type)
        heard("OTTAWA", "B1", property_type=property_type)
    assert len(edges()) == 6
    assert edges(market="TORONTO") == {("TORONTO SFR", "TORONTO CONDO"): 1}
    assert edges(property_type="CONDO", province="ON") == {("TORONTO CONDO", "OTTAWA CONDO"): 1}
    assert edges(province="QC") == {}
    answer = agent.get(GRAPH, {"market": "gta", "property_type": "sfr"}).json()
    assert [node["market"] for node in answer["nodes"]] == ["TORONTO"]


def test_the_graph_takes_the_same_queries_for_any_number_of_nodes() -> None:
    asked = set()
    for markets in ("A", "BCDEFGH"):
        for market in markets:
            heard(market, "B1")
        with CaptureQueriesContext(connection) as captured:
            liquidity_graph()
        asked.add(counted(captured))
    assert asked == {queries("the graph of liquidity")}


def who(market: str, **options: Any) -> list[str]:
    found = neighbours(province="ON", market=market, property_type="SFR", now=NOON, **options)
    return [one["buyer_id"] for one in found["buyers"]]


def test_buyers_of_the_nodes_that_share_most_come_first_and_those_who_are_active_here_are_left_out() -> None:
    for market, buyer_ids in {"BARRIE": "12", "TORONTO": "123", "OTTAWA": "24", "LONDON": "5"}.items():
        for buyer_id in buyer_ids:
            heard(market, f"B{buyer_id}")
    heard("BARRIE", "B3", "PASSED")
    found = neighbours(province="ON", market="BARRIE", property_type="SFR", now=NOON)
    assert [(node["market"], node["shared"]) for node in found["neighbours"]] == [("TORONTO", 2), ("OTTAWA", 1)]
    assert [(one["buyer_id"], one["shared"]) for one in found["buyers"]] == [("B3", 2), ("B4", 1)]
    assert found["ground"] == "SHARED"
    assert who("BARRIE", limit=1) == ["B3"]


def test_beside_an_unheard_node_are_those_of_its_market_and_of_its_type_in_the_province() -> None:
    heard("TORONTO", "B1")
    heard("SUDBURY", "B2", property_type="CONDO")
    heard("TORONTO", "B3", property_type="CONDO")
    found = neighbours(province="ON", market="SUDBURY", property_type="SFR", now=NOON)
    assert found["ground"] == "NEAR"
    assert {one["buyer_id"] for one in found["buyers"]} == {"B1", "B2"}


def test_blocked_and_opted_out_buyers_are_no_neighbours_and_names_come_from_the_book() -> None:
    heard("BARRIE", "B1")
    for buyer_id in ("B1", "B2", "B3", "B4", "B5", "B6"):
        heard("TORONTO", buyer_id)
    BuyerFactory(buyer_id="B2", status="BLOCKED")
    BuyerFactory(buyer_id="B3", second_phone="+14165550199")
    BuyerFactory(buyer_id="B4", name="", company="Maple Homes", status="PAUSED")
    yesterday = NOON - timedelta(days=1)
    gate.record_opt_out(points=[("PHONE", "+14165550199"), (gate.BUYER, "B5")], said_at=yesterday, act=Act("a person"))
    found = neighbours(province="ON", market="BARRIE", property_type="SFR", now=NOON)["buyers"]
    assert [(one["buyer_id"], one["name"], one["status"]) for one in found] == [
        ("B4", "Maple Homes", "PAUSED"),
        ("B6", "", None),
    ]


def test_the_neighbours_take_the_same_queries_for_any_number_of_buyers(operator: APIClient) -> None:
    heard("BARRIE", "B0")
    heard("TORONTO", "B0")
    asked = set()
    for n in (1, 20):
        for number in range(n):
            heard("TORONTO", f"B{n}-{number}")
        who("BARRIE")
        with CaptureQueriesContext(connection) as captured:
            who("BARRIE")
        asked.add(counted(captured))
    assert asked == {queries("neighbours of a node")}
    assert operator.get(NEIGHBOURS, {"province": "ON", "market": "barrie"}).status_code == 200


def test_a_user_without_a_role_reads_neither(client_of: Any) -> None:
    for path in (GRAPH, NEIGHBOURS):
        assert client_of().get(path, {"province": "ON"}).status_code == 403
