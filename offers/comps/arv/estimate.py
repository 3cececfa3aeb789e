"""The estimate of a subject from sales. All sales must be from before the day of the estimate."""

from dataclasses import dataclass

import numpy as np

from offers.comps.arv.adjust import factors
from offers.comps.arv.fit import NOISE_SD, MarketFit, fitted, shared_by_market
from offers.comps.arv.homes import Homes, Indexes, Numbers, without_unknown
from offers.comps.arv.interval import half_width, left_out_errors
from offers.comps.arv.kernels import likeness
from offers.comps.arv.market import GENERAL, TermsPrior
from offers.comps.arv.missing import completed
from offers.comps.arv.select import most_alike
from offers.comps.arv.weigh import weights

METHOD = "adjusted comps, weighed by likeness"
VERSION = "arv-1"
_LEAST_VARIANCE = 1e-4
_OUTLYING = 3.0  # standard deviations from what the other sales say


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate in logarithms of CAD. `rows` are those of the sales given; the arrays after it go with them."""

    value: float
    low: float
    high: float
    market: float  # the market model's own value of the subject
    rows: Indexes  # the sales of the fit
    weights: Numbers
    outlying: np.ndarray  # bool: the other sales contradict its price
    fit: MarketFit
    subject: Homes

    @property
    def used(self) -> Indexes:
        """The positions in `rows` of the comps that have a weight, the weightiest first."""
        order = np.argsort(-self.weights, kind="stable")
        return order[self.weights[order] > 0]

    def adjustments(self, used: Indexes) -> Numbers:
        """The factors of these comps, by `adjust.STEPS`."""
        return factors(self.fit, used, self.subject)


def estimate(sales: Homes, subject: Homes, prior: TermsPrior | None = None) -> Estimate:
    """Estimate what the subject is worth at its time. There must be at least one sale."""
    sales, subject = without_unknown(sales, subject)
    sales, added_noise = completed(sales)
    rows = most_alike(sales, subject)
    sales, time = sales.take(rows), float(subject.time[0])
    fit = fitted(sales, added_noise[rows], time, GENERAL if prior is None else prior.of_neighbourhood())

    near = likeness(subject, sales)
    own = likeness(subject, subject)
    terms = fit.centre.terms(subject)
    among_market = shared_by_market(fit.terms, fit.terms, fit.likeness.alike, fit.prior)
    with_market = shared_by_market(terms, fit.terms, near.alike, fit.prior)[0]
    own_market = shared_by_market(terms, terms, own.alike, fit.prior)
    base = fit.level + fit.terms @ fit.prior.mean
    comps_market = base + among_market @ fit.pull
    market = float(fit.level + (terms @ fit.prior.mean)[0] + with_market @ fit.pull)

    weighed = weights(fit.likeness.local + np.diag(fit.noise), near.local[0])
    value = market + float(weighed @ (sales.log_price - comps_market))
    common = near.local[0] + with_market
    variance = float((own.local + own_market)[0, 0] - common @ fit.inverse @ common) + NOISE_SD**2
    errors = left_out_errors(fit)
    margin = half_width(errors, fit.likeness.alike, near.alike) * float(np.sqrt(max(variance, _LEAST_VARIANCE)))
    return Estimate(value, value - margin, value + margin, market, rows, weighed, errors > _OUTLYING, fit, subject)
