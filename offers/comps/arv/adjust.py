"""The adjustments of a comp: from what it was to what the subject is, one field after another in a fixed order."""

import numpy as np

from offers.comps.arv.fit import MarketFit
from offers.comps.arv.homes import FEATURES, Homes, Indexes, Numbers
from offers.comps.arv.kernels import likeness

STEPS = ("time", *FEATURES, "property_type")


def factors(fit: MarketFit, rows: Indexes, subject: Homes) -> Numbers:
    """What each step of each comp multiplies its price by (comps x STEPS).

    The product of a row is the market model's ratio of the subject to the comp, so a comp's price times its factors is its
    adjusted price.
    """
    stages = len(STEPS) + 1
    path = fit.sales.take(rows).repeated(stages)
    stage = np.tile(np.arange(stages), len(rows))
    path.time[stage >= 1] = subject.time[0]
    for column in range(len(FEATURES)):
        path.features[stage >= column + 2, column] = subject.features[0, column]
    path.kind[stage >= stages - 1] = subject.kind[0]
    values = fit.market(path, likeness(path, fit.sales).alike).reshape(len(rows), stages)
    return np.exp(np.diff(values, axis=1))
