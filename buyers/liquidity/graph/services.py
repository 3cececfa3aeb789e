"""The graph of liquidity nodes: nodes that share active buyers are joined, and buy alike."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from buyers.liquidity.figures import Liquidity
from buyers.liquidity.graph.reading import shared_buyers
from buyers.liquidity.models import INVENTED, LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerLiquidityNode
from buyers.liquidity.rates import Priors, day_of
from buyers.liquidity.scores import rates_of
from buyers.liquidity.tallies import TALLY_FIELDS, tallies_in
from governance.decisions import ExecutionClass, verb

EDGES_MAX = 500
_PLACE = ("id", "province", "market", "property_type")
_FIGURES_FROM = len(_PLACE)
_PRIORS_FROM = _FIGURES_FROM + len(LIQUIDITY_FIELDS)
_TALLIES_FROM = _PRIORS_FROM + len(PRIOR_FIELDS)


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
    nodes = liquidity_nodes(given, now or timezone.now())
    edges, count = shared_buyers([node["id"] for node in nodes], EDGES_MAX)
    return {"nodes": nodes, "edges": [edge._asdict() for edge in edges], "edges_left_off": count - len(edges)}


def liquidity_nodes(wanted: Q, now: datetime) -> list[dict[str, Any]]:
    """The nodes that meet the condition, those of walkthroughs left out, with their figures as in the graph."""
    rows = BuyerLiquidityNode.objects.exclude(INVENTED).filter(wanted)
    day = day_of(now)
    return [_node(row, day) for row in rows.values_list(*_PLACE, *LIQUIDITY_FIELDS, *PRIOR_FIELDS, *TALLY_FIELDS)]


def _node(row: tuple[Any, ...], day: float) -> dict[str, Any]:
    liquidity = Liquidity(*row[_FIGURES_FROM:_PRIORS_FROM])
    rates = rates_of(tallies_in(row[_TALLIES_FROM:]), Priors.of(row[_PRIORS_FROM:_TALLIES_FROM]), day)
    return {
        **dict(zip(_PLACE, row[:_FIGURES_FROM], strict=True)),
        "size": liquidity.active_buyer_count,
        "score": liquidity.score,
        "posterior": rates.shown,
    }
