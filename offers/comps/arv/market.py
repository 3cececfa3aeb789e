"""What a market pays for: the linear part of the market model, and what is held of it before the comps are seen."""

from dataclasses import dataclass

import numpy as np

from offers.comps.arv.homes import Homes, Numbers

TERMS = ("living_area_sqft", "lot_sqft", "beds", "baths", "decade", "townhouse", "condo", "several_units", "year")
_DECADE = 10.0
_KINDS = (1, 2, 3)  # beside a detached house: townhouse, condo, several units

# Before any sale is seen. Of areas the share of the price for a share of the area; of the others logarithms of prices.
GENERAL_MEAN = np.array([0.6, 0.1, 0.0, 0.05, 0.03, 0.0, 0.0, 0.0, 0.0])
GENERAL_SD = np.array([0.3, 0.15, 0.05, 0.1, 0.06, 0.2, 0.2, 0.2, 0.06])
# A neighbourhood differs from its market: this share of the general variance is added to what is known of the market.
NEIGHBOURHOOD = 0.05


@dataclass(frozen=True, slots=True)
class TermsPrior:
    """What is held of the terms before the comps are seen: their mean, and their covariance."""

    mean: Numbers
    covariance: Numbers

    def of_neighbourhood(self) -> "TermsPrior":
        """The same of a part of the market."""
        return TermsPrior(self.mean, self.covariance + NEIGHBOURHOOD * np.diag(GENERAL_SD**2))


GENERAL = TermsPrior(GENERAL_MEAN, np.diag(GENERAL_SD**2))


@dataclass(frozen=True, slots=True)
class Centre:
    """The home that all are compared with: the median of the sales, on the day of the estimate."""

    features: Numbers
    time: float

    @classmethod
    def of(cls, sales: Homes, time: float) -> "Centre":
        """The centre of these sales."""
        return cls(np.median(sales.features, axis=0), time)

    def terms(self, homes: Homes) -> Numbers:
        """The terms of the market model for each home, in the order of TERMS."""
        from_centre = homes.features - self.features
        from_centre[:, -1] /= _DECADE
        kinds = [homes.kind == kind for kind in _KINDS]
        return np.column_stack([from_centre, *kinds, homes.time - self.time])
