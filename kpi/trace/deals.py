"""What the lines about deals and their buyers say in words."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from kpi.trace.sources import TraceSaid
from wholesale.plumbing.codes import place_name, property_text, referred
from wholesale.plumbing.showing import shown_time


def sent(row: DealSent) -> TraceSaid:
    """Say what was offered to whom."""
    said = {"deal": row.deal_ref, "buyer": referred(row, "buyer")}
    return sent_to_own(row)._replace(what=_("Deal %(deal)s offered to %(buyer)s") % said)


def sent_to_own(row: DealSent) -> TraceSaid:
    """Say what was offered, on the page of the buyer."""
    details = {_("Channel"): row.get_channel_display(), _("Sent"): shown_time(row.sent_at)}
    return TraceSaid(_("Deal %(deal)s offered") % {"deal": row.deal_ref}, "", details)


def feedback(row: BuyerFeedbackEvent) -> TraceSaid:
    """Say who did what about a deal."""
    said = {"buyer": referred(row, "buyer") or _("Somebody"), "event": row.get_event_display()}
    return own_feedback(row)._replace(what=_("%(buyer)s: %(event)s") % said)


def own_feedback(row: BuyerFeedbackEvent) -> TraceSaid:
    """Say what was done about a deal, on the page of the buyer."""
    place = place_name(row.province, row.market)
    details = {_("Deal"): row.deal_ref, _("Property"): property_text(row.property_type), _("Place"): place}
    return TraceSaid(row.get_event_display(), "", details)


def with_buyers(sent: QuerySet[Any]) -> QuerySet[Any]:
    """Return rows with the buyers to whom deals were offered."""
    return sent.select_related("buyer")
