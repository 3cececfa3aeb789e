"""The handwritten statements of the graph: which nodes share active buyers, and how many."""

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from django.db import connection

from buyers.liquidity.figures import ACTIVE_EVENTS
from buyers.liquidity.models import BuyerFeedbackEvent
from wholesale.plumbing.compiled import Columns, fetch
from wholesale.plumbing.lookups import among_sql

_ACTIVE = ", ".join(f"'{event.value}'" for event in ACTIVE_EVENTS)


class Edge(NamedTuple):
    """Two nodes, and how many active buyers they share. The ids are in their order."""

    node: int
    other: int
    shared: int


def shared_buyers(nodes: Collection[int], limit: int) -> tuple[list[Edge], int]:
    """The edges between these nodes, the heaviest first, at most `limit`; and how many there are in all."""
    rows = fetch(_sql(connection.vendor), Columns(None, None, None, None), {"nodes": nodes, "limit": limit})
    return [Edge(*row[:3]) for row in rows], rows[0][3] if rows else 0


def shared_between(nodes: Collection[int], others: Collection[int], limit: int) -> list[Edge]:
    """The edges from the nodes to the others, the heaviest first, at most `limit`. Here `node` is one of the first."""
    given = {"nodes": nodes, "others": others, "limit": limit}
    return [Edge(*row) for row in fetch(_between_sql(connection.vendor), Columns(None, None, None), given)]


def _active(nodes: str) -> str:
    return f"""
    SELECT DISTINCT node_id, buyer_id FROM {BuyerFeedbackEvent._meta.db_table}
    WHERE node_id {among_sql(nodes, "bigint")} AND event IN ({_ACTIVE}) AND buyer_id IS NOT NULL
"""


@cache
def _between_sql(vendor: str) -> str:
    return f"""
WITH one AS ({_active("nodes")}), other AS ({_active("others")})
SELECT one.node_id, other.node_id, count(*) AS shared
FROM one JOIN other ON other.buyer_id = one.buyer_id
GROUP BY one.node_id, other.node_id
ORDER BY shared DESC, one.node_id, other.node_id
LIMIT %(limit)s
"""


@cache
def _sql(vendor: str) -> str:
    """No queryset joins a subquery with itself. The count of all edges comes as a window over the groups."""
    return f"""
WITH active AS ({_active("nodes")})
SELECT a.node_id, b.node_id, count(*) AS shared, count(*) OVER ()
FROM active AS a JOIN active AS b ON b.buyer_id = a.buyer_id AND b.node_id > a.node_id
GROUP BY a.node_id, b.node_id
ORDER BY shared DESC, a.node_id, b.node_id
LIMIT %(limit)s
"""
