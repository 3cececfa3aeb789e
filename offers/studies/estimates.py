"""The estimates of a study: stored sales estimated from earlier ones, and estimates in the evidence that a sale followed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from offers.comps.cells import cell_of
from offers.comps.comps import ArvSubject
from offers.comps.errors import NoComps
from offers.comps.models import Sale
from offers.comps.priors import fit_market_prior
from offers.comps.valuing import estimate_arv
from offers.deals.models import OfferEvidence
from offers.studies.models import RatioStudy
from offers.studies.ratios import Valued
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL

FOLLOWS_WITHIN = timedelta(days=730)
SAME_PLACE = 0.0002  # degrees, some 20 m
_OF_SUBJECT = ("province", "market", "property_type", "living_area_sqft", "lot_sqft", "beds", "baths", "year_built")


def sales_of(study: RatioStudy) -> "QuerySet[Sale]":
    """The sales that a study estimates: market sales, the newest first."""
    sales = Sale.objects.filter(arms_length=True).exclude(condition=Sale.Condition.POOR)
    if study.province:
        sales = sales.filter(province=study.province)
    if study.market:
        sales = sales.filter(market=study.market)
    if study.since:
        sales = sales.filter(sold_on__gte=study.since)
    if study.until:
        sales = sales.filter(sold_on__lte=study.until)
    return sales.order_by("-sold_on", "-id")[: study.most]


def of_sales(study: RatioStudy, act: Act) -> Iterator[Valued]:
    """Each sale estimated as of its day, so from earlier ones alone. A sale without any earlier one is left out.

    The priors of the quarters in question are fitted first, where there are none yet.
    """
    fitted: set[tuple[str, str, date]] = set()
    for sale in sales_of(study):
        quarter = (sale.province, sale.market, _quarter(sale.sold_on))
        if quarter not in fitted:
            fitted.add(quarter)
            fit_market_prior(*quarter, act=act)
        try:
            found = estimate_arv(subject_of(sale), as_of=sale.sold_on)
        except NoComps:
            continue
        yield Valued(_place(sale), float(sale.price), float(found["arv"]), float(found["low"]), float(found["high"]))


def of_evidence(study: RatioStudy) -> Iterator[Valued]:
    """The ARVs of offers, the newest first, whose house was sold later. The ARV is the one that the offer used."""
    evidence = OfferEvidence.objects.filter(arv_json__isnull=False).order_by("-id")
    if study.province:
        evidence = evidence.filter(province=study.province)
    if study.market:
        evidence = evidence.filter(market=study.market)
    for offer in evidence[: study.most].iterator():
        known: Any = offer.arv_json
        sale = _sale_after(known["subject"], date.fromisoformat(known["as_of"]), study)
        if sale is None:
            continue
        is_ours = known["arv"] is not None and float(known["arv"]) == float(offer.arv)
        low, high = (float(known["low"]), float(known["high"])) if is_ours else (None, None)
        yield Valued(_place(sale), float(sale.price), float(offer.arv), low, high)


def subject_of(sale: Sale) -> ArvSubject:
    """A stored sale as a subject, without its price."""
    values = {name: getattr(sale, name) for name in (*_OF_SUBJECT, "latitude", "longitude", "postal_code")}
    return ArvSubject(**values)


def _sale_after(subject: dict[str, Any], as_of: date, study: RatioStudy) -> Sale | None:
    """The first market sale of the subject within two years: by its property id, else by its place and type."""
    sales = Sale.objects.filter(arms_length=True, sold_on__gte=as_of, sold_on__lte=as_of + FOLLOWS_WITHIN)
    if study.since:
        sales = sales.filter(sold_on__gte=study.since)
    if study.until:
        sales = sales.filter(sold_on__lte=study.until)
    if subject.get("property_id"):
        same = Q(property_id=subject["property_id"])
    elif subject.get("latitude") is not None:
        same = _at(subject["latitude"], subject["longitude"])
        if subject.get("property_type"):
            same &= Q(property_type=subject["property_type"])
    else:
        return None
    return sales.filter(same).order_by("sold_on", "id").first()


def _at(latitude: float, longitude: float) -> Q:
    south, west = cell_of(latitude - SAME_PLACE, longitude - SAME_PLACE)
    north, east = cell_of(latitude + SAME_PLACE, longitude + SAME_PLACE)
    return Q(
        cell_y__in=range(south, north + 1),
        cell_x__range=(west, east),
        latitude__range=(latitude - SAME_PLACE, latitude + SAME_PLACE),
        longitude__range=(longitude - SAME_PLACE, longitude + SAME_PLACE),
    )


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _place(sale: Sale) -> str:
    return sale.province if sale.market == ALL else f"{sale.province} {sale.market}"
