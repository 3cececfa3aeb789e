"""The priors of rates: what nodes that were heard of say about another one. Empirical Bayes on a tree; pure functions.

The rates of the nodes of a market vary about the market's rate, those of the markets about the province's, and those of the
provinces about Canada's. How much they vary at each level is estimated from the siblings (Paule and Mandel 1982, the sum of
squares over all groups of the level). A node's prior comes from all other nodes and never from itself: it is what the rest
of the tree says about it (Gaussian belief propagation, exact on a tree), as the Beta with the same mean and variance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buyers.liquidity.rates import UNKNOWN, Prior, Tally, weight_on

Numbers = NDArray[np.float64]
Indexes = NDArray[np.intp]
_HEARD_OF = 0.05  # decayed trials that a node needs at least to say anything
_STRENGTH_SUPPOSED, _SUPPOSED_FOR = 10.0, 1.0  # of siblings, as DOMAIN 4.5 measured, and how many siblings this is worth
_MEANS, _STRENGTHS = (0.005, 0.995), (1.0, 500.0)  # the bounds of a prior
_MEANS_AT_LEAST = 0.02  # of all nodes, so that their errors are not taken for nothing
_HALVINGS = 60
_ROUNDS = 4  # of estimating the spread: how noisy a rate is depends on it


class Tree(NamedTuple):
    """Which market each node is in, and which province each market is in, as indexes."""

    market_of: Indexes
    province_of: Indexes
    provinces: int

    @classmethod
    def of(cls, places: Sequence[tuple[str, str]]) -> "tuple[Tree, list[tuple[str, str]], list[str]]":
        """The tree of the nodes with these provinces and markets. Also its markets and provinces, as they are indexed."""
        markets = sorted(set(places))
        provinces = sorted({province for province, _ in markets})
        number = {place: index for index, place in enumerate(markets)}
        return (
            cls(
                np.array([number[place] for place in places], dtype=np.intp),
                np.array([provinces.index(province) for province, _ in markets], dtype=np.intp),
                len(provinces),
            ),
            markets,
            provinces,
        )


class Fit(NamedTuple):
    """The priors of one rate: of each node, and of whatever is new in each market, in each province, and in Canada."""

    nodes: list[Prior]
    markets: list[Prior]
    provinces: list[Prior]
    canada: Prior


def fitted(tally: Tally, tree: Tree, day: float) -> Fit:
    """Fit the priors of one rate on a day. The tally's fields are arrays, one value a node."""
    rate, noise, mean = _observed(tally, day)
    spreads = (0.0, 0.0, 0.0)
    for _ in range(_ROUNDS):
        error = noise * _within_one(mean, sum(spreads))
        spreads, up = _upward(rate, error, tree, mean)
    return _downward(rate, up, spreads, tree)


class _Up(NamedTuple):
    """What children tell: of each node its precision, and of what lies above it the sums of precision, and of precision
    times rate."""

    node_says: Numbers
    market_has: Numbers
    market_sum: Numbers
    market_says: Numbers
    province_has: Numbers
    province_sum: Numbers
    province_says: Numbers


def _upward(rate: Numbers, error: Numbers, tree: Tree, mean: float) -> tuple[tuple[float, float, float], _Up]:
    """Estimate the variances within markets, within provinces and within Canada, and tell each parent what was heard."""
    precision = np.where(np.isfinite(error), 1 / error, 0.0)
    within_market = _variance(rate, error, tree.market_of, mean)
    node_says = _heard(precision, within_market)
    market_has, market_sum = _sums(tree.market_of, node_says, node_says * rate, len(tree.province_of))
    within_province = _variance(*_beliefs(market_has, market_sum), tree.province_of, mean)
    market_says = _heard(market_has, within_province)
    market_rate = _ratio(market_sum, market_has)
    province_has, province_sum = _sums(tree.province_of, market_says, market_says * market_rate, tree.provinces)
    within_canada = _variance(*_beliefs(province_has, province_sum), np.zeros(tree.provinces, dtype=np.intp), mean)
    if not within_market + within_province + within_canada:
        within_canada = _supposed(mean)  # nobody has a sibling
    up = _Up(
        *(node_says, market_has, market_sum, market_says, province_has, province_sum),
        province_says=_heard(province_has, within_canada),
    )
    return (within_market, within_province, within_canada), up


def _downward(rate: Numbers, up: _Up, spreads: tuple[float, float, float], tree: Tree) -> Fit:
    """Tell each province, market and node what all others say."""
    within_market, within_province, within_canada = spreads
    province_told = up.province_says * _ratio(up.province_sum, up.province_has)
    market_told = up.market_says * _ratio(up.market_sum, up.market_has)
    # Before anything was heard any rate is as likely as any other.
    root_has = (UNKNOWN.strength + 1) / (UNKNOWN.mean * (1 - UNKNOWN.mean))
    canada_has, canada_sum = up.province_says.sum() + root_has, province_told.sum() + root_has * UNKNOWN.mean
    to_province = _said(canada_has - up.province_says, canada_sum - province_told, within_canada)
    has, total = _joined(to_province, up.province_has, up.province_sum)
    to_market = _said(has[tree.province_of] - up.market_says, total[tree.province_of] - market_told, within_province)
    below = within_market + within_province
    in_provinces = _priors(_said(has, total, below))
    has, total = _joined(to_market, up.market_has, up.market_sum)
    in_markets = _priors(_said(has, total, within_market))
    to_node = _said(has[tree.market_of] - up.node_says, total[tree.market_of] - up.node_says * rate, within_market)
    in_canada = _priors(_said(np.array([canada_has]), np.array([canada_sum]), below + within_canada))
    return Fit(_priors(to_node), in_markets, in_provinces, in_canada[0])


