"""Finding offers by their number, their lead or their deal."""

from typing import Any

from django.db.models import Q, QuerySet

from offers.deals.life.models import Offer
from wholesale.plumbing import scopes
from wholesale.plumbing.admin_input import row_id


def find_offers(text: str, user: Any, *, most: int) -> list[Offer]:
    """Return the newest offers that this user may read: with this id, about this lead, or of a deal whose name begins so."""
    text = text.replace("\x00", " ").strip().removeprefix("#")
    if not text:
        return []
    named = Q(pk=row_id(text)) | Q(lead_id=text) | (Q(deal_ref__startswith=text) & ~Q(deal_ref=""))
    found: QuerySet[Offer] = scopes.visible(Offer.objects.filter(named), user)
    return list(found.order_by("-pk")[:most])
