"""The page of a buyer, as plain values for its template."""

from django.utils.translation import gettext as _

from buyers.book.boxes_admin import box_text
from buyers.book.models import Buyer
from buyers.liquidity.reliability import reliability_of
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.showing import shown_day, shown_money, shown_number

Facts = list[tuple[str, str]]


def facts_of(buyer: Buyer) -> Facts:
    """Return what is known of a buyer, by name. What is not known is left out."""
    funds = ""
    if buyer.funds_amount is not None:
        until = {"amount": shown_money(buyer.funds_amount), "day": shown_day(buyer.funds_expire_on)}
        funds = _("%(amount)s until %(day)s") % until
    found = (
        (_("Company"), buyer.company),
        (_("Lives in"), place_text(buyer)),
        (_("Language"), buyer.get_language_display()),
        (_("Proof of funds"), funds),
        (_("Source"), buyer.source),
        (_("Notes"), buyer.notes),
        (_("Buyer id"), buyer.buyer_id),
    )
    return [(name, str(value)) for name, value in found if value]


def record_of(buyer: Buyer) -> Facts:
    """Return how reliable the buyer is, by name, in one query."""
    known = reliability_of([buyer.buyer_id])[buyer.buyer_id]
    days = known.median_days_to_close
    return [
        (_("Deals closed"), shown_number(known.deals_closed)),
        (_("Deals fallen through"), shown_number(known.deals_fell_through)),
        (_("Days to close, median"), shown_number(days, 1)),
    ]


def boxes_of(buyer: Buyer) -> list[tuple[str, str]]:
    """Return the buyer's boxes: the name of each, and what it holds."""
    return [(box.name, box_text(box)) for box in buyer.boxes.all()]
