"""What an estimate reads: the sales near a place, or of a postal area, a market or a province, and the market's prior."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from math import cos, radians
from typing import Any, NamedTuple

import numpy as np
from django.db.models import F, FloatField, Q, QuerySet

from offers.comps.arv.estimate import VERSION
from offers.comps.arv.market import TermsPrior
from offers.comps.cells import RADII, box_around
from offers.comps.comps import ArvSubject, Comp
from offers.comps.models import MarketPrior, Sale
from offers.comps.storing import postal_area
from wholesale.plumbing.compiled import Columns, Parameter, Select, Statement, together
from wholesale.plumbing.vocabulary import ALL

CANDIDATES = 1_000
FOUND_MAX = 10  # sales that a search shows
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


def _usable(since: Any, before: Any) -> "QuerySet[Sale]":
    sales = Sale.objects.filter(arms_length=True, sold_on__gte=since, sold_on__lt=before)
    return sales.exclude(condition=Sale.Condition.POOR).order_by("-sold_on", "-id")


def _in_cells(rows: Any, first: Any, last: Any, since: Any, before: Any) -> "QuerySet[Sale]":
    return _usable(since, before).filter(cell_y__among=rows, cell_x__gte=first, cell_x__lte=last)


def _nearest(
    rows: Any, first: Any, last: Any, since: Any, before: Any, latitude: Any, longitude: Any, shrinking: Any
) -> "QuerySet[Sale, Any]":
    """The sales in some cells, the nearest to a place first. `shrinking`: a degree of longitude over one of latitude."""
    latitude, longitude, shrinking = (Parameter(one.name, FloatField()) for one in (latitude, longitude, shrinking))
    north, east = F("latitude") - latitude, (F("longitude") - longitude) * shrinking
    return _in_cells(rows, first, last, since, before).order_by(north * north + east * east, "id").values_list(*_COLUMNS)


# Compiled, so that PostgreSQL sees in each plan that the partial indexes fit.
_IN_CELLS = Select(
    lambda rows, first, last, since, before: _in_cells(rows, first, last, since, before).order_by().values("id")
)
_NEAREST = Select(_nearest)
_OF_AREA = Select(
    lambda postal_area, since, before: (
        _usable(since, before).exclude(postal_area="").filter(postal_area=postal_area).values_list(*_COLUMNS)
    )
)
_OF_MARKET = Select(
    lambda province, market, since, before: (
        _usable(since, before).filter(province=province, market=market).values_list(*_COLUMNS)
    )
)
_OF_PROVINCE = Select(
    lambda province, since, before: _usable(since, before).filter(province=province).values_list(*_COLUMNS)
)


def candidates(subject: ArvSubject, as_of: date) -> Candidates:
    """The sales from before the day that lie nearest to the subject; else the newest of its postal area, market, province.

    Each way takes at most as many rows as an estimate can use, by an index. A way that finds enough is the last.
    """
    best = Candidates([], Way.PROVINCE)
    for way, select, given in _ways(subject, as_of):
        comps = [Comp(*row) for row in select.part(limit=CANDIDATES, offset=0, **given)]
        if len(comps) > len(best.comps):
            best = Candidates(comps, way)
        if len(comps) >= ENOUGH:
            break
    return best


def _ways(subject: ArvSubject, as_of: date) -> Iterator[tuple[Way, Select, dict[str, Any]]]:
    days = {"since": as_of - OLDEST, "before": as_of}
    if subject.place:
        latitude, longitude = subject.place
        about = {"latitude": latitude, "longitude": longitude, "shrinking": cos(radians(latitude))}
        yield Way.PLACE, _NEAREST, {**_cells_with_enough(latitude, longitude, days), **about}
    if area := postal_area(subject.postal_code):
        yield Way.POSTAL_AREA, _OF_AREA, {**days, "postal_area": area}
    province = {**days, "province": subject.province}
    if subject.market != ALL:
        yield Way.MARKET, _OF_MARKET, {**province, "market": subject.market}
    yield Way.PROVINCE, _OF_PROVINCE, province


def _cells_with_enough(latitude: float, longitude: float, days: Mapping[str, date]) -> dict[str, Any]:
    """The fewest cells around a place that hold as many sales as an estimate can use, else the most. Takes one message."""
    boxes = [box_around(latitude, longitude, radius) for radius in RADII]
    given = [{"rows": list(box.rows), "first": box.first, "last": box.last, **days} for box in boxes]
    counting = f"SELECT count(*) FROM ({_IN_CELLS.text} LIMIT {CANDIDATES}) AS near"
    counts = together(*(Statement(counting, Columns(), one) for one in given))
    return next((one for one, [(count,)] in zip(given, counts, strict=True) if count == CANDIDATES), given[-1])


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


def prior_of(subject: ArvSubject, as_of: date) -> tuple[TermsPrior, date] | None:
    """The newest prior of the subject's market that is not later than the day, and its own day."""
    found = (
        MarketPrior.objects.filter(province=subject.province, market=subject.market, version=VERSION, as_of__lte=as_of)
        .order_by("-as_of")
        .values_list("mean", "covariance", "as_of")
        .first()
    )
    return None if found is None else (TermsPrior(np.array(found[0]), np.array(found[1])), found[2])


def sought_by_name(text: str, province: str, before: date) -> list[Sale]:
    """The newest market sales of a province from before a day whose id or address has the text: what an operator adds by
    hand. At most ten."""
    named = Q(sale_id__icontains=text) | Q(property_id__icontains=text)
    sales = Sale.objects.filter(named, province=province, arms_length=True, sold_on__lt=before, sold_on__gte=before - OLDEST)
    return list(sales.order_by("-sold_on", "-id")[:FOUND_MAX])
