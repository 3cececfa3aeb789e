"""What the sales of a whole market say of its terms: the prior of later estimates there."""

import numpy as np

from offers.comps.arv.fit import fitted
from offers.comps.arv.homes import Homes
from offers.comps.arv.market import GENERAL, TermsPrior
from offers.comps.arv.missing import completed

MOST = 1_000  # the newest; more would say little more, and the time grows with the cube


def market_prior(sales: Homes, time: float) -> TermsPrior:
    """The prior that sales of a market from before `time` give."""
    newest = np.argsort(-sales.time, kind="stable")[:MOST]
    sales, added_noise = completed(sales.take(np.sort(newest)))
    fit = fitted(sales, added_noise, time, GENERAL)
    return TermsPrior(fit.coefficients, fit.coefficients_covariance)
