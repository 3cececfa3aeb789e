"""The tables of liquidity nodes and feedback events."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from buyers.liquidity import Event, Liquidity
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, WALKTHROUGH_PROPERTY, WORD_MAX_LENGTH, Province

INVENTED = Q(property_type=WALKTHROUGH_PROPERTY)  # the nodes of walkthroughs, which no list shows
SFR = "SFR"  # single-family residence, the default property type


class BuyerLiquidityNode(models.Model):
    """How liquid one property type is in one market, computed from the node's events in the order of their ids."""

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH, default=SFR)
    buyer_count = models.PositiveIntegerField(default=0, help_text="distinct buyers with an event")
    active_buyer_count = models.PositiveIntegerField(default=0, help_text="buyers who responded or bought")
    avg_response_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text="fraction 0..1")
    avg_close_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text="fraction 0..1")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also the index of liquidity_score(), record_feedback() and the list's order.
            models.UniqueConstraint(fields=["province", "market", "property_type"], name="buyerliquiditynode_place"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="buyerliquiditynode_province"),
            models.CheckConstraint(
                condition=Q(avg_response_rate__range=(0, 1), avg_close_rate__range=(0, 1)), name="buyerliquiditynode_rates"
            ),
        ]
        ordering = ["province", "market", "property_type"]
        default_permissions = ("view",)
        verbose_name = "liquidity node"

    def __str__(self) -> str:
        return f"{self.province} {self.market} {self.property_type}"

    @property
    def liquidity(self) -> Liquidity:
        """The node's figures as a plain value."""
        return Liquidity(self.buyer_count, self.active_buyer_count, self.avg_response_rate, self.avg_close_rate)

    @liquidity.setter
    def liquidity(self, value: Liquidity) -> None:
        self.buyer_count, self.active_buyer_count = value.buyer_count, value.active_buyer_count
        self.avg_response_rate, self.avg_close_rate = value.avg_response_rate, value.avg_close_rate

    @property
    def score(self) -> Decimal:
        """The node's score, by the formula of the customer's guide."""
        return self.liquidity.score


LIQUIDITY_FIELDS = ("buyer_count", "active_buyer_count", "avg_response_rate", "avg_close_rate")


class BuyerFeedbackEvent(SignedModel, AppendOnlyModel):
    """A feedback event: what a buyer did. Never changed or deleted."""

    node = models.ForeignKey(BuyerLiquidityNode, on_delete=models.PROTECT, related_name="events", db_index=False)
    buyer_id = models.CharField(max_length=LABEL_MAX_LENGTH, null=True, blank=True, help_text="the guide's string")
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH)
    event = models.CharField(max_length=11, choices=Event)

    class Meta(AppendOnlyModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(event__in=Event.values), name="buyerfeedbackevent_event")]
        indexes = [
            # record_feedback(): the kinds of a buyer's events at the node. rebuild_liquidity: all events of the node.
            models.Index(fields=["node", "buyer_id", "event"], name="buyerfeedbackevent_buyer"),
            models.Index(fields=["correlation_id"], name="buyerfeedbackevent_correl"),  # feedback?correlation_id=
        ]
        ordering = ["-id"]
        permissions = [
            ("record_feedback", "Can record what a buyer did"),
            ("record_any_feedback", "Can record it under another's name"),
        ]
        verbose_name = "buyer feedback event"

    def __str__(self) -> str:
        return f"{self.buyer_id or 'somebody'} {self.event}"
