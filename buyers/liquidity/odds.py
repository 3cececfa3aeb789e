"""How probable it is that a buyer responds to a deal and buys it, for many buyers or nodes at once. Pure functions.

A buyer's two rates are Beta posteriors (`liquidity.rates`). Their prior's mean is what is known of the deal's node, its
strength what the periodic fit found for buyers. Given that the rates are independent, with means m and n and variances v
and w, the product has the mean m*n and the variance (v + m**2) * (w + n**2) - m**2 * n**2. Its 90% interval is that of the
Beta with this mean and variance.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from buyers.liquidity.rates import Priors, interval, moments, shape
from buyers.liquidity.trials import Tallies

Numbers = NDArray[np.float64]
_WORD_BYTES = 8
_PLACES = 6  # decimals of the numbers in an answer


class BuyersRate(NamedTuple):
    """What is known of a rate of each buyer: the mean, the variance of its error, and the effective number of events."""

    mean: Numbers
    variance: Numbers
    events: Numbers

    def shown(self, at: NDArray[np.intp]) -> list[dict[str, float]]:
        """The mean, the 90% interval and the events of these buyers."""
        found = interval_of(self.mean[at], self.variance[at])
        return [{**one, "events": round(float(events), _PLACES)} for one, events in zip(found, self.events[at], strict=True)]


class Odds(NamedTuple):
    """What is known of each buyer's rates."""

    response: BuyersRate
    close: BuyersRate

    @property
    def probability(self) -> Numbers:
        """The probability that the buyer responds and buys."""
        return self.response.mean * self.close.mean

    def shown(self, at: NDArray[np.intp]) -> list[dict[str, float]]:
        """The probability that each of these buyers responds and buys, with its 90% interval."""
        (m, v, _), (n, w, _) = ((values[at] for values in rate) for rate in self)
        mean = m * n
        return interval_of(mean, (v + m * m) * (w + n * n) - mean * mean)

    def drawn(self, at: NDArray[np.intp], words: Numbers) -> Numbers:
        """A draw of the probability from the posteriors of these buyers, at two quantiles each (`words_of`)."""
        draws = [betaincinv(*shape(rate.mean[at], rate.variance[at]), words[:, n]) for n, rate in enumerate(self)]
        product: Numbers = draws[0] * draws[1]
        return product


def odds(tallies: Tallies, priors: Priors, day: float) -> Odds:
    """What is known on a day of the rates of buyers with these trials. The fields of the tallies are arrays."""
    return Odds(*(BuyersRate(*moments(tally, prior, day)) for tally, prior in zip(tallies, priors, strict=True)))


def interval_of(mean: Numbers, variance: Numbers) -> list[dict[str, float]]:
    """The means, and the 90% intervals of the Betas with these means and variances, rounded as in an answer."""
    low, high = interval(mean, variance)
    return [
        {"mean": round(m, _PLACES), "low": round(below, _PLACES), "high": round(above, _PLACES)}
        for m, below, above in zip(mean.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def words_of(seed: str, buyer_ids: Sequence[str]) -> Numbers:
    """Two random numbers 0..1 of each buyer, always the same for the same seed and buyer.

    They are a hash of both, and not the next ones of a generator, so that a buyer's do not change when another buyer joins.
    """
    digests = b"".join(hashlib.blake2b(f"{seed}\n{one}".encode(), digest_size=2 * _WORD_BYTES).digest() for one in buyer_ids)
    words = np.frombuffer(digests, dtype=">u8").reshape(-1, 2)
    return (words + 0.5) / 2.0**64
