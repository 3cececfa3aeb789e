"""What the heat table may show of each node, and how strong a colour it has. No database here."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from buyers.liquidity.nodes import KnownNodes
from buyers.liquidity.odds import BuyersRate, Odds
from buyers.liquidity.rates import Priors
from wholesale.plumbing.texts import Words


class HeatMeasure(models.TextChoices):
    """What the table shows."""

    RESPONSE = "response", _("Responds")
    CLOSE = "close", _("Buys if decided")
    CHANCE = "chance", _("Responds and buys")
    SCORE = "score", _("Score")


class Meaning(NamedTuple):
    """What a measure says, and the lower bounds of its colours, from pale to full."""

    words: Words
    bounds: Sequence[float]


MEANINGS = {
    HeatMeasure.RESPONSE: Meaning(_("How probable it is that a buyer answers an offered deal."), (0, 0.2, 0.4, 0.6, 0.8)),
    HeatMeasure.CLOSE: Meaning(_("How probable it is that a buyer who decides buys."), (0, 0.1, 0.2, 0.3, 0.5)),
    HeatMeasure.CHANCE: Meaning(
        _("How probable it is that an offered deal is answered and bought."), (0, 0.05, 0.1, 0.2, 0.35)
    ),
    HeatMeasure.SCORE: Meaning(
        _("Active buyers * 0.5 + response rate * 50 + close rate * 50, by the customer's guide."), (0, 5, 15, 30, 60)
    ),
}


def values_of(measure: HeatMeasure, known: KnownNodes, at: NDArray[np.intp]) -> list[dict[str, Any]]:
    """The value of each of these nodes: its `mean`, the `low` and `high` end of its 90% interval, if it has one, and the
    number of `events` that it rests on; of a product that of the factor with fewer."""
    if measure is HeatMeasure.SCORE:
        scores = [float(known.figures[n].score) for n in at]
        return [{"mean": score, "events": float(known.odds.response.events[n])} for score, n in zip(scores, at, strict=True)]
    return _values_in(measure, known.odds, at)


def expected(measure: HeatMeasure, priors: Sequence[Priors]) -> list[dict[str, Any]]:
    """The value that is expected of a node of which nothing was heard, for each of these priors. A score is not."""
    if measure is HeatMeasure.SCORE or not priors:
        return []
    both = (BuyersRate(*_moments([prior[n] for prior in priors])) for n in range(2))
    return _values_in(measure, Odds(*both), np.arange(len(priors)))


def _values_in(measure: HeatMeasure, odds: Odds, at: NDArray[np.intp]) -> list[dict[str, Any]]:
    if measure is HeatMeasure.RESPONSE:
        return odds.response.shown(at)
    if measure is HeatMeasure.CLOSE:
        return odds.close.shown(at)
    fewer = np.minimum(odds.response.events, odds.close.events)[at]
    return [{**one, "events": float(events)} for one, events in zip(odds.shown(at), fewer, strict=True)]


def _moments(priors: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The means and the variances of the Betas of these priors. They rest on no events."""
    mean, strength = np.array(priors, dtype=np.float64).T
    return mean, mean * (1 - mean) / (strength + 1), np.zeros(len(priors))


def step_of(value: float, measure: HeatMeasure) -> int:
    """The colour of a value, 0 to 4."""
    return max(n for n, least in enumerate(MEANINGS[measure].bounds) if value >= least)
