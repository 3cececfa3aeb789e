"""What fits a buyer: the nodes that the buyer's boxes cover, and the deals there that the buyer was not sent."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from buyers.book.models import BuyBox, Buyer
from buyers.liquidity.figures import Event
from buyers.liquidity.graph.services import liquidity_nodes
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from buyers.liquidity.words import buyers_url, named, rate_text
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.showing import shown_number
from wholesale.plumbing.vocabulary import ALL

DEALS_MAX = NODES_MAX = 50
RECENT = timedelta(days=90)  # an older deal is gone


class _Covered(NamedTuple):
    """A place of a box, with the box's property types. No type is any type."""

    province: str
    market: str
    property_types: Collection[str]

    def covers(self, market: str, property_type: str) -> bool:
        """Whether the box is for this market of the province, and for this type."""
        return self.market in (ALL, market) and (not self.property_types or property_type in self.property_types)


@verb(ExecutionClass.READ)
def fitting_deals(buyer: Buyer, *, now: datetime | None = None) -> dict[str, Any]:
    """The nodes that the buyer's boxes cover, the highest score first, and the deals of the last 90 days there that were
    sent to others, not to this buyer, and that nobody bought, the last sent first. At most 50 of each. Takes 3 queries.

    Of a deal only its place and type are known here, so the bounds of the boxes are not asked.
    """
    now = now or timezone.now()
    boxes = BuyBox.objects.filter(buyer=buyer).values_list("places__province", "places__market", "property_types")
    covered = [_Covered(*row) for row in boxes.order_by() if row[0]]
    if not covered:
        return {"nodes": [], "deals": []}
    here = Q(province__in={one.province for one in covered})
    nodes = [node for node in liquidity_nodes(here, now) if _is_covered(covered, node)]
    nodes.sort(key=lambda node: (-node["score"], node["id"]))
    deals = [deal for deal in _deals(buyer, here, now) if _is_covered(covered, deal)]
    return {"nodes": nodes[:NODES_MAX], "deals": deals[:DEALS_MAX]}


def _is_covered(covered: Collection[_Covered], one: dict[str, Any]) -> bool:
    return any(place.province == one["province"] and place.covers(one["market"], one["property_type"]) for place in covered)


def _deals(buyer: Buyer, here: Q, now: datetime) -> list[dict[str, Any]]:
    recent = DealSent.objects.filter(here, sent_at__gt=now - RECENT).order_by()
    bought = BuyerFeedbackEvent.objects.filter(
        buyer_id=OuterRef("buyer_id"), deal_ref=OuterRef("deal_ref"), event=Event.BOUGHT
    )
    gone = recent.filter(Exists(bought)).values("deal_ref")
    own = DealSent.objects.filter(buyer_id=buyer.buyer_id).order_by().values("deal_ref")
    deals = recent.exclude(deal_ref__in=gone).exclude(deal_ref__in=own)
    places = deals.values("deal_ref", "province", "market", "property_type")
    found: Any = places.annotate(buyers=Count("buyer_id", distinct=True), last_sent_at=Max("sent_at"))
    return list(found.order_by("-last_sent_at", "deal_ref"))


def fitting_html(buyer: Buyer) -> SafeString:
    """What fits the buyer, as a part of the buyer's page in the admin."""
    found = fitting_deals(buyer)
    nodes = [
        (
            buyers_url(node["id"]),
            named(node),
            node["size"],
            shown_number(node["score"], 2),
            *(rate_text(node["posterior"][kind]) for kind in ("response", "close")),
        )
        for node in found["nodes"]
    ]
    deals = [(deal["deal_ref"], named(deal), deal["buyers"], deal["last_sent_at"]) for deal in found["deals"]]
    return render_to_string("admin/buyers/fitting.html", {"nodes": nodes, "deals": deals})
