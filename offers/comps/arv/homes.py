"""Homes as arrays: what the estimate knows of the subject and of each sale. NaN is a value that is not known."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indexes = NDArray[np.intp]

FEATURES = ("living_area_sqft", "lot_sqft", "beds", "baths", "year_built")
LOGGED = frozenset({"living_area_sqft", "lot_sqft"})
DAYS_OF_YEAR = 365.25
KM_OF_DEGREE = 111.2
FAR = 1e6  # km, where one of two places is not known


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes, one for each row of the arrays. A subject is one home without a price."""

    features: Numbers  # homes x FEATURES; areas as logarithms
    kind: NDArray[np.intp]  # index of the property type
    xy: Numbers  # homes x 2, in km
    time: Numbers  # years: when it was sold, or the day of the estimate
    log_price: Numbers

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: Any) -> "Homes":
        """These rows."""
        return Homes(self.features[rows], self.kind[rows], self.xy[rows], self.time[rows], self.log_price[rows])

    def followed_by(self, other: "Homes") -> "Homes":
        """These homes, then the others."""
        return Homes(
            np.concatenate([self.features, other.features]),
            np.concatenate([self.kind, other.kind]),
            np.concatenate([self.xy, other.xy]),
            np.concatenate([self.time, other.time]),
            np.concatenate([self.log_price, other.log_price]),
        )

    def repeated(self, times: int) -> "Homes":
        """Each home this many times in a row."""
        return self.take(np.repeat(np.arange(len(self)), times))


def without_unknown(sales: Homes, subject: Homes) -> tuple[Homes, Homes]:
    """Ignore, of all homes, each feature that the subject or every sale lacks, and the place if the subject has none.

    To guess what the subject lacks would give intervals that are far too narrow.
    """
    lacking = np.isnan(subject.features[0]) | np.isnan(sales.features).all(axis=0)
    if lacking.any():
        sales = replace(sales, features=np.where(lacking, 0.0, sales.features))
        subject = replace(subject, features=np.where(lacking, 0.0, subject.features))
    if np.isnan(subject.xy).any():
        sales, subject = replace(sales, xy=np.zeros_like(sales.xy)), replace(subject, xy=np.zeros_like(subject.xy))
    return sales, subject


def distances(a: Homes, b: Homes) -> Numbers:
    """The distance in km of each home of `a` from each of `b`."""
    east, north = a.xy[:, :1] - b.xy[:, 0], a.xy[:, 1:] - b.xy[:, 1]
    km: Numbers = np.sqrt(east * east + north * north)
    km[np.isnan(km)] = FAR
    return km
