"""The fit: what the sales say of the market and of each place, by Bayesian linear algebra.

A price has noise with heavy tails (Student's t), so one wrong price does no harm: a sale that the others contradict gets
more noise in each of two rounds.
"""

from dataclasses import dataclass

import numpy as np

from offers.comps.arv.homes import Homes, Numbers
from offers.comps.arv.kernels import Likeness, likeness
from offers.comps.arv.market import Centre, TermsPrior

CURVED_SD = 0.14  # of what features do beyond the linear terms
LEVEL_SD = 1.0
NOISE_SD = 0.11  # of the logarithm of a price: what no feature explains
TAILS = 4.0  # degrees of freedom
ROUNDS = 2
LEAST_WEIGHT, MOST_WEIGHT = 0.02, 1.25  # of a sale's noise, as a share of its usual precision


@dataclass(frozen=True, slots=True)
class MarketFit:
    """The fitted model of some sales."""

    sales: Homes
    centre: Centre
    prior: TermsPrior
    terms: Numbers
    level: float
    likeness: Likeness
    noise: Numbers  # variance of each sale, after the rounds
    usual: Numbers  # variance of each sale before them
    inverse: Numbers  # of the covariance of all prices
    pull: Numbers  # inverse times residuals

    @property
    def coefficients(self) -> Numbers:
        """What the market pays for each term, by the prior and these sales."""
        moved: Numbers = self.prior.covariance @ (self.terms.T @ self.pull)
        return self.prior.mean + moved

    @property
    def coefficients_covariance(self) -> Numbers:
        """How uncertain the coefficients still are."""
        shared = self.terms @ self.prior.covariance
        return self.prior.covariance - shared.T @ self.inverse @ shared

    def market(self, homes: Homes, alike: Numbers) -> Numbers:
        """The market model's logarithm of the price of each home, which is `alike` to each sale."""
        linear = self.centre.terms(homes) @ self.coefficients
        return self.level + LEVEL_SD**2 * self.pull.sum() + linear + CURVED_SD**2 * alike @ self.pull


def shared_by_market(terms: Numbers, others: Numbers, alike: Numbers, prior: TermsPrior) -> Numbers:
    """The covariance of log prices that the market model gives."""
    return CURVED_SD**2 * alike + LEVEL_SD**2 + terms @ prior.covariance @ others.T


def fitted(sales: Homes, added_noise: Numbers, time: float, prior: TermsPrior) -> MarketFit:
    """Fit the model to complete sales (`missing.completed`), for an estimate at `time`."""
    centre = Centre.of(sales, time)
    terms = centre.terms(sales)
    linear = terms @ prior.mean
    level = float(np.median(sales.log_price - linear))
    residuals = sales.log_price - level - linear
    among = likeness(sales, sales)
    covariance = among.local + shared_by_market(terms, terms, among.alike, prior)
    usual = NOISE_SD**2 + added_noise
    noise: Numbers = usual
    for left in range(ROUNDS, -1, -1):
        inverse: Numbers = np.linalg.inv(covariance + np.diag(noise)).astype(np.float64, copy=False)
        pull = inverse @ residuals
        if left:
            unexplained = (noise * pull) ** 2 + np.maximum(noise - noise**2 * np.diag(inverse), 0)
            noise = usual / np.clip((TAILS + 1) / (TAILS + unexplained / usual), LEAST_WEIGHT, MOST_WEIGHT)
    return MarketFit(sales, centre, prior, terms, level, among, noise, usual, inverse, pull)
