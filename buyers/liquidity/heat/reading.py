"""What the heat table shows: which nodes, in which rows and columns; what is expected elsewhere; and where to offer next."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from buyers.liquidity.graph.layout import WEST_TO_EAST
from buyers.liquidity.graph.reading import shared_between
from buyers.liquidity.graph.services import EDGES_MAX
from buyers.liquidity.heat.measures import HeatMeasure, expected, values_of
from buyers.liquidity.models import LiquidityPrior
from buyers.liquidity.nodes import KnownNodes, known_nodes
from buyers.liquidity.rates import Priors
from buyers.liquidity.reading import PRIOR_COLUMNS

ROWS_MAX = 60  # markets in the table
TYPES_MAX = 8  # property types in the table
NEXT_MAX = 5
COMPARED_MAX = 150  # nodes of which little is known, and nodes that do better, which are compared
LITTLE_KNOWN = 3.0  # below so many events a cell is drawn fainter
Place = tuple[str, str]  # a province and a market; of the whole province the market is ""


class NextMarket(NamedTuple):
    """A node of which little is known, some of whose active buyers are active where deals sell better than usual."""

    node: dict[str, Any]
    events: float  # of responding
    like: dict[str, Any]  # the node where they are
    shared: int
    chance: dict[str, float]  # that a deal is answered and bought there: mean, low, high


class Heat(NamedTuple):
    """The heat table. Rows and columns with more active buyers come first, the provinces from west to east."""

    types: list[str]
    provinces: dict[str, list[str]]  # the markets of each
    cells: dict[tuple[str, str, str], dict[str, Any]]  # `values_of`, with the node's id and its active buyers
    expected: dict[Place, dict[str, Any]]  # `expected` of a type not heard of in a market, or of a market in a province
    markets_left_off: int
    types_left_off: int
    prospects: list[NextMarket]


def heat(measure: HeatMeasure, province: str | None, now: datetime) -> Heat:
    """The table of a province, or of Canada. Takes three queries."""
    known = known_nodes(Q(province=province) if province else Q(), now)
    of_markets, of_types = Counter[Place](), Counter[str]()
    for place, figures in zip(known.places, known.figures, strict=True):
        of_markets[place["province"], place["market"]] += figures.active_buyer_count
        of_types[place["property_type"]] += figures.active_buyer_count
    markets = sorted(of_markets, key=lambda one: (-of_markets[one], one))
    types = sorted(of_types, key=lambda one: (-of_types[one], one))
    shown = {*markets[:ROWS_MAX], *types[:TYPES_MAX]}
    at = [
        n
        for n, place in enumerate(known.places)
        if (place["province"], place["market"]) in shown and place["property_type"] in shown
    ]
    values = values_of(measure, known, np.array(at, dtype=np.intp))
    return Heat(
        types[:TYPES_MAX],
        {code: found for code in WEST_TO_EAST if (found := [town for own, town in markets[:ROWS_MAX] if own == code])},
        {
            (place["province"], place["market"], place["property_type"]): {
                **value,
                "id": place["id"],
                "buyers": known.figures[n].active_buyer_count,
            }
            for n, value in zip(at, values, strict=True)
            for place in (known.places[n],)
        },
        _expected(measure, province),
        max(0, len(markets) - ROWS_MAX),
        max(0, len(types) - TYPES_MAX),
        _prospects(known),
    )


def _expected(measure: HeatMeasure, province: str | None) -> dict[Place, dict[str, Any]]:
    if measure is HeatMeasure.SCORE:
        return {}
    stored = LiquidityPrior.objects.filter(level__in=(LiquidityPrior.Level.MARKET, LiquidityPrior.Level.PROVINCE))
    rows: Any = stored.filter(**({"province": province} if province else {})).order_by()
    rows = rows.values_list("province", "market", *PRIOR_COLUMNS)
    found = {(code, market): Priors.of(values) for code, market, *values in rows}
    return dict(zip(found, expected(measure, list(found.values())), strict=True))


# Where to offer next ----------------------------------------------------------------------------------------------------


def _prospects(known: KnownNodes) -> list[NextMarket]:
    """The nodes with few events that share active buyers with one that surely does better than the mean of all: the low end
    of its interval lies above it. Those with the most, and the best, shared buyers come first; each node once."""
    chance, events = known.odds.shown(np.arange(len(known.places))), known.odds.response.events
    usual = float(np.average(known.odds.probability, weights=events)) if events.sum() else 1.0
    active = [n for n, figures in enumerate(known.figures) if figures.active_buyer_count]
    thin = [n for n in active if events[n] < LITTLE_KNOWN]
    strong = [n for n in active if events[n] >= LITTLE_KNOWN and chance[n]["low"] > usual]
    thin.sort(key=lambda n: -known.figures[n].active_buyer_count)
    strong.sort(key=lambda n: -chance[n]["mean"])
    if not thin or not strong:
        return []
    thin, strong = thin[:COMPARED_MAX], strong[:COMPARED_MAX]
    at = {known.places[n]["id"]: n for n in (*thin, *strong)}
    ids, others = ([known.places[n]["id"] for n in some] for some in (thin, strong))
    edges = shared_between(ids, others, EDGES_MAX)
    edges.sort(key=lambda edge: -edge.shared * chance[at[edge.other]]["mean"])
    best = {edge.node: edge for edge in reversed(edges)}  # of each node the best
    return [
        NextMarket(known.places[n], float(events[n]), known.places[like], edge.shared, chance[like])
        for edge in edges
        if best[edge.node] is edge
        for n, like in ((at[edge.node], at[edge.other]),)
    ][:NEXT_MAX]
