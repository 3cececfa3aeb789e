"""How reliable buyers are: facts that are derived from what they did about deals, and are stored nowhere.

A deal is closed if the last that the buyer did about it, of buying and passing, was to buy. It fell through if the buyer
bought it and passed since. A purchase that names no deal is a closed deal of its own.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from buyers.liquidity.figures import Event
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from wholesale.plumbing.compiled import Select

_DAY = timedelta(days=1)
_ONE_PLACE = Decimal("0.1")


class Reliability(NamedTuple):
    """What a buyer did about deals."""

    deals_closed: int = 0
    deals_fell_through: int = 0
    # From the first sending of a deal to its purchase, over the closed deals that were sent. None: there are none.
    median_days_to_close: Decimal | None = None


class _Decision(NamedTuple):
    event: str
    at: datetime
    sent_at: datetime | None  # when the deal was first sent


_DECISIONS = Select(
    lambda buyer_ids: (
        BuyerFeedbackEvent.objects.filter(
            Q(buyer_id__isnull=False), buyer_id__among=buyer_ids, event__in=[Event.BOUGHT, Event.PASSED]
        )
        .order_by("id")
        .values_list(
            "buyer_id",
            "deal_ref",
            "event",
            "created_at",
            Subquery(
                DealSent.objects.filter(buyer=OuterRef("buyer_id"), deal_ref=OuterRef("deal_ref"))
                .order_by("sent_at")
                .values("sent_at")[:1]
            ),
        )
    )
)


def reliability_of(buyer_ids: Collection[str]) -> dict[str, Reliability]:
    """Return how reliable each of these buyers is, in one query. A buyer without a deal has the figures of no deals."""
    deals: dict[str, list[list[_Decision]]] = defaultdict(list)
    by_deal: dict[tuple[str, str], list[_Decision]] = {}
    for buyer_id, deal_ref, *values in _DECISIONS.rows(buyer_ids=buyer_ids):
        decision = _Decision(*values)
        if deal_ref is None:
            deals[buyer_id].append([decision])
        elif (buyer_id, deal_ref) in by_deal:
            by_deal[buyer_id, deal_ref].append(decision)
        else:
            by_deal[buyer_id, deal_ref] = [decision]
            deals[buyer_id].append(by_deal[buyer_id, deal_ref])
    return {buyer_id: _reliability(deals[buyer_id]) for buyer_id in buyer_ids}


def _reliability(deals: Collection[list[_Decision]]) -> Reliability:
    """Return the figures of a buyer's deals, each given as its decisions in their order."""
    bought = [deal for deal in deals if any(one.event == Event.BOUGHT for one in deal)]
    closed = [deal for deal in bought if deal[-1].event == Event.BOUGHT]
    days = [taken for deal in closed if (taken := _days_to_close(deal)) is not None]
    return Reliability(len(closed), len(bought) - len(closed), median(days).quantize(_ONE_PLACE) if days else None)


def _days_to_close(deal: list[_Decision]) -> Decimal | None:
    """Return the days from the first sending of a closed deal to the purchase that stands. None: it was not sent before."""
    last_passed = max((n for n, one in enumerate(deal) if one.event == Event.PASSED), default=-1)
    purchase = deal[last_passed + 1]
    if purchase.sent_at is None or purchase.sent_at > purchase.at:
        return None
    return Decimal((purchase.at - purchase.sent_at) / _DAY)


def last_answers(buyer_id: str, most: int = 10) -> list[BuyerFeedbackEvent]:
    """Return what a buyer did last, the newest first."""
    return list(BuyerFeedbackEvent.objects.filter(buyer_id=buyer_id).order_by("-id")[:most])
