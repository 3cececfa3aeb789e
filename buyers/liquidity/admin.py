"""The read-only admin pages of buyers: liquidity nodes and feedback events."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from buyers.book.models import Buyer, with_names
from buyers.liquidity.figures import Event
from buyers.liquidity.graph import pages
from buyers.liquidity.heat.pages import heat_page
from buyers.liquidity.models import INVENTED, BuyerFeedbackEvent, BuyerLiquidityNode, DealSent
from buyers.liquidity.rates import Posterior
from buyers.liquidity.scores import known_of, liquidity_score
from buyers.liquidity.words import buyers_url, events_text, rate_text
from wholesale.plumbing.admin_base import GrowingAdmin, Naming, ReadOnlyAdmin
from wholesale.plumbing.admin_parts import SinceFilter, button, column
from wholesale.plumbing.codes import place_text, property_text, referred
from wholesale.plumbing.scopes import may_read_any
from wholesale.plumbing.showing import shown_number, shown_rate

EVENT_COLOURS = {
    Event.RESPONDED.label: "info",
    Event.BOUGHT.label: "success",
    Event.NO_RESPONSE.label: "warning",
    Event.PASSED.label: "danger",
}


PROPERTY = column(_("Property type"), lambda row: property_text(row.property_type), ordering="property_type")


@admin.register(BuyerLiquidityNode)
class BuyerLiquidityNodeAdmin(ReadOnlyAdmin):
    """The admin page of liquidity nodes: how liquid each property type is in each market."""

    list_display = (
        "place",
        "property_name",
        "score",
        "active_buyer_count",
        "buyer_count",
        "responds",
        "closes",
        "updated_at",
    )
    list_filter = ("province",)
    list_select_related = False
    search_fields = ("market", "property_type")
    search_help_text = _("Market or property type")
    fieldsets = (
        (_("Node"), {"fields": ("place", "property_name", "score", "events")}),
        (
            _("What the score is made of: active buyers * 0.5 + response rate * 50 + close rate * 50"),
            {
                "fields": ("active_buyer_count", "buyer_count", "response_rate", "close_rate", "updated_at"),
                "description": _(
                    "The guide's two rates begin at 0, and each answer moves them by one small step up or down. So they are "
                    "no shares of the answers, and lie far below the true rates that the next part estimates."
                ),
            },
        ),
        (
            _(
                "What is known of the true rates: the mean, the 90% interval, and the events that it rests on, "
                "less as they age"
            ),
            {"fields": ("responds", "closes", "someone_buys")},
        ),
    )

    actions_detail = ("open_buyers",)

    def get_urls(self) -> list[Any]:
        heat = path("heat/", self.admin_site.admin_view(self.heat), name="buyers_buyerliquiditynode_heat")
        graph = path("graph/", self.admin_site.admin_view(self.graph), name="buyers_buyerliquiditynode_graph")
        of_node = "<path:object_id>/buyers/"
        buyers = path(of_node, self.admin_site.admin_view(self.buyers), name="buyers_buyerliquiditynode_buyers")
        return [heat, graph, buyers, *super().get_urls()]

    def heat(self, request: HttpRequest) -> HttpResponse:
        """Show the heat table of markets by property types."""
        return heat_page(request, self)

    def graph(self, request: HttpRequest) -> HttpResponse:
        """Show the graph of nodes that share active buyers."""
        return pages.graph_page(request, self)

    def buyers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the buyers of a node, and those of its neighbours."""
        return pages.buyers_page(request, self, object_id)

    @button(_("Buyers"), "view", icon="group", path="to-buyers")
    def open_buyers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the buyers of the node."""
        node = self.get_object(request, object_id)
        if node is None:
            raise Http404
        return HttpResponseRedirect(buyers_url(node.pk))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BuyerLiquidityNode]:
        return super().get_queryset(request).exclude(INVENTED)

    place = column(_("Place"), place_text, ordering="province")
    property_name = PROPERTY

    @display(
        description=_("Score"),
        ordering=F("active_buyer_count") * 0.5 + (F("avg_response_rate") + F("avg_close_rate")) * 50,
    )
    def score(self, node: BuyerLiquidityNode) -> str:
        """The node's score, by the formula of the customer's guide."""
        return shown_number(node.liquidity.score, 2)

    response_rate = column(
        _("Response rate"), lambda node: shown_rate(node.avg_response_rate, 2), ordering="avg_response_rate"
    )
    close_rate = column(_("Close rate"), lambda node: shown_rate(node.avg_close_rate, 2), ordering="avg_close_rate")
    responds = column(_("Responds (90%)"), lambda node: _heard(known_of(node).response))
    closes = column(_("Buys if decided (90%)"), lambda node: _heard(known_of(node).close))

    @display(description=_("Somebody buys the next deal"))
    def someone_buys(self, node: BuyerLiquidityNode) -> str:
        """The probability that at least one active buyer whose box fits buys."""
        score = liquidity_score(node.province, node.market, node.property_type)["posterior_score"]
        return shown_rate(score / 100)

    @display(description=_("Events"))
    def events(self, node: BuyerLiquidityNode) -> str:
        """A link to the feedback events of the node."""
        url = reverse("admin:buyers_buyerfeedbackevent_changelist", query={"node__id__exact": node.pk})
        return format_html('<a href="{}" class="text-link">{}</a>', url, gettext("All events of this node"))


@admin.register(BuyerFeedbackEvent)
class BuyerFeedbackEventAdmin(GrowingAdmin):
    """The admin page of feedback events, newest first."""

    list_display = ("id", "created_at", "kind", "buyer_name", "deal", "place", "property_name", "actor")
    list_filter = (SinceFilter, "event", "is_derived", "province")
    list_select_related = False
    search_fields = ("buyer_id__exact", "deal_ref__exact", "market__exact", "correlation_id__exact")
    search_help_text = _("Buyer id, deal, market or correlation id, in full")
    fieldsets = (
        (_("Event"), {"fields": ("kind", "buyer_name", "deal", "is_derived", "place", "property_name", "node")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BuyerFeedbackEvent]:
        events = super().get_queryset(request)
        return with_names(events) if may_read_any(Buyer, request.user) else events

    kind = column(_("Event"), lambda event: event.get_event_display(), ordering="event", label=EVENT_COLOURS)
    buyer_name = column(_("Buyer"), lambda event: referred(event, "buyer"), ordering="buyer_id", empty_value=_("not named"))
    deal = column(_("Deal"), lambda event: event.deal_ref, empty_value=_("not named"))
    place = column(_("Place"), place_text, ordering="province")
    property_name = PROPERTY


@admin.register(DealSent)
class DealSentAdmin(Naming, GrowingAdmin):
    """The admin page of deals that were sent to buyers, newest first."""

    refers_to = ("buyer",)
    list_display = ("id", "sent_at", "deal_ref", "buyer_name", "channel", "place", "property_name", "actor")
    list_display_links = ("id", "deal_ref")
    list_filter = (SinceFilter, "channel", "province")
    list_select_related = False
    search_fields = ("deal_ref__exact", "buyer_id__exact", "market__exact", "correlation_id__exact")
    search_help_text = _("Deal, buyer id, market or correlation id, in full")
    fieldsets = (
        (_("Deal"), {"fields": ("deal_ref", "place", "property_name")}),
        (_("Sent"), {"fields": ("buyer_name", "channel", "sent_at")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id")}),
    )

    buyer_name = column(_("Buyer"), lambda sent: referred(sent, "buyer"), ordering="buyer_id")
    place = column(_("Place"), place_text, ordering="province")
    property_name = PROPERTY


def _heard(rate: Posterior) -> str:
    return f"{rate_text(rate._asdict())}, {events_text(rate.events)}"
