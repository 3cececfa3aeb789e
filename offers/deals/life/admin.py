"""The admin pages of offers to sellers, whose buttons call the verbs, and of their history."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from offers.deals.life import services
from offers.deals.life.forms import AssignForm, CloseForm, CounterForm, FailForm, MoveForm
from offers.deals.life.models import Offer, OfferEvent
from offers.deals.life.states import TRANSITIONS, State
from offers.deals.life.takers import takers_of
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, Naming, ReadOnlyInline
from wholesale.plumbing.admin_parts import DANGER, Colours, SinceFilter, allowed, button, column, link
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.codes import place_text, property_text, referred
from wholesale.plumbing.showing import shown_money, shown_time

STATE_COLOURS = Colours(
    {
        State.DRAFT.label: "",
        State.SENT.label: "info",
        State.COUNTERED.label: "info",
        State.ACCEPTED.label: "success",
        State.REJECTED.label: "danger",
        State.EXPIRED.label: "warning",
        State.CONTRACTED.label: "success",
        State.ASSIGNED.label: "success",
        State.CLOSED.label: "success",
        State.FELL_THROUGH.label: "danger",
    }
)
# The button that brings an offer to a state, by the name of its method. Time alone brings it to EXPIRED.
BUTTONS = {
    State.SENT: "send",
    State.COUNTERED: "counter",
    State.ACCEPTED: "accept",
    State.REJECTED: "reject",
    State.CONTRACTED: "contract",
    State.ASSIGNED: "assign",
    State.CLOSED: "close",
    State.FELL_THROUGH: "fall_through",
}


def offer_url(offer_id: int) -> str:
    """Return the address of an offer's page."""
    return reverse("admin:offers_offer_change", args=[offer_id])


def _may_become(to: State) -> Callable[[Offer], bool]:
    return lambda offer: (offer.state, to) in TRANSITIONS


class EventColumns:
    """A mixin for admin pages: the columns of a transition."""

    step = column(
        _("From and to"),
        lambda event: (
            gettext("%(from_state)s to %(to_state)s")
            % {"from_state": event.get_from_state_display(), "to_state": event.get_to_state_display()}
        ),
    )
    amount_cad = column(_("On the table"), lambda event: shown_money(event.amount))
    asked_cad = column(_("The seller asked"), lambda event: "" if event.asked is None else shown_money(event.asked))
    papers = column(_("Documents"), lambda event: "; ".join(event.documents))


class OfferEventInline(EventColumns, ReadOnlyInline):
    """The table of an offer's transitions, on the page of the offer."""

    model = OfferEvent
    ordering = ("seq",)
    fields = ("seq", "at", "step", "amount_cad", "asked_cad", "actor", "reason", "papers")
    readonly_fields = ("step", "amount_cad", "asked_cad", "papers")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("words")


