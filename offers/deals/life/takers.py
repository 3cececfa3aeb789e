"""The buyers who may take a contract: those whom the form of an assignment proposes."""

from buyers.book.models import Buyer
from buyers.liquidity.models import DealSent
from offers.deals.life.models import Offer

TAKERS_MAX = 300  # whom a browser's list still shows at once


def takers_of(offer: Offer) -> list[tuple[str, str]]:
    """Return the ids and names of the buyers who were asked about the deal, by name; if nobody was, of all. None is blocked.

    Takes one query, or two where nobody was asked.
    """
    buyers = Buyer.objects.exclude(status=Buyer.Status.BLOCKED).order_by("name", "id")
    asked = buyers.filter(buyer_id__in=DealSent.objects.filter(deal_ref=offer.deal_name).values("buyer_id"))
    return [(buyer.buyer_id, str(buyer)) for buyer in asked[:TAKERS_MAX] or buyers[:TAKERS_MAX]]
