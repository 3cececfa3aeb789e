"""The graph of liquidity nodes: nodes that share active buyers are joined, and buy alike."""

from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from buyers.liquidity.graph.reading import shared_buyers
from buyers.liquidity.nodes import known_nodes
from governance.decisions import ExecutionClass, verb

EDGES_MAX = 500


@verb(ExecutionClass.READ)
def liquidity_graph(
    *,
    province: str | None = None,
    market: str | None = None,
    property_type: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The nodes that match the filters, and the edges between those of them that share active buyers: buyers who responded
    or bought at both. The heaviest `EDGES_MAX` edges are returned; `edges_left_off` counts the others. Takes two queries.
    """
    wanted = {"province": province, "market": market, "property_type": property_type}
    given = Q(**{name: value for name, value in wanted.items() if value is not None})
    return joined(liquidity_nodes(given, now or timezone.now()))


def joined(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """The graph of these nodes of `liquidity_nodes`."""
    edges, count = shared_buyers([node["id"] for node in nodes], EDGES_MAX)
    return {"nodes": nodes, "edges": [edge._asdict() for edge in edges], "edges_left_off": count - len(edges)}


def liquidity_nodes(wanted: Q, now: datetime) -> list[dict[str, Any]]:
    """The nodes that meet the condition, those of walkthroughs left out, with their figures as in the graph."""
    places, figures, odds = known_nodes(wanted, now)
    rates = (rate.shown(np.arange(len(places))) for rate in odds)
    return [
        {
            **place,
            "size": liquidity.active_buyer_count,
            "score": liquidity.score,
            "posterior": {"response": response, "close": close},
        }
        for place, liquidity, response, close in zip(places, figures, *rates, strict=True)
    ]
