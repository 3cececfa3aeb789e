"""What was offered and sold lately where an offer policy applies: the sizes and the pace that its page begins with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import Count, Q

from offers.comps.models import Sale
from offers.deals.life.models import Offer
from offers.deals.models import OfferEvidence
from wholesale.plumbing.vocabulary import ALL

SPAN = timedelta(days=28)
SALES_SPAN = timedelta(days=365)
READ_MAX = 1_000  # the newest offers of all places that are looked at
USUAL_ARV, USUAL_REPAIRS = Decimal(450_000), Decimal(50_000)  # the guide's example, where nothing was computed lately
USUAL_PACE = Decimal(1)  # offers a day, where none was sent lately
_THOUSAND, _TENTH, _A_DAY = Decimal(1000), Decimal("0.1"), timedelta(days=1)


class Lately(NamedTuple):
    """The last four weeks of a place. Amounts are in CAD; medians of the computed offers, or the guide's example."""

    arv: Decimal
    repairs: Decimal
    computed: int  # offers computed
    sent: int
    per_day: Decimal  # offers sent a day, or a usual pace where none was sent


class SalesKnown(NamedTuple):
    """The market sales that are known of a place in a year."""

    total: int

    @property
    def per_day(self) -> Decimal | None:
        """Sales a day, None where none are known."""
        return Decimal(self.total) / SALES_SPAN.days if self.total else None


def lately(province: str, market: str, now: datetime) -> Lately:
    """What was computed and sent in the place in four weeks, of the newest thousand offers of all places (two queries)."""
    since = now - SPAN
    made = OfferEvidence.objects.order_by("-id").values_list("created_at", "province", "market", "arv", "repairs")[:READ_MAX]
    sizes = [(arv, repairs) for at, *place, arv, repairs in made if at >= since and _is_in(place, province, market)]
    sent = list(_sent(since))
    # If the newest thousand do not reach back four weeks, they tell the pace of the days that they do reach.
    begins = min(sent)[0] if len(sent) == READ_MAX else since
    count = sum(_is_in(place, province, market) for _at, *place in sent)
    days = Decimal(max(1, (now - begins) // _A_DAY))
    return Lately(
        _middle([arv for arv, _repairs in sizes], USUAL_ARV),
        _middle([repairs for _arv, repairs in sizes], USUAL_REPAIRS),
        len(sizes),
        count,
        (count / days).quantize(_TENTH) or (_TENTH if count else USUAL_PACE),
    )


def _sent(since: datetime) -> Sequence[tuple[datetime, str, str]]:
    newest = Offer.objects.order_by("-id").values_list("sent_at", "province", "market")[:READ_MAX]
    return [(at, province, market) for at, province, market in newest if at and at >= since]


def sales_known(province: str, market: str, now: datetime) -> SalesKnown:
    """Count the market sales of a year in the place (one query by the index `sale_market` or `sale_of_province`)."""
    place = Q(province=province) if market == ALL else Q(province=province, market=market)
    year = Sale.objects.filter(place, arms_length=True, sold_on__gt=(now - SALES_SPAN).date(), sold_on__lte=now.date())
    return SalesKnown(year.order_by().aggregate(count=Count("id"))["count"])


def _is_in(place: Sequence[str], province: str, market: str) -> bool:
    return place[0] == province and market in (ALL, place[1])


def _middle(amounts: list[Decimal], usual: Decimal) -> Decimal:
    """The median in whole thousands, as somebody would type it."""
    return (Decimal(median(amounts)) / _THOUSAND).quantize(Decimal(1)) * _THOUSAND if amounts else usual
