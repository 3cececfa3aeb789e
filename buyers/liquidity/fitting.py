"""The verb that fits the priors to what was heard of all nodes."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from buyers.liquidity.models import INVENTED, PRIOR_FIELDS, BuyerLiquidityNode, BuyerRecord, LiquidityPrior
from buyers.liquidity.priors import Fit, Tree, fitted, fitted_alike
from buyers.liquidity.rates import Prior, day_of
from buyers.liquidity.reading import PRIOR_COLUMNS
from buyers.liquidity.tallies import TALLY_FIELDS, tallies_of_many
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act

Level = LiquidityPrior.Level


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
        fits = [fitted(tally, tree, day) for tally in tallies_of_many([sums for _, _, _, *sums in rows])]
        priors = zip(*(fit.nodes for fit in fits), strict=True)
        writes.update(
            BuyerLiquidityNode, PRIOR_FIELDS, [(pk, *_flat(both)) for (pk, *_), both in zip(rows, priors, strict=True)]
        )
        made = _made(fits, markets, provinces)
    if buyers:
        made.append(_prior(Level.BUYER, [fitted_alike(tally, day) for tally in tallies_of_many(buyers)]))
    for prior in made:
        prior.fitted_at = act.now
    LiquidityPrior.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["level", "province", "market"],
        update_fields=[*PRIOR_COLUMNS, "fitted_at"],
    )
    return Fitted(len(rows), len(buyers))


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
    columns = dict(zip(PRIOR_COLUMNS, _flat(both), strict=True))
    return LiquidityPrior(level=level, province=province, market=market, **columns)


def _flat(both: Any) -> tuple[float, ...]:
    response, close = both
    return (*response, *close)
