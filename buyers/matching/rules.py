"""Which boxes a deal fits, and in which order buyers are offered it. Pure functions over plain values, no database.

One implementation judges one box as well as thousands: the bounds of the boxes are the rows of an array.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from wholesale.plumbing.vocabulary import ALL

Numbers = NDArray[np.float64]
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal to offer. None means that nobody said it."""

    province: str
    market: str = ALL
    property_type: str
    price: Decimal | None = None  # CAD, as are the next two
    arv: Decimal | None = None  # after-repair value
    repairs: Decimal | None = None
    beds: int | None = None
    baths: Decimal | None = None
    area: int | None = None  # living area, square feet
    lot: int | None = None  # square feet
    year_built: int | None = None

    @property
    def arv_share(self) -> Decimal | None:
        """Price and repairs as a share of the ARV, rounded up to the 4 decimals of a box's bound, so that a share above a
        bound never seems to keep it."""
        if self.price is None or self.repairs is None or not self.arv:
            return None
        return ((self.price + self.repairs) / self.arv).quantize(Decimal("0.0001"), ROUND_CEILING)


class BoxVerdict(models.TextChoices):
    """Whether a deal meets a criterion of a box."""

    MET = "MET", _("Met")
    MISSED = "MISSED", _("Missed")
    UNKNOWN = "UNKNOWN", _("The deal does not say")


# A verdict in an array. A criterion that the box does not bound has none.
_UNBOUNDED, MET, UNKNOWN, MISSED = range(4)
_VERDICTS = {MET: BoxVerdict.MET.value, UNKNOWN: BoxVerdict.UNKNOWN.value, MISSED: BoxVerdict.MISSED.value}

# Each bounded criterion, which is also the name of the deal's figure, with the columns of a box that bound it.
BOUNDS: Mapping[str, tuple[str | None, str | None]] = {
    "price": ("min_price", "max_price"),
    "arv_share": (None, "max_arv_share"),
    "repairs": (None, "max_repairs"),
    "beds": ("min_beds", "max_beds"),
    "baths": ("min_baths", "max_baths"),
    "area": ("min_area", "max_area"),
    "lot": ("min_lot", "max_lot"),
    "year_built": ("min_year_built", "max_year_built"),
}
LIMITS = tuple(name for pair in BOUNDS.values() for name in pair if name)  # the columns of an array of limits
CRITERIA = ("place", "property_type", *BOUNDS)  # the columns of an array of codes


class Box(NamedTuple):
    """A buy box as a plain value."""

    places: frozenset[tuple[str, str]]  # province and market; the market ALL is the whole province
    property_types: frozenset[str] = frozenset()  # none: any type
    limits: Mapping[str, Decimal | int] = {}  # by the names in LIMITS; an absent one bounds nothing


def judged(box: Box, deal: Deal) -> dict[str, str]:
    """Whether the deal meets each criterion that the box bounds, as values of `BoxVerdict`."""
    limits = np.array([[box.limits.get(name) for name in LIMITS]], dtype=float)
    within = _within(limits, deal)[0]
    return worded([_place(box, deal), _type(box, deal), *within])


def codes_of(limits: Numbers, is_place_certain: NDArray[np.bool_], names_types: NDArray[np.bool_], deal: Deal) -> Codes:
    """Judge boxes that have a place and a property type of the deal, one box a row; the columns are `CRITERIA`.

    `limits` has a column for each name in `LIMITS`, with NaN where the box does not bound. A place is not certain if the
    deal names only its province and the box names a market.
    """
    place = np.where(is_place_certain, MET, UNKNOWN)
    types = np.where(names_types, MET, _UNBOUNDED)
    return np.column_stack([place, types, _within(limits, deal)]).astype(np.int8)


def worded(codes: Sequence[int]) -> dict[str, str]:
    """A row of codes as values of `BoxVerdict`, by criterion, without the criteria that the box does not bound."""
    return {name: _VERDICTS[code] for name, code in zip(CRITERIA, codes, strict=True) if code != _UNBOUNDED}


def _place(box: Box, deal: Deal) -> int:
    markets = {market for province, market in box.places if province == deal.province}
    if {deal.market, ALL} & markets:
        return MET
    return UNKNOWN if markets and deal.market == ALL else MISSED


def _type(box: Box, deal: Deal) -> int:
    if not box.property_types:
        return _UNBOUNDED
    return MET if deal.property_type in box.property_types else MISSED


def _within(limits: Numbers, deal: Deal) -> Any:
    """The codes of the criteria in `BOUNDS`. As floats, amounts of up to 15 digits keep their order and stay different."""
    columns = dict(zip(LIMITS, limits.T, strict=True))
    absent = np.full(len(limits), np.nan)
    found = []
    for criterion, names in BOUNDS.items():
        least, most = (columns[name] if name else absent for name in names)
        value = getattr(deal, criterion)
        is_bounded = ~(np.isnan(least) & np.isnan(most))
        if value is None:
            found.append(np.where(is_bounded, UNKNOWN, _UNBOUNDED))
        else:
            is_missed = (float(value) < least) | (float(value) > most)  # no number is below or above NaN
            found.append(np.where(is_missed, MISSED, np.where(is_bounded, MET, _UNBOUNDED)))
    return np.column_stack(found)


def best_boxes(codes: Codes, buyers: NDArray[np.int64], boxes: NDArray[np.int64]) -> NDArray[np.intp]:
    """The row of each buyer's best box, in the order of the buyers: fewest missed, then fewest unknown, then the first."""
    missed, unknown = (codes == MISSED).sum(axis=1), (codes == UNKNOWN).sum(axis=1)
    order = np.lexsort((boxes, unknown, missed, buyers))
    ordered = buyers[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return order[is_first]


class Funds(models.TextChoices):
    """What a buyer's proof of funds is good for."""

    GOOD = "GOOD", _("Good for the price")
    TOO_LOW = "TOO_LOW", _("Below the price")
    EXPIRED = "EXPIRED", _("Expired")
    NONE = "NONE", _("No proof of funds")
    UNKNOWN = "UNKNOWN", _("In force, but the deal has no price")


def funds(amount: Decimal | None, expire_on: date | None, price: Decimal | None, today: date) -> str:
    """What a proof of funds is good for. On its last day it is in force."""
    if amount is None or expire_on is None:
        return Funds.NONE.value
    if expire_on < today:
        return Funds.EXPIRED.value
    if price is None:
        return Funds.UNKNOWN.value
    return Funds.GOOD.value if amount >= price else Funds.TOO_LOW.value