@admin.register(Offer)
class OfferAdmin(Naming, GrowingAdmin):
    """The admin pages of offers to sellers, newest first."""

    refers_to = ("lead", "buyer")
    list_display = ("id", "state_label", "place", "amount_cad", "seller", "deal_ref", "sent_at", "expires_at", "taker")
    list_display_links = ("id", "state_label")
    list_filter = ("state", SinceFilter, "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "deal_ref__exact", "buyer_id__exact", "correlation_id__exact", "market__exact")
    search_help_text = _("Lead, deal, buyer, correlation id or market, in full")
    actions_detail: tuple[str, ...] = tuple(BUTTONS.values())
    inlines = (OfferEventInline,)
    fieldsets = (
        (
            _("Offer"),
            {"fields": (("state_label", "state_since"), ("place", "property_name"), ("amount_cad", "fee_cad", "arv_cad"))},
        ),
        (_("About"), {"fields": (("seller", "deal_ref", "taker"), ("evidence", "recommendation"))}),
        (_("At stake"), {"fields": (("stake", "reservation"), ("profit", "loss"))}),
        (
            _("When"),
            {
                "fields": (
                    ("drafted_at", "sent_at", "expires_at"),
                    ("answered_at", "accepted_text"),
                    ("contracted_at", "closed_at"),
                )
            },
        ),
        (_("Who"), {"fields": ("actor", "user", "correlation_id")}),
    )

    state_label = column(_("State"), lambda offer: offer.get_state_display(), ordering="state", label=STATE_COLOURS)
    place = column(_("Place"), place_text, ordering="province")
    property_name = column(_("Property type"), lambda offer: property_text(offer.property_type))
    seller = column(_("Lead"), lambda offer: referred(offer, "lead"))
    taker = column(_("Buyer"), lambda offer: referred(offer, "buyer"))
    amount_cad = column(_("On the table"), lambda offer: shown_money(offer.amount))
    fee_cad = column(_("Assignment fee"), lambda offer: shown_money(offer.fee))
    arv_cad = column(_("ARV"), lambda offer: shown_money(offer.arv))
    profit = column(_("Profit"), lambda offer: "" if offer.realized_profit is None else shown_money(offer.realized_profit))
    loss = column(_("Loss"), lambda offer: "" if offer.realized_loss is None else shown_money(offer.realized_loss))

    has_draft_permission = allowed("offers.draft_offer")
    has_send_permission = allowed("offers.send_offer")
    has_record_permission = allowed("offers.record_offer")

    @display(description=_("Accepted"))
    def accepted_text(self, offer: Offer) -> str:
        """When the seller accepted, and whether that was after the offer had expired."""
        if offer.accepted_at is None:
            return ""
        return shown_time(offer.accepted_at) + (gettext(", after it had expired") if offer.is_late else "")

    @button(_("Send..."), "send", icon="send", when=_may_become(State.SENT))
    @asking
    def send(self, request: HttpRequest, offer: Any) -> Question:
        """Send the draft, after a page that asks why."""
        explanation = gettext(
            "It is sent if the policy is on, the market is liquid enough and the risk caps allow what is at stake. "
            "Otherwise nothing happens."
        )
        title = gettext("Send offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.send_offer, MoveForm, title, explanation, button=gettext("Send"))

    @button(_("Counter..."), "draft", icon="swap_horiz", when=_may_become(State.COUNTERED))
    @asking
    def counter(self, request: HttpRequest, offer: Any) -> Question:
        """Record a counter, after a page that asks for the prices."""
        explanation = gettext(
            "Our price changes what is reserved, and the offer gets a new day of expiry. The seller's price is put on "
            "record and changes nothing."
        )
        title = gettext("Counter offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.counter_offer, CounterForm, title, explanation, button=gettext("Counter"))

    @button(_("Accepted..."), "record", icon="thumb_up", when=_may_become(State.ACCEPTED))
    @asking
    def accept(self, request: HttpRequest, offer: Any) -> Question:
        """Record that the seller accepted."""
        explanation = gettext(
            "The seller accepted what is on the table. After the expiry it is recorded as a late acceptance."
        )
        title = gettext("Record the acceptance of offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.accept_offer, MoveForm, title, explanation)

    @button(_("Rejected..."), "record", icon="thumb_down", when=_may_become(State.REJECTED))
    @asking
    def reject(self, request: HttpRequest, offer: Any) -> Question:
        """Record that the seller rejected."""
        explanation = gettext("What was reserved is free again.")
        title = gettext("Record the rejection of offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.reject_offer, MoveForm, title, explanation)

    @button(_("Under contract..."), "record", icon="contract", when=_may_become(State.CONTRACTED))
    @asking
    def contract(self, request: HttpRequest, offer: Any) -> Question:
        """Record that the contract was signed."""
        title = gettext("Record the contract of offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.contract_offer, MoveForm, title, gettext("It was signed."))

    @button(_("Assign..."), "send", icon="assignment_ind", when=_may_become(State.ASSIGNED))
    @asking
    def assign(self, request: HttpRequest, offer: Any) -> Question:
        """Assign the contract to a buyer, after a page that asks to whom."""
        explanation = gettext("The buyer must be in the book. What is at stake stays so until the deal closes.")
        form = partial(AssignForm, takers=takers_of(offer))
        title = gettext("Assign offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.assign_offer, form, title, explanation, button=gettext("Assign"))

    @button(_("Closed..."), "record", icon="paid", when=_may_become(State.CLOSED))
    @asking
    def close(self, request: HttpRequest, offer: Any) -> Question:
        """Record that the deal closed, after a page that asks what it brought."""
        explanation = gettext("What was reserved is settled, with the loss if there was one.")
        title = gettext("Record the closing of offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.close_offer, CloseForm, title, explanation)

    @button(_("Fell through..."), "record", icon="block", variant=DANGER, when=_may_become(State.FELL_THROUGH))
    @asking
    def fall_through(self, request: HttpRequest, offer: Any) -> Question:
        """Record that the offer fell through, after a page that asks what was lost."""
        explanation = gettext("It was dropped or withdrawn, or the deal failed. What was reserved is settled with the loss.")
        title = gettext("Record the failure of offer %(offer)s of %(amount)s")
        return self._ask(request, offer, services.fail_offer, FailForm, title, explanation, danger=True)

    def _ask(
        self,
        request: HttpRequest,
        offer: Offer,
        verb: Callable[..., Offer],
        form: Callable[[Any], MoveForm],
        title: str,
        explanation: str,
        *,
        button: str = "",
        danger: bool = False,
    ) -> Question:
        """The question of a transition. `title` has places for the offer and its amount; the button records what happened
        where it does not say otherwise."""

        def act(reason: str, **given: Any) -> str:
            moved = verb(offer_id=offer.pk, **given, act=Act.by(request.user, reason=reason))
            said = format_lazy("{state}.", state=State(moved.state).label)
            self.log_change(request, moved, said)
            return str(said)

        title %= {"offer": offer.pk, "amount": shown_money(offer.amount)}
        button = button or gettext("Record it")
        return Question(act, form=form, title=title, explanation=explanation, button=button, danger=danger)


@admin.register(OfferEvent)
class OfferEventAdmin(EventColumns, GrowingAdmin):
    """The admin pages of the transitions of all offers, newest first."""

    list_display = ("id", "at", "offer_link", "step", "amount_cad", "asked_cad", "actor", "reason")
    list_display_links = ("id", "at")
    list_filter = (SinceFilter, "to_state")
    list_select_related = ("words",)
    search_fields = ("correlation_id__exact", "actor__exact", "offer__lead_id__exact")
    search_help_text = _("Correlation id, actor or lead, in full")
    offer_link = link(
        _("Offer"),
        lambda event: offer_url(event.offer_id),
        lambda event: gettext("Offer %(offer_id)s") % {"offer_id": event.offer_id},
    )
    fieldsets = (
        (_("Transition"), {"fields": ("offer", "seq", "step", "amount_cad", "asked_cad", "at")}),
        (_("Who and why"), {"fields": ("actor", "user", "reason", "papers", "correlation_id")}),
    )
