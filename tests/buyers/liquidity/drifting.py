"""Nodes whose true rates are known and drift, to see how honest the posteriors are. It takes no database."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buyers.liquidity.priors import Tree, fitted
from buyers.liquidity.rates import Posterior, Prior, Tally, posterior, weight_on

Numbers = NDArray[np.float64]
DRIFT = 0.05  # of the logit, a week
_STEP = 0.01  # of the customer's rule


class Drifted(NamedTuple):
    """What is known of each node at the end: its true rate, its posterior, the raw rate and that of the step rule."""

    truth: Numbers
    posterior: Posterior
    raw: Numbers
    stepped: Numbers

    @property
    def coverage(self) -> float:
        """The share of true rates within their 90% interval."""
        return float(((self.posterior.low <= self.truth) & (self.truth <= self.posterior.high)).mean())

    def error(self, estimate: Numbers) -> float:
        """The mean absolute error of an estimate."""
        return float(np.abs(estimate - self.truth).mean())


def drifted(seed: int, *, nodes: int, events: int, weeks: int, mean: float = 0.35, spread: float = 0.5) -> Drifted:
    """Let each node have so many events at random times of so many weeks, while its rate drifts; then fit and ask.

    The nodes are spread over markets and provinces, and their logits vary with a standard deviation of about `spread`.
    """
    dice = np.random.default_rng(seed)
    places = [(["ON", "QC", "BC", "AB", "NS"][n % 5], f"M{n // 5 % max(nodes // 20, 1)}") for n in range(nodes)]
    tree, markets, provinces = Tree.of(places)
    logit = np.log(mean / (1 - mean)) + dice.normal(0, spread * 0.75, nodes)
    logit += dice.normal(0, spread * 0.6, len(markets))[tree.market_of]
    logit += dice.normal(0, spread * 0.3, len(provinces))[tree.province_of[tree.market_of]]
    path = logit + np.cumsum(np.vstack([np.zeros(nodes), dice.normal(0, DRIFT, (weeks, nodes))]), axis=0)
    start = 300.0
    when = np.sort(dice.uniform(0, weeks, (events, nodes)), axis=0)
    rate = 1 / (1 + np.exp(-path[when.astype(int), np.arange(nodes)]))
    won = dice.random((events, nodes)) < rate
    day = start + when * 7
    weight = np.vectorize(weight_on)(day)
    tally = Tally(weight.sum(0), (weight * won).sum(0), (weight**2).sum(0), (weight * day).sum(0))
    now = start + weeks * 7.0
    priors = fitted(tally, tree, now).nodes
    prior = Prior(np.array([one.mean for one in priors]), np.array([one.strength for one in priors]))
    stepped = np.zeros(nodes)
    for one in won:
        stepped = np.clip(stepped + np.where(one, _STEP, -_STEP), 0, 1)
    return Drifted(1 / (1 + np.exp(-path[-1])), posterior(tally, prior, now), won.mean(0), stepped)
