"""What an estimate reads: the sales near a place, or of a postal area, a market or a province, and the market's prior."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from django.db.models import F, QuerySet

from offers.comps.arv.estimate import VERSION
from offers.comps.arv.market import Prior
from offers.comps.cells import RADII, box_around
from offers.comps.comps import Comp, Subject
from offers.comps.models import MarketPrior, Sale
from offers.comps.storing import postal_area
from wholesale.plumbing.vocabulary import ALL

CANDIDATES = 650
ENOUGH = 5  # fewer near a place, and the next way is tried
OLDEST = timedelta(days=6 * 365)
_COLUMNS = Comp._fields


class Way(StrEnum):
    """How the comps were found."""

    PLACE = "place"
    POSTAL_AREA = "postal_area"
    MARKET = "market"
    PROVINCE = "province"
    GIVEN = "given"


class Candidates(NamedTuple):
    """The sales among which an estimate selects its own, and how they were found."""

    comps: list[Comp]
    way: Way


def candidates(subject: Subject, as_of: date) -> Candidates:
    """The sales from before the day that lie nearest to the subject; else the newest of its postal area, market, province.

    Each way takes at most so many rows as an estimate can use, by an index. A way that finds enough is the last.
    """
    best = Candidates([], Way.PROVINCE)
    for way, sales in _ways(subject, as_of):
        if way is not best.way and len(best.comps) >= ENOUGH:
            break
        comps = [Comp(*row) for row in sales.values_list(*_COLUMNS)[:CANDIDATES]]
        if len(comps) > len(best.comps):
            best = Candidates(comps, way)
        if len(comps) == CANDIDATES:
            break
    return best


def _ways(subject: Subject, as_of: date) -> Iterator[tuple[Way, "QuerySet[Sale]"]]:
    sales = Sale.objects.filter(arms_length=True, sold_on__lt=as_of, sold_on__gte=as_of - OLDEST)
    sales = sales.exclude(condition=Sale.Condition.POOR).order_by()
    if subject.place:
        for radius in RADII:
            yield Way.PLACE, _near(sales, *subject.place, radius)
    newest = sales.order_by("-sold_on", "-id")
    if area := postal_area(subject.postal_code):
        yield Way.POSTAL_AREA, newest.filter(postal_area=area)
    if subject.market != ALL:
        yield Way.MARKET, newest.filter(province=subject.province, market=subject.market)
    yield Way.PROVINCE, newest.filter(province=subject.province)


def _near(sales: "QuerySet[Sale]", latitude: float, longitude: float, radius: int) -> "QuerySet[Sale]":
    """The sales in the cells around a place, the nearest first."""
    box = box_around(latitude, longitude, radius)
    north, east = F("latitude") - latitude, (F("longitude") - longitude) * float(np.cos(np.radians(latitude)))
    within = sales.filter(cell_y__in=list(box.rows), cell_x__range=(box.first, box.last))
    return within.order_by(north * north + east * east, "id")


def named(keys: "set[tuple[str, str]]") -> dict[tuple[str, str], Comp]:
    """The stored sales with these sources and ids, of any date. Without a source, an id names the sale that alone has it."""
    found: dict[str, list[Comp]] = {}
    for row in Sale.objects.filter(sale_id__in={sale_id for _, sale_id in keys}).order_by("id").values_list(*_COLUMNS):
        comp = Comp(*row)
        found.setdefault(comp.sale_id, []).append(comp)
    named = {}
    for source, sale_id in keys:
        of_id = found.get(sale_id, [])
        fitting = [comp for comp in of_id if comp.source == source] or (of_id if not source and len(of_id) == 1 else [])
        if fitting:
            named[source, sale_id] = fitting[0]
    return named


def prior_of(subject: Subject, as_of: date) -> tuple[Prior, date] | None:
    """The newest prior of the subject's market that is not later than the day, and its own day."""
    found = (
        MarketPrior.objects.filter(province=subject.province, market=subject.market, version=VERSION, as_of__lte=as_of)
        .order_by("-as_of")
        .values_list("mean", "covariance", "as_of")
        .first()
    )
    return None if found is None else (Prior(np.array(found[0]), np.array(found[1])), found[2])
