"""How wrong an estimate may be: the 80% interval, from how wrong the fit is about each of its own sales when left out."""

from functools import cache

import numpy as np

from offers.comps.arv.fit import MarketFit
from offers.comps.arv.homes import Numbers

LEVEL = 0.8
PRIOR_SALES = 20  # the few sales of a thin market are pooled with this many errors of Student's t
_TAILS, _DRAWS = 5, 20_000
_USUAL_ERROR = 0.8  # mean of the absolute value of a standardised error
_CUT = 4.0
_LOCAL = 15.0  # how many sales like the subject it takes for its own scale to count half


@cache
def _prior_errors() -> Numbers:
    drawn = np.abs(np.random.RandomState(1).standard_t(_TAILS, _DRAWS))
    return np.quantile(drawn, (np.arange(PRIOR_SALES) + 0.5) / PRIOR_SALES) / _USUAL_ERROR


def left_out_errors(fit: MarketFit) -> Numbers:
    """How far each price lies from what the other sales say of it, in standard deviations."""
    variance = 1 / np.diag(fit.inverse)
    return np.abs(fit.pull * variance) / np.sqrt(np.maximum(variance - fit.noise + fit.usual, 1e-6))


def half_width(errors: Numbers, alike: Numbers, alike_subject: Numbers) -> float:
    """Half of the interval's width, in standard deviations of the estimate.

    Errors among sales like the subject count more than others.
    """
    count = len(errors)
    cut = np.minimum(errors, _CUT)
    overall = (cut.sum() + _USUAL_ERROR * PRIOR_SALES) / (count + PRIOR_SALES)
    weights = np.vstack([alike - np.diag(np.diag(alike)), alike_subject])
    scales = (weights @ cut + _LOCAL * overall) / (weights.sum(1) + _LOCAL)
    pooled = np.concatenate([errors / scales[:count], _prior_errors()])
    share = LEVEL * (1 + 1 / (count + PRIOR_SALES))
    return float(np.quantile(pooled, share) * scales[count])
