"""Honest rates: a Beta posterior from trials that count less as they age, and how sure it is. Pure functions.

A trial's weight halves each half-life. It is stored as `2 ** (day / half-life)`, with days counted from `FIRST_DAY`, so the
sums of weights are decayed by one factor when they are read (forward decay), and their order does not matter.

The posterior is Beta about the mean `(k*m + S) / (k + N)`: N and S are the decayed trials and successes, m and k the mean
and the strength of the prior. Its width is that of the mean's expected error. A plain Beta misses that twice: old trials
know more than their sum of weights says, and the true rate drifts between the trials and now. With v = p(1-p), p the mean:

    variance = (k**2 * m(1-m)/(k+1) + v*Q) / (k+N)**2 + v**2 * DRIFT**2 * age * (Y + 2*(1-Y) * k/(k+N))

Q is the sum of the squared weights, `age` the weighted mean age of the trials in weeks, DRIFT the standard deviation of a
weekly step of the rate's logit. Y * age is the expected age of the younger of two trials: up to that age the drift is an
error of both. The last term is there because a rate that drifted away from the prior went on in that direction. For fresh
trials the variance is that of the plain Beta(k*m + S, k*(1-m) + N - S). Measured coverage: docs/decisions.md.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from scipy.special import betaincinv

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
DRIFT = 0.05  # of the logit, in a week
LOW, HIGH = 0.05, 0.95  # the quantiles of the 90% interval
_SECONDS_A_DAY = 86_400
_DAYS_A_WEEK = 7
_YOUNGER = 0.6  # Y: a half if ages are spread exponentially, two thirds if evenly
_NEVER = 1e-12  # events; keeps the age of no events from being 0/0


class Tally(NamedTuple):
    """Trials of one kind, each weighted by `2 ** (day / half-life)`. Its fields may be arrays, for many tallies at once."""

    trials: Any
    successes: Any
    squares: Any
    days: Any


class Prior(NamedTuple):
    """What is known before any trial: the mean of the rate (0..1), and how many trials this knowledge is worth."""

    mean: Any
    strength: Any


class Priors(NamedTuple):
    """The priors of the two rates: of responding, and of buying among those who decide."""

    response: Prior
    close: Prior

    @classmethod
    def of(cls, values: Sequence[Any] | NDArray[np.float64]) -> "Priors":
        """The priors in the values of PRIOR_FIELDS, or in their arrays."""
        return cls(Prior(*values[:2]), Prior(*values[2:]))


class Posterior(NamedTuple):
    """What is known of a rate: its mean, its 90% interval, and the effective number of events (the decayed trials)."""

    mean: Any
    low: Any
    high: Any
    events: Any


NO_TRIALS = Tally(0.0, 0.0, 0.0, 0.0)
UNKNOWN = Prior(0.5, 2.0)  # any rate is as likely as any other


def day_of(at: datetime) -> float:
    """The days from `FIRST_DAY` to an instant. Before it they are negative."""
    return (at - FIRST_DAY).total_seconds() / _SECONDS_A_DAY


def weight_on(day: float) -> float:
    """The weight with which a trial of this day is stored; its inverse decays stored weights to this day."""
    return float(2.0 ** (day / settings.BUYER_RATE_HALF_LIFE_DAYS))


def with_trial(tally: Tally, day: float, is_success: bool, *, sign: int = 1) -> Tally:
    """The tally with one more trial of this day; with the sign -1, without a trial that it holds."""
    weight = weight_on(day)
    return Tally(
        tally.trials + sign * weight,
        tally.successes + sign * weight * is_success,
        tally.squares + sign * weight * weight,
        tally.days + sign * weight * day,
    )


def posterior(tally: Tally, prior: Prior, day: float) -> Posterior:
    """What is known of a rate on a day. See the head of this module for the formula."""
    mean, variance, events = moments(tally, prior, day)
    return Posterior(mean, *interval(mean, variance), events)


def interval(mean: Any, variance: Any) -> tuple[Any, Any]:
    """The 90% interval of the Beta with this mean and variance."""
    hits, misses = shape(mean, variance)
    return betaincinv(hits, misses, LOW), betaincinv(hits, misses, HIGH)


def shape(mean: Any, variance: Any) -> tuple[Any, Any]:
    """The two parameters of the Beta with this mean and variance."""
    certainty = mean * (1 - mean) / variance - 1
    return mean * certainty, (1 - mean) * certainty


def moments(tally: Tally, prior: Prior, day: float) -> tuple[Any, Any, Any]:
    """The mean of a rate on a day, the variance of that mean's error, and the effective number of events."""
    decay = 1 / weight_on(day)
    events, successes = tally.trials * decay, tally.successes * decay
    strength = prior.strength
    mean = (strength * prior.mean + successes) / (strength + events)
    spread = mean * (1 - mean)
    before = strength * strength * prior.mean * (1 - prior.mean) / (strength + 1)
    noise = spread * tally.squares * decay * decay
    weeks = (day * tally.trials - tally.days) * decay / (events + _NEVER) / _DAYS_A_WEEK
    by_drift = _YOUNGER + 2 * (1 - _YOUNGER) * strength / (strength + events)
    lag = (spread * DRIFT) ** 2 * weeks * by_drift
    return mean, (before + noise) / (strength + events) ** 2 + lag, events
