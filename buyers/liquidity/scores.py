"""How liquid a property type is in a market: the guide's score, and what is known of the true rates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Subquery
from django.utils import timezone

from buyers.book.models import BuyBoxPlace, Buyer
from buyers.liquidity.figures import SFR, Liquidity
from buyers.liquidity.fitting import prior_of_new_node
from buyers.liquidity.models import LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerLiquidityNode, LiquidityPrior
from buyers.liquidity.rates import NO_TRIALS, UNKNOWN, Posterior, Prior, Tally, day_of, moments, posterior
from buyers.liquidity.tallies import TALLY_FIELDS, tallies_in
from buyers.liquidity.trials import Tallies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.compiled import Select, together
from wholesale.plumbing.vocabulary import ALL

PERCENT = 100
_PLACES = 6  # decimals of the numbers in an answer


class Priors(NamedTuple):
    """The priors of the two rates."""

    response: Prior
    close: Prior


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


def closing(tallies: Sequence[Sequence[float | None]], node: Rates, strengths: tuple[float, float], day: float) -> float:
    """The probability, 0..1, that at least one of these buyers responds and buys: `1 - product(1 - response * close)`.

    Each buyer is given by the values of TALLY_FIELDS of the buyer's record, or by Nones where there is none. A buyer's prior
    is the rate of the node, as sure as buyers are alike (`strengths`, in events).
    """
    if not tallies:
        return 0.0
    columns = np.array([[value or 0.0 for value in row] for row in tallies]).T
    chance = np.ones(len(tallies))
    for first, rate, strength in ((0, node.response, strengths[0]), (4, node.close, strengths[1])):
        mean, _, _ = moments(Tally(*columns[first : first + 4]), Prior(rate.mean, strength), day)
        chance = chance * mean
    return float(1 - np.prod(1 - chance))


def _strength(column: str) -> Subquery:
    """How many events the prior of a buyer is worth. Null before the first fit."""
    return Subquery(LiquidityPrior.objects.filter(level=LiquidityPrior.Level.BUYER).values(column)[:1])


_SHOWN = (*LIQUIDITY_FIELDS, "updated_at")
_NODE = Select(
    lambda province, market, property_type: (
        BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type)
        .order_by()
        .values_list(*_SHOWN, *PRIOR_FIELDS, *TALLY_FIELDS, _strength("response_strength"), _strength("close_strength"))
    )
)
# Of each box of an active buyer that covers the place, its property types, its buyer, and the buyer's record.
_BOXES = Select(
    lambda province, market: (
        BuyBoxPlace.objects.filter(province=province, market__among=market, box__buyer__status=Buyer.Status.ACTIVE)
        .order_by()
        .values_list(
            "box__property_types",
            "box__buyer__buyer_id",
            *(f"box__buyer__records__{name}" for name in TALLY_FIELDS),
        )
    )
)


@verb(ExecutionClass.READ)
def liquidity_score(
    province: str, market: str = ALL, property_type: str = SFR, *, now: datetime | None = None
) -> dict[str, Any]:
    """The figures of a node and its `score` by the customer's guide, and beside them what is known of the true rates:
    `posterior` and `posterior_score`.

    If there is no such node, the score is 0 and `known` is false; the posterior is then what is known of the places around.
    """
    place = {"province": province, "market": market, "property_type": property_type}
    found, boxes = together(_NODE.of(**place), _BOXES.of(province=province, market=sorted({market, ALL})))
    count = len(_SHOWN)
    figures = found[0][: count - 1] if found else ()
    liquidity, updated_at = Liquidity(*figures), found[0][count - 1] if found else None
    shown = {name: getattr(liquidity, name) for name in LIQUIDITY_FIELDS}
    day = day_of(now or timezone.now())
    if found:
        means, sums = found[0][count : count + 4], found[0][count + 4 : count + 12]
        priors, tallies = Priors(Prior(*means[:2]), Prior(*means[2:])), tallies_in(sums)
        strengths = tuple(value or UNKNOWN.strength for value in found[0][-2:])
    else:
        prior = prior_of_new_node(province, market)
        priors, tallies = Priors(Prior(*prior[:2]), Prior(*prior[2:])), Tallies(NO_TRIALS, NO_TRIALS)
        strengths = (UNKNOWN.strength, UNKNOWN.strength)
    rates = rates_of(tallies, priors, day)
    buyers = {buyer_id: sums for types, buyer_id, *sums in boxes if not types or property_type in types}
    return {
        **place,
        **shown,
        "updated_at": updated_at,
        "score": liquidity.score,
        "known": updated_at is not None,
        "posterior": rates.shown,
        "posterior_score": round(PERCENT * closing(list(buyers.values()), rates, strengths, day), _PLACES),
    }
