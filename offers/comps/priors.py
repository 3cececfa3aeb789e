"""Fitting and storing the priors of markets, by date."""

from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from offers.comps.arv.estimate import VERSION
from offers.comps.arv.homes import FEATURES
from offers.comps.arv.prior import MOST, market_prior
from offers.comps.comps import homes_of, years_of
from offers.comps.models import MarketPrior, Sale
from offers.comps.reading import OLDEST
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL

LEAST_SALES = 30  # fewer say less of a market than what is held of all markets
EVERY = timedelta(days=90)
_COLUMNS = ("sold_on", "price", "property_type", *FEATURES, "latitude", "longitude")


@verb(ExecutionClass.RECORD)
def fit_market_priors(*, as_of: date | None = None, act: Act) -> int:
    """Fit the priors of all markets with enough sales from before a day (default: today). Returns how many were fitted.

    A market whose newest prior is less than a quarter old is left alone.
    """
    as_of = as_of or timezone.now().date()
    return sum(bool(fit_market_prior(province, market, as_of, act=act)) for province, market in markets(as_of))


def markets(as_of: date) -> list[tuple[str, str]]:
    """The markets with enough sales from before a day, and the provinces as ALL."""
    sales = Sale.objects.filter(arms_length=True, sold_on__lt=as_of, sold_on__gte=as_of - OLDEST).order_by()
    counted = sales.values_list("province", "market").annotate(Count("pk"))
    found = [(province, market) for province, market, count in counted if count >= LEAST_SALES and market != ALL]
    whole: dict[str, int] = {}
    for province, _, count in counted:
        whole[province] = whole.get(province, 0) + count
    return [*found, *((province, ALL) for province, count in whole.items() if count >= LEAST_SALES)]


@transaction.atomic
def fit_market_prior(province: str, market: str, as_of: date, *, act: Act) -> MarketPrior | None:
    """Fit the prior of one market as of a day, unless there is one that is less than a quarter old. None if not fitted."""
    stored = MarketPrior.objects.filter(province=province, market=market, version=VERSION)
    if stored.filter(as_of__gt=as_of - EVERY, as_of__lte=as_of).exists():
        return None
    rows = list(sales_of(province, market, as_of))
    if len(rows) < LEAST_SALES:
        return None
    placed = [(row.latitude, row.longitude) for row in rows if row.latitude is not None]
    origin = (float(np.mean([y for y, _ in placed])), float(np.mean([x for _, x in placed]))) if placed else None
    prior = market_prior(homes_of(rows, origin), years_of(as_of))
    return MarketPrior.objects.create(
        province=province,
        market=market,
        as_of=as_of,
        version=VERSION,
        sales=len(rows),
        mean=prior.mean.tolist(),
        covariance=prior.covariance.tolist(),
        fitted_at=act.now,
    )


def sales_of(province: str, market: str, as_of: date) -> "QuerySet[Sale]":
    """The newest sales of a market from before a day, as many as a prior takes."""
    place = Q(province=province) if market == ALL else Q(province=province, market=market)
    sales = Sale.objects.filter(place, arms_length=True, sold_on__lt=as_of, sold_on__gte=as_of - OLDEST)
    return sales.exclude(condition=Sale.Condition.POOR).order_by("-sold_on", "-id").only(*_COLUMNS)[:MOST]
