"""The tables of liquidity nodes, of what buyers did, of deals that were offered, and of what is known of each buyer."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from buyers.book.models import buyer_key
from buyers.liquidity.figures import SFR, Event, Liquidity
from buyers.liquidity.tallies import Tallied
from governance.channels import Channel
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import house_text, referred, titled
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, WALKTHROUGH_PROPERTY, WORD_MAX_LENGTH, Province

INVENTED = Q(property_type=WALKTHROUGH_PROPERTY)  # the nodes of walkthroughs, which no list shows


class BuyerLiquidityNode(Tallied):
    """How liquid one property type is in one market, computed from the node's events in the order of their ids."""

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH, default=SFR)
    buyer_count = models.PositiveIntegerField(default=0, help_text=_("distinct buyers with an event"))
    active_buyer_count = models.PositiveIntegerField(default=0, help_text=_("buyers who responded or bought"))
    avg_response_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text=_("fraction 0..1"))
    avg_close_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text=_("fraction 0..1"))
    updated_at = models.DateTimeField()
    # The prior of the node's rates: what the other nodes say about it (`priors`).
    prior_response_mean = models.FloatField(default=0.5, db_default=0.5, help_text=_("fraction 0..1"))
    prior_response_strength = models.FloatField(default=2, db_default=2, help_text=_("in events"))
    prior_close_mean = models.FloatField(default=0.5, db_default=0.5, help_text=_("fraction 0..1"))
    prior_close_strength = models.FloatField(default=2, db_default=2, help_text=_("in events"))

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
        verbose_name = _("liquidity node")
        verbose_name_plural = _("liquidity nodes")

    def __str__(self) -> str:
        return house_text(self.province, self.market, self.property_type)

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


PRIOR_FIELDS = ("prior_response_mean", "prior_response_strength", "prior_close_mean", "prior_close_strength")
LIQUIDITY_FIELDS = ("buyer_count", "active_buyer_count", "avg_response_rate", "avg_close_rate")


class BuyerFeedbackEvent(SignedModel, AppendOnlyModel):
    """A feedback event: what a buyer did. Never changed or deleted."""

    node = models.ForeignKey(BuyerLiquidityNode, on_delete=models.PROTECT, related_name="events", db_index=False)
    buyer_id = models.CharField(max_length=LABEL_MAX_LENGTH, null=True, blank=True, help_text=_("the guide's string"))
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH)
    event = models.CharField(max_length=11, choices=Event)
    deal_ref = models.CharField(max_length=LABEL_MAX_LENGTH, null=True, blank=True, help_text=_("the deal that was offered"))
    is_derived = models.BooleanField(
        default=False, db_default=False, help_text=_("whether the product recorded it because the buyer was silent")
    )

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(event__in=Event.values), name="buyerfeedbackevent_event"),
            models.CheckConstraint(
                condition=Q(is_derived=False) | Q(event=Event.NO_RESPONSE, buyer_id__isnull=False, deal_ref__isnull=False),
                name="buyerfeedbackevent_derived",
            ),
            models.UniqueConstraint(
                fields=["buyer_id", "deal_ref"], condition=Q(is_derived=True), name="buyerfeedbackevent_silent_once"
            ),
        ]
        indexes = [
            # record_feedback(): the kinds of a buyer's events at the node. rebuild_liquidity: all events of the node.
            models.Index(fields=["node", "buyer_id", "event"], name="buyerfeedbackevent_buyer"),
            # record_feedback(): what the buyer did about the deal before. rebuild_liquidity, and a buyer's reliability.
            models.Index(
                fields=["buyer_id", "deal_ref"], condition=Q(buyer_id__isnull=False), name="buyerfeedbackevent_deal"
            ),
            # feedback?correlation_id=, and kpi.trace
            models.Index(fields=["correlation_id", "created_at", "id"], name="buyerfeedbackevent_correl"),
            # What buyers answered to a deal: a deal's page.
            models.Index(fields=["deal_ref", "id"], condition=Q(deal_ref__isnull=False), name="buyerfeedbackevent_of_deal"),
        ]
        ordering = ["-id"]
        permissions = [
            ("record_feedback", "Can record what a buyer did"),
            ("record_any_feedback", "Can record it under another's name"),
        ]
        verbose_name = _("buyer feedback event")
        verbose_name_plural = _("buyer feedback events")

    def __str__(self) -> str:
        return titled(referred(self, "buyer") or gettext("Somebody"), self.get_event_display().lower())


class BuyerRecord(Tallied):
    """What a buyer did at all nodes together. It exists from the buyer's first event on, also without a `Buyer`."""

    buyer = buyer_key("records")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["buyer"], name="buyerrecord_buyer")]  # also its index
        verbose_name = _("buyer's record")
        verbose_name_plural = _("buyers' records")

    def __str__(self) -> str:
        return str(self.buyer_id)


class LiquidityPrior(models.Model):
    """The prior of the rates of whatever is new below a level of the tree: a node in a market, a market in a province, a
    province in Canada; and of a buyer at a node. The periodic fit writes it (`priors`)."""

    class Level(models.TextChoices):
        """Below what the prior holds."""

        CANADA = "CANADA", _("Canada")
        PROVINCE = "PROVINCE", _("Province")
        MARKET = "MARKET", _("Market")
        BUYER = "BUYER", _("Buyers")

    level = models.CharField(max_length=8, choices=Level)
    province = models.CharField(max_length=2, choices=Province, blank=True)
    market = models.CharField(max_length=WORD_MAX_LENGTH, blank=True)
    response_mean = models.FloatField(help_text=_("fraction 0..1"))
    response_strength = models.FloatField(help_text=_("in events"))
    close_mean = models.FloatField(help_text=_("fraction 0..1"))
    close_strength = models.FloatField(help_text=_("in events"))
    fitted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["level", "province", "market"], name="liquidityprior_place")]
        verbose_name = _("liquidity prior")
        verbose_name_plural = _("liquidity priors")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.get_level_display(), self.province, self.market)))


class DealSent(SignedModel, AppendOnlyModel):
    """The fact that a deal was offered to a buyer of the book. Never changed or deleted."""

    buyer = buyer_key("deals_sent")
    deal_ref = models.CharField(max_length=LABEL_MAX_LENGTH)
    channel = models.CharField(max_length=5, choices=Channel)
    sent_at = models.DateTimeField()
    province = models.CharField(max_length=2, choices=Province, help_text=_("where the deal is"))
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        permissions = [("send_deal", "Can record that a deal was offered")]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="dealsent_channel"),
            models.CheckConstraint(condition=Q(buyer__isnull=False), name="dealsent_buyer"),
        ]
        indexes = [
            # When the buyer was last contacted; whether a silent buyer was sent the deal again.
            models.Index(fields=["buyer", "deal_ref", "sent_at"], name="dealsent_buyer_deal"),
            models.Index(fields=["sent_at"], name="dealsent_sent"),  # who is silent for too long
            models.Index(fields=["deal_ref", "id"], name="dealsent_deal"),  # whom a deal was offered to: a deal's page
            models.Index(fields=["correlation_id", "created_at", "id"], name="dealsent_trace"),  # kpi.trace: of a request
        ]
        verbose_name = _("deal sent")
        verbose_name_plural = _("deals sent")

    def __str__(self) -> str:
        return gettext("%(deal)s to %(buyer)s") % {"deal": self.deal_ref, "buyer": referred(self, "buyer")}
