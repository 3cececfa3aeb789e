"""Nodes and rates as a person reads them, and where the pages of a node are."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wholesale.plumbing.codes import house_text, place_name, spelled
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.vocabulary import ALL


def between_text(rate: Mapping[str, Any]) -> str:
    """The 90% interval of a rate."""
    return _("%(low)s to %(high)s") % {name: shown_rate(rate[name]) for name in ("low", "high")}


def rate_text(rate: Mapping[str, Any]) -> str:
    """The mean of a rate, and its 90% interval."""
    return _("%(mean)s (%(low)s to %(high)s)") % {name: shown_rate(rate[name]) for name in ("mean", "low", "high")}


def events_text(events: float) -> str:
    """The effective number of events on which a rate rests: each counts for less as it ages."""
    number = shown_number(events, 1)
    return ngettext("%(number)s weighted event", "%(number)s weighted events", 1 if number == "1" else 2) % {
        "number": number
    }


def market_text(market: str) -> str:
    """The name of a market within its province."""
    return _("Whole province") if market == ALL else spelled(market)


def placed(place: Mapping[str, Any]) -> str:
    """The place of a node or a deal as people write it."""
    return place_name(place["province"], place["market"])


def named(node: Mapping[str, Any]) -> str:
    """The place and the property type of a node or a deal."""
    return house_text(node["province"], node["market"], node["property_type"])


def buyers_url(node_id: int) -> str:
    """The address of the page with the buyers of a node."""
    return reverse("admin:buyers_buyerliquiditynode_buyers", args=[node_id])