def fitted_alike(tally: Tally, day: float) -> Prior:
    """Fit the prior of one rate of siblings that all have the same parent, such as buyers."""
    rate, noise, mean = _observed(tally, day)
    spread = 0.0
    for _ in range(_ROUNDS):
        error = noise * _within_one(mean, spread)
        spread = _variance(rate, error, np.zeros(len(rate), dtype=np.intp), mean)
    says = _heard(np.where(np.isfinite(error), 1 / error, 0.0), spread)
    if not spread or not says.sum():
        return UNKNOWN
    return _priors(_said(np.array([says.sum()]), np.array([(says * rate).sum()]), spread))[0]


def _observed(tally: Tally, day: float) -> tuple[Numbers, Numbers, float]:
    """Each node's raw rate, how its error's variance compares with that of one trial (infinite if nothing is known), and the
    mean rate of all."""
    decay = 1 / weight_on(day)
    events, successes = tally.trials * decay, tally.successes * decay
    is_known = events > _HEARD_OF
    mean = float(successes.sum() / events.sum()) if is_known.any() else UNKNOWN.mean
    safe = np.where(is_known, events, 1.0)
    noise = np.where(is_known, tally.squares * decay * decay / safe**2, np.inf)
    return np.where(is_known, successes / safe, mean), noise, min(max(mean, _MEANS_AT_LEAST), 1 - _MEANS_AT_LEAST)


def _within_one(mean: float, spread: float) -> float:
    """The variance of one trial, averaged over nodes whose rates vary about the mean with the variance `spread`."""
    return max(mean * (1 - mean) - spread, mean * (1 - mean) / 4)


def _supposed(mean: float) -> float:
    return mean * (1 - mean) / (_STRENGTH_SUPPOSED + 1)


def _variance(rate: Numbers, error: Numbers, group_of: Indexes, mean: float) -> float:
    """The variance of the true rates about the mean of their group, so that the sum of squares is what it should be. 0 if
    nobody has a sibling. With few siblings it stays near what is supposed of them."""
    known = np.isfinite(error)
    rate, error, group_of = rate[known], error[known], group_of[known]
    groups = int(group_of.max()) + 1 if len(group_of) else 0
    sizes = np.bincount(group_of, minlength=groups)
    freedom = int((sizes - 1)[sizes > 1].sum())
    if not freedom:
        return 0.0
    supposed = _supposed(mean) / 3

    def excess(variance: float) -> float:
        weight = 1 / (error + variance)
        centre = _ratio(*_sums(group_of, weight * rate, weight, groups))
        squares = float((weight * (rate - centre[group_of]) ** 2).sum())
        return squares - freedom + _SUPPOSED_FOR * (supposed / variance - 1)

    low, high = supposed * 1e-6, 0.25
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float(low)


def _heard(precision: Numbers, spread: float) -> Numbers:
    """The precision with which a child tells its parent's rate: its own, less sure by the spread of siblings."""
    return np.where(precision > 0, 1 / (1 / np.where(precision > 0, precision, 1.0) + spread), 0.0)


def _sums(group_of: Indexes, first: Numbers, second: Numbers, groups: int) -> tuple[Numbers, Numbers]:
    return np.bincount(group_of, first, groups).astype(np.float64), np.bincount(group_of, second, groups).astype(np.float64)


def _beliefs(precision: Numbers, weighted: Numbers) -> tuple[Numbers, Numbers]:
    """The rates that children tell of their parent, and the variances of their errors."""
    has = precision > 0
    return _ratio(weighted, precision), np.where(has, 1 / np.where(has, precision, 1.0), np.inf)


def _said(precision: Numbers, weighted: Numbers, spread: float) -> tuple[Numbers, Numbers]:
    """The mean and the variance that a parent's belief gives to a child."""
    return weighted / precision, 1 / precision + spread


def _joined(message: tuple[Numbers, Numbers], precision: Numbers, weighted: Numbers) -> tuple[Numbers, Numbers]:
    """A belief (precision, and precision times mean) from the message of the parent and what the children say."""
    mean, variance = message
    return precision + 1 / variance, weighted + mean / variance


def _ratio(over: Numbers, under: Numbers) -> Numbers:
    return over / np.where(under > 0, under, 1.0)


def _priors(messages: tuple[Numbers, Numbers]) -> list[Prior]:
    mean = np.clip(messages[0], *_MEANS)
    strength = np.clip(mean * (1 - mean) / messages[1] - 1, *_STRENGTHS)
    return [Prior(*values) for values in zip(mean.tolist(), strength.tolist(), strict=True)]
