"""Real sales for the tests, and how good estimates of them are."""

import csv
import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from math import exp
from pathlib import Path
from statistics import median
from typing import NamedTuple

from offers.comps.arv.estimate import Estimate, estimate
from offers.comps.arv.market import TermsPrior
from offers.comps.arv.prior import market_prior
from offers.comps.comps import ArvSubject, Comp, homes_of, subject_homes, years_of
from offers.studies.ratios import Valued, figures

DATA = Path(__file__).parents[2] / "data"
TESTED_SINCE = date(2009, 1, 1)
FIELDS = ("property_type", "living_area_sqft", "lot_sqft", "beds", "baths", "year_built")


@cache
def sales_in(name: str) -> tuple[Comp, ...]:
    """The market sales of a file, the earliest first."""
    with gzip.open(DATA / f"{name}_sales.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["condition"] == "ARMS_LENGTH"]
    return tuple(sorted((_comp(row) for row in rows), key=lambda sale: (sale.sold_on, sale.sale_id)))


def _comp(row: dict[str, str]) -> Comp:
    def number(name: str) -> int | None:
        return int(float(row[name])) if row[name] else None

    return Comp(
        sale_id=row["sale_id"],
        source="",
        sold_on=date.fromisoformat(row["sold_on"]),
        price=Decimal(row["price"]),
        property_type=row["property_type"],
        living_area_sqft=number("living_area_sqft"),
        lot_sqft=number("lot_sqft"),
        beds=number("beds"),
        baths=Decimal(row["baths"]) if row["baths"] else None,
        year_built=number("year_built"),
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
    )


def subject_of(sale: Comp, *, without: Iterable[str] = ()) -> ArvSubject:
    """A sale as a subject, perhaps without some of what is known of it."""
    known = {name: getattr(sale, name) for name in (*FIELDS, "latitude", "longitude")}
    lacking = {"latitude", "longitude"} if "place" in without else set(without)
    blank = {name: "" if name == "property_type" else None for name in lacking}
    return ArvSubject(province="ON", market="AMES", **{**known, **blank})


def estimated(sales: Sequence[Comp], subject: ArvSubject, as_of: date, prior: TermsPrior | None = None) -> Estimate:
    """The estimate of a subject from these sales."""
    homes = homes_of(sales, subject.place, with_types=bool(subject.property_type))
    return estimate(homes, subject_homes(subject, as_of), prior)


class QuarterlyPriors:
    """The prior of the beginning of each quarter, from the sales before it."""

    def __init__(self, sales: Sequence[Comp]) -> None:
        self.sales = sales
        self._kept: dict[date, TermsPrior | None] = {}

    def at(self, day: date) -> TermsPrior | None:
        """The prior that an estimate of this day begins with."""
        quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        if quarter not in self._kept:
            before = [sale for sale in self.sales if sale.sold_on < quarter]
            middle = (42.03, -93.64)
            self._kept[quarter] = market_prior(homes_of(before, middle), years_of(quarter)) if before else None
        return self._kept[quarter]


class Tested(NamedTuple):
    """A sale, and what was estimated for it."""

    sale: Comp
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Goodness:
    """How good estimates are. Shares and errors are fractions."""

    error: float
    within_10: float
    within_20: float
    coverage: float
    cod: float
    prd: float
    thirds: tuple[float, float, float]  # coverage of each third by price

    def __str__(self) -> str:
        thirds = "/".join(f"{third:.0%}" for third in self.thirds)
        return (
            f"median error {self.error:.2%}, within 10% {self.within_10:.1%}, within 20% {self.within_20:.1%}, "
            f"in the interval {self.coverage:.1%} (thirds {thirds}), COD {self.cod:.2f}, PRD {self.prd:.3f}"
        )


def goodness(tested: Sequence[Tested]) -> Goodness:
    """How good these estimates are."""
    valued = [Valued("here", float(one.sale.price), one.value, one.low, one.high) for one in tested]
    found = figures(valued)
    by_price = sorted(valued, key=lambda row: row.price)
    cuts = [round(len(by_price) * third / 3) for third in range(4)]
    thirds = [figures(by_price[a:b])["coverage"] for a, b in pairwise(cuts)]
    error = median(abs(row.ratio - 1) for row in valued)
    first, middle, last = thirds
    shares = (found["within_10"], found["within_20"], found["coverage"], found["cod"], found["prd"])
    return Goodness(error, *shares, (first, middle, last))


def time_ordered(tested: Iterable[Comp], value: Callable[[Comp], Estimate]) -> list[Tested]:
    """Each of these sales with its estimate."""
    found = []
    for sale in tested:
        one = value(sale)
        found.append(Tested(sale, exp(one.value), exp(one.low), exp(one.high)))
    return found
