"""How liquid a property type is in a market: the guide's score, and what is known of the true rates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone

from buyers.liquidity import reading
from buyers.liquidity.figures import SFR, Liquidity
from buyers.liquidity.models import LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerLiquidityNode
from buyers.liquidity.odds import odds
from buyers.liquidity.rates import Posterior, Prior, Priors, day_of, posterior
from buyers.liquidity.tallies import tallies_in, tallies_of_many
from buyers.liquidity.trials import Tallies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.vocabulary import ALL

PERCENT = 100
_PLACES = 6  # decimals of the numbers in an answer


class Rates(NamedTuple):
    """What is known of the two rates. `close` is the rate among the buyers who decided."""

    response: Posterior
    close: Posterior

    @property
    def shown(self) -> dict[str, dict[str, float]]:
        """Both rates as an answer of the API."""
        return {
            kind: {name: round(float(value), _PLACES) for name, value in rate._asdict().items()}
            for kind, rate in self._asdict().items()
        }


def rates_of(tallies: Tallies, priors: Priors, day: float) -> Rates:
    """What is known of both rates on a day."""
    return Rates(posterior(tallies.response, priors.response, day), posterior(tallies.close, priors.close, day))


def known_of(node: BuyerLiquidityNode, now: datetime | None = None) -> Rates:
    """What is known of a stored node's rates at an instant (default: now)."""
    priors = Priors.of([getattr(node, name) for name in PRIOR_FIELDS])
    return rates_of(node.tallies, priors, day_of(now or timezone.now()))


def closing(tallies: Sequence[Sequence[float | None]], node: Rates, strengths: tuple[float, float], day: float) -> float:
    """The probability, 0..1, that at least one of these buyers responds and buys: `1 - product(1 - response * close)`.

    Each buyer is given by the values of TALLY_FIELDS of the buyer's record, or by Nones where there is none. A buyer's prior
    is the rate of the node, as sure as buyers are alike (`strengths`, in events).
    """
    if not tallies:
        return 0.0
    priors = Priors(*(Prior(rate.mean, strength) for rate, strength in zip(node, strengths, strict=True)))
    return float(1 - np.prod(1 - odds(tallies_of_many(tallies), priors, day).probability))


@verb(ExecutionClass.READ)
def liquidity_score(
    province: str, market: str = ALL, property_type: str = SFR, *, now: datetime | None = None
) -> dict[str, Any]:
    """The figures of a node and its `score` by the customer's guide, and beside them what is known of the true rates:
    `posterior` and `posterior_score`.

    If there is no such node, the score is 0 and `known` is false; the posterior is then what is known of the places around.
    """
    place = {"province": province, "market": market, "property_type": property_type}
    node = reading.node(**place)
    figures = node.figures if node else ()
    liquidity, updated_at = Liquidity(*figures), node.updated_at if node else None
    day = day_of(now or timezone.now())
    if node:
        priors, tallies, strengths, boxes = Priors.of(node.priors), tallies_in(node.tallies), node.strengths, node.boxes
    else:
        (priors, buyer), tallies = reading.priors_at(province, market), Tallies()
        strengths = buyer.response.strength, buyer.close.strength
        boxes = reading.boxes(province, market)
    rates = rates_of(tallies, priors, day)
    buyers = {buyer_id: sums for types, buyer_id, *sums in boxes if not types or property_type in types}
    return {
        **place,
        **{name: getattr(liquidity, name) for name in LIQUIDITY_FIELDS},
        "updated_at": updated_at,
        "score": liquidity.score,
        "known": node is not None,
        "posterior": rates.shown,
        "posterior_score": round(PERCENT * closing(list(buyers.values()), rates, strengths, day), _PLACES),
    }
