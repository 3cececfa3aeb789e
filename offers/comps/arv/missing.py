"""What a sale does not say of its home is taken from sales like it, and makes its price less certain."""

from dataclasses import replace

import numpy as np

from offers.comps.arv.homes import Homes, Indexes, Numbers, distances

NEIGHBOURS = 15
OTHER_TYPE_KM = 3.0  # a home of another type counts as this much further away
# What one unit of each feature moves the logarithm of a price, and the spread of each feature: both rough.
EFFECTS = np.array([0.6, 0.1, 0.0, 0.05, 0.003])
SPREADS = np.array([0.35, 0.5, 0.8, 0.6, 20.0])


def completed(sales: Homes) -> tuple[Homes, Numbers]:
    """Fill each unknown feature with the median of the nearest sales that have it.

    Returns also the variance that this adds to the logarithm of each price. A feature that no sale has becomes 0.
    """
    features, added = sales.features.copy(), np.zeros(len(sales))
    for column in range(features.shape[1]):
        lacking = np.isnan(features[:, column])
        if not lacking.any():
            continue
        known = np.flatnonzero(~lacking)
        if not len(known):
            features[:, column] = 0.0
            continue
        without, donors = sales.take(lacking), sales.take(known)
        km = distances(without, donors) + OTHER_TYPE_KM * (without.kind[:, None] != donors.kind)
        near = features[known, column][_nearest(km)]
        middle = np.median(near, axis=1)
        spread = 1.48 * np.median(np.abs(near - middle[:, None]), axis=1)
        features[lacking, column] = middle
        added[lacking] += (EFFECTS[column] * np.maximum(spread, 0.5 * SPREADS[column])) ** 2
    return replace(sales, features=features), added


def _nearest(km: Numbers) -> Indexes:
    """The columns of the nearest of each row."""
    if km.shape[1] <= NEIGHBOURS:
        return np.broadcast_to(np.arange(km.shape[1]), km.shape)
    return np.argpartition(km, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
