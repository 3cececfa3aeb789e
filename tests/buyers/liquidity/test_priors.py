"""Priors that are fitted to siblings: nothing is heard, one is heard, all are alike, all differ."""

import numpy as np
import pytest
from numpy.random import default_rng

from buyers.liquidity.priors import Tree, fitted, fitted_alike
from buyers.liquidity.rates import UNKNOWN, Tally, weight_on

TODAY = 300.0


def tally(trials: list[int], successes: list[float]) -> Tally:
    """Trials of today."""
    weight, of, won = weight_on(TODAY), np.array(trials, dtype=float), np.array(successes, dtype=float)
    return Tally(of * weight, won * weight, of * weight**2, of * weight * TODAY)


def test_before_anything_is_heard_any_rate_is_as_likely_as_any_other() -> None:
    tree, _, _ = Tree.of([("ON", "TORONTO"), ("QC", "MONTREAL")])
    fit = fitted(tally([0, 0], [0, 0]), tree, TODAY)
    for prior in (*fit.nodes, *fit.markets, *fit.provinces, fit.canada):
        assert prior.mean == pytest.approx(0.5)
        assert 1 <= prior.strength <= UNKNOWN.strength


def test_a_node_learns_nothing_from_itself() -> None:
    tree, _, _ = Tree.of([("ON", "TORONTO"), ("QC", "MONTREAL")])
    fit = fitted(tally([500, 0], [450, 0]), tree, TODAY)
    alone, other = fit.nodes
    assert alone.mean == pytest.approx(0.5)
    assert other.mean > 0.6


def test_the_prior_comes_from_the_nearest_siblings() -> None:
    places = [("ON", "TORONTO"), ("ON", "TORONTO"), ("ON", "TORONTO"), ("QC", "MONTREAL"), ("QC", "MONTREAL"), ("BC", "X")]
    tree, markets, provinces = Tree.of(places)
    fit = fitted(tally([300, 300, 0, 300, 300, 0], [240, 246, 0, 60, 54, 0]), tree, TODAY)
    assert fit.nodes[2].mean > 0.7
    assert 0.3 < fit.nodes[5].mean < 0.7
    assert fit.markets[markets.index(("QC", "MONTREAL"))].mean < 0.3
    assert fit.provinces[provinces.index("ON")].mean > fit.canada.mean > fit.provinces[provinces.index("QC")].mean


def test_nodes_that_are_alike_make_a_strong_prior_and_others_a_weak_one() -> None:
    dice, places = default_rng(5), [("ON", f"M{n}") for n in range(200)]
    tree, _, _ = Tree.of(places)
    strengths = []
    for own in (400.0, 5.0):
        rates = dice.beta(0.4 * own, 0.6 * own, 200)
        fit = fitted(tally([50] * 200, list(dice.binomial(50, rates))), tree, TODAY)
        strengths.append(np.median([prior.strength for prior in fit.nodes]))
        assert np.mean([prior.mean for prior in fit.nodes]) == pytest.approx(0.4, abs=0.04)
    assert strengths[0] > 100
    assert 3 < strengths[1] < 8


def test_the_strength_of_buyers_is_found_again() -> None:
    dice = default_rng(7)
    rates = dice.beta(3, 9, 2_000)
    prior = fitted_alike(tally([6] * 2_000, list(dice.binomial(6, rates))), TODAY)
    assert prior.mean == pytest.approx(0.25, abs=0.02)
    assert prior.strength == pytest.approx(12, rel=0.2)


def test_one_buyer_says_nothing_of_others() -> None:
    assert fitted_alike(tally([5], [5]), TODAY) == UNKNOWN
