"""The read-only admin pages of buyers: liquidity nodes and feedback events."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from buyers.liquidity import Event
from buyers.models import INVENTED, BuyerFeedbackEvent, BuyerLiquidityNode
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyAdmin, SinceFilter, place_text

EVENT_COLOURS = {Event.RESPONDED: "info", Event.BOUGHT: "success", Event.NO_RESPONSE: "warning", Event.PASSED: "danger"}


@admin.register(BuyerLiquidityNode)
class BuyerLiquidityNodeAdmin(ReadOnlyAdmin):
    """The admin page of liquidity nodes: how liquid each property type is in each market."""

    list_display = (
        "place",
        "property_type",
        "score",
        "active_buyer_count",
        "buyer_count",
        "response_rate",
        "close_rate",
        "updated_at",
    )
    list_filter = ("province",)
    list_select_related = False
    search_fields = ("market", "property_type")
    search_help_text = "Market or property type"
    fieldsets = (
        ("Node", {"fields": ("place", "property_type", "score", "events")}),
        (
            "What the score is made of: active buyers * 0.5 + response rate * 50 + close rate * 50",
            {"fields": ("active_buyer_count", "buyer_count", "response_rate", "close_rate", "updated_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BuyerLiquidityNode]:
        return super().get_queryset(request).exclude(INVENTED)

    @display(description="Place", ordering="province")
    def place(self, node: BuyerLiquidityNode) -> str:
        """The province and the market of the node."""
        return place_text(node)

    @display(
        description="Score",
        ordering=F("active_buyer_count") * 0.5 + (F("avg_response_rate") + F("avg_close_rate")) * 50,
    )
    def score(self, node: BuyerLiquidityNode) -> str:
        """The node's score, by the formula of the customer's guide."""
        return f"{node.liquidity.score:.2f}"

    @display(description="Response rate", ordering="avg_response_rate")
    def response_rate(self, node: BuyerLiquidityNode) -> str:
        """The node's response rate in percent."""
        return f"{node.avg_response_rate:.2%}"

    @display(description="Close rate", ordering="avg_close_rate")
    def close_rate(self, node: BuyerLiquidityNode) -> str:
        """The node's close rate in percent."""
        return f"{node.avg_close_rate:.2%}"

    @display(description="Events")
    def events(self, node: BuyerLiquidityNode) -> str:
        """A link to the feedback events of the node."""
        url = reverse("admin:buyers_buyerfeedbackevent_changelist", query={"node__id__exact": node.pk})
        return format_html('<a href="{}" class="text-link">All events of this node</a>', url)


@admin.register(BuyerFeedbackEvent)
class BuyerFeedbackEventAdmin(GrowingAdmin):
    """The admin page of feedback events, newest first."""

    list_display = ("id", "created_at", "kind", "buyer", "place", "property_type", "actor")
    list_filter = (SinceFilter, "event", "province")
    list_select_related = False
    search_fields = ("buyer_id__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Buyer id, market or correlation id, in full"
    fieldsets = (
        ("Event", {"fields": ("kind", "buyer", "place", "property_type", "node")}),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    @display(description="Event", ordering="event", label={event.label: colour for event, colour in EVENT_COLOURS.items()})
    def kind(self, event: BuyerFeedbackEvent) -> str:
        """The kind of the event."""
        return event.get_event_display()

    @display(description="Buyer", ordering="buyer_id", empty_value="not named")
    def buyer(self, event: BuyerFeedbackEvent) -> str | None:
        """The buyer's id, or None if the event names no buyer."""
        return event.buyer_id

    @display(description="Place", ordering="province")
    def place(self, event: BuyerFeedbackEvent) -> str:
        """The province and the market of the event."""
        return place_text(event)
