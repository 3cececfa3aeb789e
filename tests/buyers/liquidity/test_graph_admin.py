"""The admin's pages of the graph and of a node's buyers."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from buyers.liquidity.graph import pages
from buyers.liquidity.models import BuyerLiquidityNode
from buyers.liquidity.services import record_feedback
from governance import gate
from tests.factories import NOON, BuyerFactory, NodeFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import WALKTHROUGH_PROPERTY

pytestmark = pytest.mark.django_db
GRAPH = "/admin/buyers/buyerliquiditynode/graph/"


@pytest.fixture
def nodes() -> dict[str, BuyerLiquidityNode]:
    BuyerFactory(buyer_id="B1", name="Ann <Lee>")
    for market, buyer_ids in {"TORONTO": "12", "OTTAWA": "13"}.items():
        for buyer_id in buyer_ids:
            record_feedback("ON", market, "SFR", "RESPONDED", f"B{buyer_id}", now=NOON)
    record_feedback("QC", "MONTREAL", "CONDO", "BOUGHT", "B1", now=NOON)
    return {node.market: node for node in BuyerLiquidityNode.objects.all()}


def page(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_node_is_a_link_with_a_label_and_the_table_has_the_same_numbers(admin_client: Client, nodes: Any) -> None:
    text = page(admin_client, GRAPH)
    links = dict(re.findall(r'<a href="([^"]+)" aria-label="([^"]+)">', text))
    assert set(links) == {f"/admin/buyers/buyerliquiditynode/{node.pk}/buyers/" for node in nodes.values()}
    label = links[f"/admin/buyers/buyerliquiditynode/{nodes['TORONTO'].pk}/buyers/"]
    rates = r"responds (\d+% \(\d+% to \d+%\)), buys if decided 50% \(5% to 95%\)"
    said = re.fullmatch(rf"Toronto, Ontario: single-family home: 2 active buyers, score 2, {rates}", label)
    assert said
    assert text.count('class="edge" d="M') == 3 + 2  # the legend has two
    assert said[1] in text.split("<table")[1]
    assert "Ottawa, Ontario: single-family home (1)" in text
    assert "<script" not in text.split('<figure class="liquidity-graph')[1].split("</figure>")[0]


def test_the_filters_leave_nodes_out_and_a_wrong_one_says_so(admin_client: Client, nodes: Any) -> None:
    text = page(admin_client, GRAPH, province="QC")
    assert "Montreal, Quebec" in text
    assert "Toronto, Ontario" not in text
    assert "Toronto, Ontario: single-family home" in page(admin_client, GRAPH, market="gta")
    assert "Nothing was heard" in page(admin_client, GRAPH, market="nowhere")
    assert "Must be 1 to 64 letters" in page(admin_client, GRAPH, market="<>")


def test_the_graph_of_nothing_is_a_page_too(admin_client: Client) -> None:
    NodeFactory(property_type=WALKTHROUGH_PROPERTY)
    assert "Nothing was heard" in page(admin_client, GRAPH)


def test_a_nodes_page_lists_its_active_buyers_and_who_else_buys_like_these(admin_client: Client, nodes: Any) -> None:
    text = page(admin_client, reverse("admin:buyers_buyerliquiditynode_buyers", args=[nodes["TORONTO"].pk]))
    active, beside = text.split("Who else buys like these?")
    assert "Buyers of Toronto, Ontario: single-family home" in active
    assert "Ann &lt;Lee&gt;" in active
    assert "B2" in active
    assert "not in the book" in active
    assert "B3" in beside
    assert "They share active buyers" in beside
    assert "B2" not in beside.split("<table")[1]


def test_a_nodes_page_names_nobody_beside_it_if_the_ledger_cannot_be_read(
    admin_client: Client, nodes: Any, settings: Any
) -> None:
    gate.record_opt_out(points=[("PHONE", "+14165550123")], act=Act("a person"))
    settings.CONTACT_DIGEST_KEY = "another key"
    text = page(admin_client, reverse("admin:buyers_buyerliquiditynode_buyers", args=[nodes["TORONTO"].pk]))
    assert "CONTACT_DIGEST_KEY was changed" in text
    assert ">B2<" in re.sub(r"\s", "", text)
    assert ">B3<" not in re.sub(r"\s", "", text)


def test_the_list_and_a_nodes_own_page_lead_to_these_pages(admin_client: Client, nodes: Any) -> None:
    pk = nodes["TORONTO"].pk
    to_buyers = admin_client.get(f"/admin/buyers/buyerliquiditynode/{pk}/to-buyers/")
    assert to_buyers.headers["Location"] == f"/admin/buyers/buyerliquiditynode/{pk}/buyers/"
    assert f'href="{GRAPH}"' in page(admin_client, "/admin/buyers/buyerliquiditynode/")


def test_the_drawing_and_the_table_hold_the_nodes_with_most_active_buyers(
    admin_client: Client, nodes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "NODES_MAX", 2)
    text = page(admin_client, GRAPH)
    assert ("Montreal, Quebec" in text, text.count("Toronto, Ontario: single-family home: 2 active")) == (False, 2)
    assert "1 node with fewer active buyers is left off" in text


def test_without_the_permission_there_is_no_page(client: Client, user_of: Any, nodes: Any) -> None:
    somebody = user_of()
    somebody.is_staff = True
    somebody.save()
    client.force_login(somebody)
    for path in (GRAPH, reverse("admin:buyers_buyerliquiditynode_buyers", args=[nodes["TORONTO"].pk])):
        assert client.get(path).status_code == 403
    assert client.get("/admin/buyers/buyerliquiditynode/999/buyers/").status_code == 403


def test_a_node_that_does_not_exist_is_not_found(admin_client: Client) -> None:
    for object_id in ("999", "nothing", "9" * 30):
        assert admin_client.get(f"/admin/buyers/buyerliquiditynode/{object_id}/buyers/").status_code == 404
