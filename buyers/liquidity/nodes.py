"""What is known of many nodes at once."""

from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from buyers.liquidity.figures import Liquidity
from buyers.liquidity.models import INVENTED, LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerLiquidityNode
from buyers.liquidity.odds import Odds, odds
from buyers.liquidity.rates import Priors, day_of
from buyers.liquidity.tallies import TALLY_FIELDS, tallies_of_many

PLACE = ("id", "province", "market", "property_type")
_PRIORS_FROM = len(PLACE) + len(LIQUIDITY_FIELDS)
_TALLIES_FROM = _PRIORS_FROM + len(PRIOR_FIELDS)


class KnownNodes(NamedTuple):
    """Nodes, and what is known of their rates: the arrays of `odds` are in their order."""

    places: list[dict[str, Any]]  # the values of PLACE
    figures: list[Liquidity]
    odds: Odds


def known_nodes(wanted: Q, now: datetime) -> KnownNodes:
    """The nodes that meet the condition, those of walkthroughs left out, in their usual order. Takes one query."""
    rows = list(
        BuyerLiquidityNode.objects.exclude(INVENTED)
        .filter(wanted)
        .values_list(*PLACE, *LIQUIDITY_FIELDS, *PRIOR_FIELDS, *TALLY_FIELDS)
    )
    priors = np.array([row[_PRIORS_FROM:_TALLIES_FROM] for row in rows], dtype=np.float64).reshape(-1, len(PRIOR_FIELDS)).T
    return KnownNodes(
        [dict(zip(PLACE, row, strict=False)) for row in rows],
        [Liquidity(*row[len(PLACE) : _PRIORS_FROM]) for row in rows],
        odds(tallies_of_many([row[_TALLIES_FROM:] for row in rows]), Priors.of(priors), day_of(now)),
    )
