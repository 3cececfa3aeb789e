"""Comps and subjects as plain values, and as the arrays of an estimate."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import cos, radians
from typing import Any, NamedTuple

import numpy as np

from offers.comps.arv.homes import DAYS_OF_YEAR, FEATURES, KM_OF_DEGREE, LOGGED, Homes
from offers.comps.models import Sale
from wholesale.plumbing.vocabulary import ALL

# What the market model tells apart. A type that is not named here is like no other.
KINDS = {"SFR": 0, "TOWNHOUSE": 1, "CONDO": 2, **dict.fromkeys(("MF", "MULTI", "DUPLEX", "TRIPLEX", "FOURPLEX"), 3)}
_OTHER = 4


class Comp(NamedTuple):
    """A sale to compare with: one that is stored, or one that an operator gives."""

    sale_id: str
    source: str
    sold_on: date
    price: Decimal
    property_type: str
    living_area_sqft: int | None
    lot_sqft: int | None
    beds: int | None
    baths: Decimal | None
    year_built: int | None
    latitude: float | None
    longitude: float | None
    condition: str = ""
    arms_length: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What names the sale."""
        return self.source, self.sale_id


class ArvSubject(NamedTuple):
    """The house to estimate. None is a value that is not known."""

    province: str
    market: str = ALL
    property_type: str = ""
    living_area_sqft: int | None = None
    lot_sqft: int | None = None
    beds: int | None = None
    baths: Decimal | None = None
    year_built: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    postal_code: str = ""
    property_id: str = ""

    @property
    def place(self) -> tuple[float, float] | None:
        """The latitude and longitude, where they are known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


def years_of(day: date) -> float:
    """A day as a number of years."""
    return day.toordinal() / DAYS_OF_YEAR


def subject_homes(subject: ArvSubject, as_of: date) -> Homes:
    """The subject as one home without a price. It lies at the origin."""
    xy = np.zeros((1, 2)) if subject.place else np.full((1, 2), np.nan)
    return Homes(_features([subject]), _kinds([subject]), xy, np.array([years_of(as_of)]), np.full(1, np.nan))


def homes_of(comps: Sequence[Any], origin: tuple[float, float] | None, *, with_types: bool = True) -> Homes:
    """Sales as homes: `Comp`s, or stored sales. Places are km from the origin; without one, no place is known.

    Without types all are of one type, for a subject whose type is not known.
    """
    latitude, longitude = origin or (0.0, 0.0)
    placed = np.array([(one.longitude, one.latitude) for one in comps], dtype=np.float64).reshape(-1, 2)
    xy = (placed - (longitude, latitude)) * KM_OF_DEGREE * (cos(radians(latitude)), 1.0)
    return Homes(
        _features(comps),
        _kinds(comps) if with_types else np.zeros(len(comps), dtype=np.intp),
        xy if origin else np.full_like(xy, np.nan),
        np.array([years_of(one.sold_on) for one in comps]),
        np.log(np.array([float(one.price) for one in comps])),
    )


def comp_of(sale: Sale) -> Comp:
    """A stored sale as a comp."""
    return Comp(*(getattr(sale, name) for name in Comp._fields))


def _features(rows: Sequence[Any]) -> Any:
    values = np.array([[getattr(row, name) for name in FEATURES] for row in rows], dtype=np.float64).reshape(
        -1, len(FEATURES)
    )
    for column, name in enumerate(FEATURES):
        if name in LOGGED:
            values[:, column] = np.log(values[:, column])
    return values


def _kinds(rows: Sequence[Any]) -> Any:
    return np.array([KINDS.get(row.property_type, _OTHER) if row.property_type else 0 for row in rows], dtype=np.intp)
