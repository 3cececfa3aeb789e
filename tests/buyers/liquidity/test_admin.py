"""The read-only admin of buyers."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from buyers.liquidity.admin import EVENT_COLOURS
from buyers.liquidity.figures import Event
from buyers.services import record_feedback
from tests.factories import NodeFactory
from tests.staff import links

pytestmark = pytest.mark.django_db

NODES = "/admin/buyers/buyerliquiditynode/"


def test_each_kind_of_event_has_its_colour() -> None:
    assert set(EVENT_COLOURS) == set(Event.labels)


def test_nodes_are_sorted_by_score(admin_client: Client) -> None:
    low = NodeFactory.create(active_buyer_count=1, avg_response_rate="0.0200")
    high = NodeFactory.create(active_buyer_count=87, avg_response_rate="0.6800", avg_close_rate="0.3400")
    middle = NodeFactory.create(active_buyer_count=2, avg_close_rate="0.9000")

    page = admin_client.get(NODES, {"o": "-3"})

    assert [node.pk for node in page.context["cl"].result_list] == [high.pk, middle.pk, low.pk]
    assert "94.5" in page.content.decode()


def test_a_node_links_to_its_events(admin_client: Client) -> None:
    mine = record_feedback("ON", "WINDSOR", "SFR", "BOUGHT", "B1")
    record_feedback("ON", "TORONTO", "SFR", "BOUGHT", "B1")
    page = admin_client.get(reverse("admin:buyers_buyerliquiditynode_change", args=[mine.node_id]))
    (path,) = [href for href in links(page) if "buyerfeedbackevent" in href]

    rows = admin_client.get(path).context["cl"].result_list

    assert [row.pk for row in rows] == [mine.pk]
    assert ">52<" not in page.content.decode()
    assert re.search(r">\s*1\s*<", page.content.decode())


def test_an_event_without_a_buyer_says_so(admin_client: Client) -> None:
    record_feedback("ON", "WINDSOR", "SFR", "NO_RESPONSE")

    page = admin_client.get("/admin/buyers/buyerfeedbackevent/").content.decode()

    assert "not named" in page
    assert "No response" in page
