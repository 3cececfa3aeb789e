"""The terms of the market model as a person reads them. The pages show these; the API answers the numbers alone."""

from collections.abc import Sequence
from math import sqrt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.comps.arv.market import TERMS
from wholesale.plumbing.texts import Words

_WORDS: dict[str, Words] = {
    "living_area_sqft": gettext_lazy("Living area (share of the price for a share of the area)"),
    "lot_sqft": gettext_lazy("Lot (share of the price for a share of the area)"),
    "beds": gettext_lazy("A bedroom more"),
    "baths": gettext_lazy("A bathroom more"),
    "decade": gettext_lazy("Built ten years later"),
    "townhouse": gettext_lazy("A townhouse instead of a detached house"),
    "condo": gettext_lazy("A condo instead of a detached house"),
    "several_units": gettext_lazy("Several units instead of a detached house"),
    "year": gettext_lazy("Sold a year later"),
}


def terms_of(mean: Sequence[float], covariance: Sequence[Sequence[float]]) -> dict[str, dict[str, float]]:
    """Return the mean of each term and its standard deviation, by names in words."""
    return {
        str(_WORDS[term]): {_("Mean"): mean[at], _("Standard deviation"): sqrt(covariance[at][at])}
        for at, term in enumerate(TERMS)
    }


def _short(term: str) -> str:
    """Return the words of a term without what its unit is."""
    return str(_WORDS[term]).partition(" (")[0]


def correlations_of(covariance: Sequence[Sequence[float]]) -> dict[str, dict[str, float]]:
    """Return the correlation of each two terms, by names in words. A term that does not vary goes with none."""
    spread = [sqrt(covariance[at][at]) for at in range(len(TERMS))]
    return {
        _short(term): {
            _short(other): covariance[at][to] / (spread[at] * spread[to]) if spread[at] * spread[to] else 0.0
            for to, other in enumerate(TERMS)
        }
        for at, term in enumerate(TERMS)
    }
