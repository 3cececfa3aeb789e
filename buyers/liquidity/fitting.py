"""Verbs of the priors: fitting them to what was heard of all nodes, and looking one up for a new node."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from buyers.liquidity.models import INVENTED, PRIOR_FIELDS, BuyerLiquidityNode, BuyerRecord, LiquidityPrior
from buyers.liquidity.priors import Fit, Tree, fitted, fitted_alike
from buyers.liquidity.rates import UNKNOWN, Prior, Tally, day_of
from buyers.liquidity.tallies import CLOSE_FIELDS, RESPONSE_FIELDS, TALLY_FIELDS
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act

Level = LiquidityPrior.Level
_COLUMNS = ("response_mean", "response_strength", "close_mean", "close_strength")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit took in: the numbers of nodes and of buyers."""

    nodes: int
    buyers: int


@verb(ExecutionClass.RECORD)
@transaction.atomic
def fit_priors(*, act: Act) -> Fitted:
    """Fit the priors of all nodes and of whatever is new to what was heard until now, and store them. Nothing else writes
    these columns of stored nodes, so feedback goes on meanwhile."""
    nodes = BuyerLiquidityNode.objects.exclude(INVENTED).order_by("pk")
    rows = list(nodes.values_list("pk", "province", "market", *TALLY_FIELDS))
    buyers = list(BuyerRecord.objects.order_by("pk").values_list(*TALLY_FIELDS))
    day = day_of(act.now)
    made: list[LiquidityPrior] = []
    if rows:
        tree, markets, provinces = Tree.of([(province, market) for _, province, market, *_ in rows])
        fits = [fitted(tally, tree, day) for tally in _tallies([sums for _, _, _, *sums in rows])]
        priors = zip(*(fit.nodes for fit in fits), strict=True)
        writes.update(
            BuyerLiquidityNode, PRIOR_FIELDS, [(pk, *_flat(both)) for (pk, *_), both in zip(rows, priors, strict=True)]
        )
        made = _made(fits, markets, provinces)
    if buyers:
        made.append(_prior(Level.BUYER, [fitted_alike(tally, day) for tally in _tallies(buyers)]))
    for prior in made:
        prior.fitted_at = act.now
    LiquidityPrior.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["level", "province", "market"],
        update_fields=[*_COLUMNS, "fitted_at"],
    )
    return Fitted(len(rows), len(buyers))


def _tallies(rows: list[Any]) -> list[Tally]:
    """The tallies of responding and of buying, their fields as arrays, from the values of TALLY_FIELDS."""
    columns = np.array(rows, dtype=np.float64).T
    return [Tally(*columns[: len(RESPONSE_FIELDS)]), Tally(*columns[-len(CLOSE_FIELDS) :])]


def _made(fits: list[Fit], markets: list[tuple[str, str]], provinces: list[str]) -> list[LiquidityPrior]:
    response, close = fits
    return [
        _prior(Level.CANADA, [response.canada, close.canada]),
        *(
            _prior(Level.PROVINCE, both, province)
            for province, *both in zip(provinces, response.provinces, close.provinces, strict=True)
        ),
        *(_prior(Level.MARKET, both, *place) for place, *both in zip(markets, response.markets, close.markets, strict=True)),
    ]


def _prior(level: str, both: list[Prior], province: str = "", market: str = "") -> LiquidityPrior:
    columns = dict(zip(_COLUMNS, _flat(both), strict=True))
    return LiquidityPrior(level=level, province=province, market=market, **columns)


def _flat(both: Any) -> tuple[float, ...]:
    response, close = both
    return (*response, *close)


def prior_of_new_node(province: str, market: str) -> tuple[float, ...]:
    """The prior of a node of which nothing was heard, as the values of PRIOR_FIELDS.

    It is that of the market, else of the province, else of Canada; else any rate is as likely as any other.
    """
    above = {(Level.MARKET, province, market): 0, (Level.PROVINCE, province, ""): 1, (Level.CANADA, "", ""): 2}
    stored = LiquidityPrior.objects.filter(level__in=(Level.MARKET, Level.PROVINCE, Level.CANADA))
    rows = stored.filter(province__in=("", province), market__in=("", market)).values_list(
        "level", "province", "market", *_COLUMNS
    )
    nearest = min((row for row in rows if row[:3] in above), key=lambda row: above[row[:3]], default=None)
    return tuple(nearest[3:]) if nearest else (*UNKNOWN, *UNKNOWN)
