"""The tables of offers and of what happened to them."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from buyers.book.models import buyer_key
from buyers.liquidity.figures import SFR
from followups.leads.models import lead_key
from offers.deals.life.states import ON_THE_TABLE, OPEN, TRANSITIONS, State
from offers.deals.models import OfferEvidence
from offers.policies.models import Stake
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.setting_fields import money_field
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province
from wholesale.plumbing.wordings import StoredWords, WordedField, WordedJsonField

DOCUMENTS_MAX = 20  # references of one event


def _in(states: Iterable[State]) -> list[str]:
    return sorted(state.value for state in states)


def _is_none_of(states: Collection[State]) -> Q:
    return ~Q(state__in=_in(states))


class Offer(SignedModel):
    """An offer to a seller: it rests on its evidence, and lives by the transitions of `states`. Amounts are in CAD.

    While it is open (SENT to ASSIGNED), `reservation` is what it puts at stake.
    """

    evidence = models.ForeignKey(OfferEvidence, on_delete=models.PROTECT, related_name="offers")
    recommendation = models.ForeignKey(
        "governance.HeimdallRecommendation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("the AI's advice on which it rests, judged when it is sent"),
    )
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    property_type = models.CharField(max_length=WORD_MAX_LENGTH, default=SFR)
    lead = lead_key("offers")
    deal_ref = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text=_("the deal's name towards buyers"))
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField()
    amount = money_field(help_text=_("what is on the table now, CAD"))
    arv = money_field(help_text=_("after-repair value of its evidence, CAD"))
    fee = money_field(help_text=_("the assignment fee that we hope for, CAD"))
    stake = models.CharField(max_length=16, choices=Stake, blank=True, help_text=_("what it puts at stake; none of a draft"))
    drafted_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    contracted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text=_("when it closed or fell through"))
    buyer = buyer_key("offers")
    reservation = models.OneToOneField(
        "governance.RiskReservation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    realized_profit = money_field(null=True, help_text=_("CAD; below 0 for a loss"))
    realized_loss = money_field(null=True, help_text=_("CAD"))
    last_seq = models.PositiveIntegerField(default=0, help_text=_("the seq of its last event"))
    # Set under the row's lock when the KPI row is written, so each offer counts at most once in each of the two rates.
    acceptance_told_at = models.DateTimeField(null=True)
    contract_told_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("draft_offer", "Can draft an offer and counter"),
            ("send_offer", "Can send an offer, and assign its contract"),
            ("record_offer", "Can record what became of an offer"),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="offer_state"),
            models.CheckConstraint(condition=Q(amount__gt=0, arv__gt=0, fee__gte=0), name="offer_amounts"),
            # What is open was sent, ends on a day, and has something at stake.
            models.CheckConstraint(
                condition=_is_none_of(OPEN)
                | Q(sent_at__isnull=False, expires_at__isnull=False, reservation__isnull=False, stake__in=Stake.values),
                name="offer_open_is_whole",
            ),
            models.CheckConstraint(
                condition=_is_none_of({State.ASSIGNED}) | Q(buyer__isnull=False), name="offer_assigned_to_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="offer_in_state"),  # offers?state=
            models.Index(fields=["state", "-state_since", "-id"], name="offer_on_board"),  # the board of offers
            models.Index(fields=["province", "market", "-id"], name="offer_place"),  # offers?province=&market=
            models.Index(fields=["lead", "-id"], name="offer_lead"),  # offers?lead_id=
            # The search for a deal, also by the beginning of its name.
            models.Index(
                fields=["deal_ref"], condition=~Q(deal_ref=""), opclasses=["varchar_pattern_ops"], name="offer_deal"
            ),
            # The newest answers, of which advice is made.
            models.Index(fields=["-answered_at", "-id"], condition=Q(answered_at__isnull=False), name="offer_answered"),
            # expire_offers(): what ran out, and what was to be told.
            models.Index(fields=["expires_at", "id"], condition=Q(state__in=_in(ON_THE_TABLE)), name="offer_expires"),
            models.Index(
                fields=["sent_at", "id"],
                condition=Q(sent_at__isnull=False, acceptance_told_at__isnull=True),
                name="offer_acceptance_untold",
            ),
            models.Index(
                fields=["accepted_at", "id"],
                condition=Q(accepted_at__isnull=False, contract_told_at__isnull=True),
                name="offer_contract_untold",
            ),
        ]
        verbose_name_plural = _("offers")

    def __str__(self) -> str:
        about = {"id": self.pk, "amount": shown_money(self.amount), "place": place_name(self.province, self.market)}
        return gettext("Offer %(id)s of %(amount)s in %(place)s") % about

    @property
    def deal_name(self) -> str:
        """The deal's name towards buyers. A deal that nobody named is called after its offer."""
        return self.deal_ref or f"OFFER-{self.pk}"

    @property
    def is_late(self) -> bool:
        """Whether the seller accepted after the offer had expired."""
        return self.accepted_at is not None and self.expires_at is not None and self.accepted_at >= self.expires_at


class OfferEvent(SignedModel, AppendOnlyModel):
    """One transition of an offer. Never changed or deleted."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField(help_text=_("1 for the offer's first transition"))
    from_state = models.CharField(max_length=12, choices=State)
    to_state = models.CharField(max_length=12, choices=State)
    amount = money_field(help_text=_("what was on the table then, CAD"))
    asked = money_field(null=True, help_text=_("of a counter: what the seller asked for, CAD"))
    at = models.DateTimeField()
    reason = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)
    documents = WordedJsonField(default=list, help_text=_("references of documents, such as a contract's number"))

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        constraints = [
            # Also the index of an offer's events.
            models.UniqueConstraint(fields=["offer", "seq"], name="offerevent_seq"),
            models.CheckConstraint(condition=Q(seq__gt=0), name="offerevent_seq_counts"),
            models.CheckConstraint(
                condition=reduce(or_, (Q(from_state=before, to_state=after) for before, after in sorted(TRANSITIONS))),
                name="offerevent_transition",
            ),
        ]
        indexes = [
            models.Index(fields=["correlation_id", "at", "id"], name="offerevent_trace"),  # kpi.trace
        ]
        verbose_name = _("offer event")
        verbose_name_plural = _("offer events")

    def __str__(self) -> str:
        return gettext("%(before)s to %(after)s") % {
            "before": self.get_from_state_display(),
            "after": self.get_to_state_display(),
        }


class OfferEventWords(StoredWords):
    """What somebody wrote about an event. Erasing the person whom the offer is about removes it."""

    event = models.OneToOneField(OfferEvent, primary_key=True, on_delete=models.PROTECT, related_name="words")
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    documents = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = _("offer event words")
