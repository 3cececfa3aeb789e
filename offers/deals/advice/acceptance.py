"""How likely a seller accepts, by the share of the ARV that is offered: a logistic model with a prior. No database here.

log odds = level + slope * (share - CENTRE). The level and the logarithm of the slope have normal priors. So the slope is
above 0, and no seller prefers less. What the answers say of both is a normal distribution again (Laplace's method).
"""

from collections.abc import Sequence
from functools import cache
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

VERSION = 1  # of the prior and the method; stored with each advice
CENTRE = 0.6  # of the ARV: where the level is the log odds
# Assumptions; nothing better is known of wholesalers' offers. At 60% of the ARV a quarter of the sellers accept (95%: 4% to
# 70%), and each 10% of the ARV more multiply the odds by 4.5 (95%: 1.5 to 370).
LEVEL, LEVEL_SD = log(0.25 / 0.75), 1.0
LOG_SLOPE, LOG_SLOPE_SD = log(15.0), 0.7
BAND = 0.8  # the share of what is thought possible that lies between the low and the high figure
_ROUNDS, _HALVINGS, _CLOSE = 50, 30, 1e-10
_DRAWS = 500  # pairs


class SellerAnswer(NamedTuple):
    """A seller's final answer to an offer. `share` is the price as a fraction of the ARV."""

    share: float
    accepted: bool


class Chances(NamedTuple):
    """The probability that a seller accepts each of some prices, and its band. All three rise with the price."""

    mean: Numbers
    low: Numbers
    high: Numbers


class Acceptance(NamedTuple):
    """What is thought of the level and of the logarithm of the slope: a normal distribution."""

    mean: Numbers
    covariance: Numbers

    def chances(self, shares: Sequence[float]) -> Chances:
        """The chances at these shares of the ARV. Always the same for the same distribution: the draws are fixed."""
        drawn = self.mean + _draws() @ np.linalg.cholesky(self.covariance).T
        chances = _logistic(drawn[:, :1] + np.exp(drawn[:, 1:]) * (np.asarray(shares) - CENTRE))
        low, high = np.quantile(chances, [(1 - BAND) / 2, (1 + BAND) / 2], axis=0)
        return Chances(chances.mean(axis=0), low, high)

    @property
    def slope(self) -> float:
        """The median slope: how the log odds rise with a share of the ARV."""
        return exp(self.mean[1])


PRIOR = Acceptance(np.array([LEVEL, LOG_SLOPE]), np.diag([LEVEL_SD**2, LOG_SLOPE_SD**2]))
_PRECISION: Numbers = np.diag([1 / LEVEL_SD**2, 1 / LOG_SLOPE_SD**2])


def fitted(answers: Sequence[SellerAnswer]) -> Acceptance:
    """What the prior and these answers say. Their order does not matter; without answers it is the prior."""
    if not answers:
        return PRIOR
    away = np.array([answer.share for answer in answers]) - CENTRE
    accepted = np.array([answer.accepted for answer in answers], dtype=np.float64)

    def loss(at: Numbers) -> float:
        odds = at[0] + np.exp(at[1]) * away
        off = at - PRIOR.mean
        return float((np.logaddexp(0, odds) - accepted * odds).sum() + off @ _PRECISION @ off / 2)

    at = PRIOR.mean
    for _ in range(_ROUNDS):
        information, gradient = _derivatives(at, away, accepted)
        step = np.linalg.solve(information, gradient)
        size = next((half for half in 0.5 ** np.arange(_HALVINGS) if loss(at - half * step) < loss(at)), 0.0)
        at = at - size * step
        if not size or np.abs(step).max() < _CLOSE:
            break
    information, _ = _derivatives(at, away, accepted)
    return Acceptance(at, np.linalg.inv(information).astype(np.float64, copy=False))


def _derivatives(at: Numbers, away: Numbers, accepted: Numbers) -> tuple[Numbers, Numbers]:
    """The expected second derivatives of the loss, which are always positive definite, and the first."""
    by_slope = np.exp(at[1]) * away
    chance = _logistic(at[0] + by_slope)
    moved = np.column_stack([np.ones_like(away), by_slope])
    information: Numbers = (moved.T * (chance * (1 - chance))) @ moved + _PRECISION
    gradient: Numbers = moved.T @ (chance - accepted) + _PRECISION @ (at - PRIOR.mean)
    return information, gradient


def _logistic(odds: Numbers) -> Numbers:
    chance: Numbers = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return chance


@cache
def _draws() -> Numbers:
    """Standard normal numbers in pairs that are opposite, so that their mean is 0."""
    drawn = np.random.RandomState(1).standard_normal((_DRAWS, 2))
    return np.concatenate([drawn, -drawn])
