"""The probability that a buyer responds and buys, and draws from what is known of it."""

import numpy as np
import pytest

from buyers.liquidity.odds import BuyersRate, Odds, odds, words_of
from buyers.liquidity.rates import NO_TRIALS, Prior, Priors, Tally
from buyers.liquidity.trials import Tallies
from tests.buyers.matching import book


@pytest.mark.parametrize(
    ("response", "close"), [((0.4, 0.02), (0.3, 0.01)), ((0.8, 0.005), (0.6, 0.02)), ((0.1, 0.004), (0.15, 0.006))]
)
def test_the_interval_is_nearly_that_of_the_product(response: tuple[float, float], close: tuple[float, float]) -> None:
    known = Odds(
        *(BuyersRate(np.array([mean]), np.array([variance]), np.array([1.0])) for mean, variance in (response, close))
    )
    (shown,) = known.shown(np.array([0]))
    low, high = book.by_chance(response, close, 20_000)
    assert shown["mean"] == pytest.approx(response[0] * close[0], abs=5e-7)
    assert (shown["low"], shown["high"]) == pytest.approx((low, high), abs=0.015)


def test_a_buyer_without_trials_has_the_prior() -> None:
    nothing = Tally(*(np.array([value]) for value in NO_TRIALS))
    known = odds(Tallies(nothing, nothing), Priors(Prior(0.4, 10), Prior(0.25, 6)), 100.0)
    assert known.probability.tolist() == pytest.approx([0.1])
    assert known.response.shown(np.array([0]))[0]["events"] == 0


def test_a_buyers_random_numbers_depend_on_the_seed_and_the_buyer_alone() -> None:
    both = words_of("a request", ["B1", "B2"])
    assert words_of("a request", ["B2"]).tolist() == both[1:].tolist()
    assert words_of("another", ["B1"]).tolist() != both[:1].tolist()


def test_the_random_numbers_are_even() -> None:
    words = words_of("a request", [f"B{n}" for n in range(20_000)])
    counts, _ = np.histogram(words, bins=10, range=(0, 1))
    assert counts.sum() == 40_000
    assert abs(counts - 4_000).max() < 250
