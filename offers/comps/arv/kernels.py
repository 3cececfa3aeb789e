"""How much the prices of two homes have in common: because they are near each other, and because they are alike."""

from typing import NamedTuple

import numpy as np

from offers.comps.arv.homes import Homes, Numbers, distances

# A difference at which two homes have lost some 40% of their likeness: logarithms of areas, rooms, years, the type.
WIDTHS = np.array([0.45, 0.55, 1.5, 1.2, 20.0])
OTHER_TYPE_WIDTH = 1.5
# Prices of near homes go together: (standard deviation of the logarithm, km after which it fades), street to town.
PLACES = ((0.06, 0.4), (0.07, 1.7), (0.12, 6.0))
FADING, LASTING = 3.0, 0.7  # years after which likeness fades, and the share that never does


class Likeness(NamedTuple):
    """The likeness of each home of one set to each of another."""

    local: Numbers  # covariance of log prices that place gives
    alike: Numbers  # 0 to 1, by features, type and time


def likeness(a: Homes, b: Homes) -> Likeness:
    """The likeness of each home of `a` to each of `b`."""
    scaled_a, scaled_b = a.features / WIDTHS, b.features / WIDTHS
    apart = (scaled_a**2).sum(1)[:, None] + (scaled_b**2).sum(1) - 2 * scaled_a @ scaled_b.T
    apart += (a.kind[:, None] != b.kind) / OTHER_TYPE_WIDTH**2
    lasting = LASTING + (1 - LASTING) * np.exp(-np.abs(a.time[:, None] - b.time) / FADING)
    alike = np.exp(-0.5 * np.maximum(apart, 0)) * lasting
    km = distances(a, b)
    near = sum(sd**2 * np.exp(-km / reach) for sd, reach in PLACES)
    return Likeness(near * lasting, alike)
