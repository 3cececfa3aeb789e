"""Who else buys like these? The active buyers of the nodes beside one, for a market that is thin."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buyers.book.lookups import CONTACTS, points_of
from buyers.book.models import Buyer
from buyers.liquidity.figures import ACTIVE_EVENTS
from buyers.liquidity.models import INVENTED, BuyerFeedbackEvent, BuyerLiquidityNode
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.lookups import among

BUYERS_MAX = 50
ACTIVE = BuyerFeedbackEvent.objects.filter(event__in=ACTIVE_EVENTS, buyer_id__isnull=False).order_by()


class Ground(models.TextChoices):
    """Why nodes count as the neighbours of a node."""

    SHARED = "SHARED", _("They share active buyers")
    NEAR = "NEAR", _("The same market, or the same property type in the province")


@verb(ExecutionClass.READ)
def neighbours(
    *, province: str, market: str, property_type: str, limit: int = BUYERS_MAX, now: datetime | None = None
) -> dict[str, Any]:
    """The nodes that share active buyers with this one, and their active buyers who are not active at this one, those of the
    nodes that share most first.

    If no node shares a buyer, as beside a node of which nothing was heard, the neighbours are the market's other nodes and
    the province's nodes of the same property type. BLOCKED buyers and those who opted out of any channel are left out.

    Takes at most 7 queries.

    Raises:
        gate.LedgerUnreadable: no opt-out could be found.

    """
    here = {"province": province, "market": market, "property_type": property_type}
    own = ACTIVE.filter(node__in=BuyerLiquidityNode.objects.filter(**here).values("pk")).values("buyer_id")
    shared = _sharing(own, here)
    ground = Ground.SHARED if shared else Ground.NEAR
    near = Q(province=province) & (Q(market=market) | Q(property_type=property_type))
    nodes = {
        row["id"]: {**row, "shared": shared.get(row["id"], 0)}
        for row in BuyerLiquidityNode.objects.exclude(INVENTED)
        .exclude(**here)
        .filter(Q(pk__in=among(shared, "bigint")) if shared else near, active_buyer_count__gt=0)
        .values("id", "province", "market", "property_type", "active_buyer_count")
    }
    return {
        "ground": ground.value,
        "neighbours": sorted(nodes.values(), key=lambda node: (-node["shared"], -node["active_buyer_count"], node["id"])),
        "buyers": _buyers(own, nodes, limit, now or timezone.now()),
    }


def _sharing(own: QuerySet[Any, Any], here: Mapping[str, str]) -> dict[int, int]:
    """How many of these buyers are active at each other node."""
    shared = ACTIVE.filter(buyer_id__in=own).exclude(**here).values("node_id")
    return dict(shared.annotate(shared=Count("buyer_id", distinct=True)).values_list("node_id", "shared"))


def _buyers(
    own: QuerySet[Any, Any], nodes: Mapping[int, Mapping[str, Any]], limit: int, now: datetime
) -> list[dict[str, Any]]:
    active: dict[str, list[int]] = defaultdict(list)
    others = ACTIVE.filter(node__in=among(nodes, "bigint")).exclude(buyer_id__in=own)
    pairs: Any = others.values_list("buyer_id", "node_id").distinct()
    for buyer_id, node in pairs:
        active[buyer_id].append(node)
    known = {row["buyer_id"]: row for row in _known(list(active))}
    points = {buyer_id: [(gate.BUYER, buyer_id), *points_of(known.get(buyer_id, {}))] for buyer_id in active}
    refusing = gate.opted_out_points({point for of_buyer in points.values() for point in of_buyer}, now)
    found = [
        {
            "buyer_id": buyer_id,
            "name": row["name"] or row["company"] if row else "",
            "status": row["status"] if row else None,
            "shared": sum(nodes[node]["shared"] for node in at),
            "nodes": sorted(at),
        }
        for buyer_id, at, row in ((buyer_id, at, known.get(buyer_id)) for buyer_id, at in active.items())
        if refusing.isdisjoint(points[buyer_id]) and not (row and row["status"] == Buyer.Status.BLOCKED)
    ]
    found.sort(key=lambda one: (-one["shared"], -len(one["nodes"]), one["buyer_id"]))
    return found[:limit]


def _known(buyer_ids: Sequence[str]) -> QuerySet[Buyer, dict[str, Any]]:
    return Buyer.objects.filter(buyer_id__in=among(buyer_ids)).values("buyer_id", "name", "company", "status", *CONTACTS)
