"""The columns of the board and their cards, as plain values for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.deals.life.admin import BUTTONS
from offers.deals.life.models import Offer
from offers.deals.life.states import FINAL, ON_THE_TABLE, TRANSITIONS, State
from wholesale.console.board.reading import OffersRead
from wholesale.plumbing.codes import place_text

# The order of the columns: a deal goes from left to right, and what came to nothing stands at the end.
ORDER = (
    *(State.DRAFT, State.SENT, State.COUNTERED, State.ACCEPTED, State.CONTRACTED, State.ASSIGNED, State.CLOSED),
    *(State.EXPIRED, State.REJECTED, State.FELL_THROUGH),
)
SOON = timedelta(days=2)  # an expiry that is nearer stands in red
NEXT: dict[State, str | Promise] = {
    State.DRAFT: gettext_lazy("send it"),
    State.SENT: gettext_lazy("get the seller's answer"),
    State.COUNTERED: gettext_lazy("get the seller's answer"),
    State.ACCEPTED: gettext_lazy("sign the contract"),
    State.CONTRACTED: gettext_lazy("find a buyer"),
    State.ASSIGNED: gettext_lazy("close"),
}
OFFER = "OFFER"  # stands in the address of a move for the offer's number


@dataclass(frozen=True, slots=True)
class BoardMove:
    """A state to which the cards of a column may be moved, what the button is called, and the address of its question."""

    to: State
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class BoardCard:
    """An offer on the board."""

    offer: Offer
    name: str
    address: str
    taker: str  # the buyer to whom the contract is assigned
    asked: int  # buyers who were asked
    now: datetime

    @property
    def link(self) -> str:
        """The address of the offer's page."""
        return reverse("admin:offers_offer_change", args=[self.offer.pk])

    @property
    def buyers_link(self) -> str:
        """The address of the buyers that match it. Empty of an offer that has ended."""
        return "" if self.offer.state in FINAL else reverse("admin:offers_offer_buyers", args=[self.offer.pk])

    @property
    def since(self) -> str:
        """How long it has been in its state, in words."""
        return timesince(self.offer.state_since, self.now, depth=1)

    @property
    def expiry(self) -> str:
        """When it expires, in words. Empty if the seller is not asked any more."""
        at = self.offer.expires_at
        if at is None or self.offer.state not in ON_THE_TABLE:
            return ""
        if at <= self.now:
            return _("Its time is over")
        return _("Expires in %(time)s") % {"time": timeuntil(at, self.now, depth=1)}

    @property
    def is_near(self) -> bool:
        """Whether it expires soon, or should have expired."""
        at = self.offer.expires_at
        return at is not None and self.offer.state in ON_THE_TABLE and at - self.now < SOON

    @property
    def place(self) -> str:
        """Where the house is."""
        return place_text(self.offer)

    @property
    def next_step(self) -> str:
        """What is to be done next. Empty where nothing is."""
        return str(NEXT.get(State(self.offer.state), ""))


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The offers in a state."""

    state: State
    cards: Sequence[BoardCard]
    total: int
    moves: Sequence[BoardMove]

    @property
    def link(self) -> str:
        """The address of the list of all offers in the state."""
        return reverse("admin:offers_offer_changelist", query={"state__exact": self.state.value})

    @property
    def to(self) -> str:
        """The states to which its cards may be moved, parted by blanks."""
        return " ".join(move.to.value for move in self.moves)


def columns_of(read: OffersRead, moves: Sequence[BoardMove], now: datetime) -> list[BoardColumn]:
    """Return the columns of the board. `moves` are those that the user may make."""
    return [
        BoardColumn(
            state,
            [_card(offer, read, now) for offer in read.by_state[state]],
            read.totals.get(state, 0),
            [move for move in moves if (state, move.to) in TRANSITIONS],
        )
        for state in ORDER
    ]


def _card(offer: Offer, read: OffersRead, now: datetime) -> BoardCard:
    lead = read.leads.get(str(offer.lead_id))
    name = str(lead) if lead else offer.deal_ref or offer.lead_id or _("Offer %(offer_id)s") % {"offer_id": offer.pk}
    taker = read.takers.get(str(offer.buyer_id), offer.buyer_id or "")
    return BoardCard(offer, name, lead.address if lead else "", taker, read.asked.get(offer.deal_name, 0), now)


def moves_for(model_admin: Any, request: HttpRequest) -> list[BoardMove]:
    """Return the moves that the user may make, in the order of the columns. They are the buttons of an offer's page."""
    found = []
    for to in ORDER:
        button = getattr(model_admin, BUTTONS.get(to, ""), None)
        if button and all(getattr(model_admin, f"has_{name}_permission")(request) for name in button.allowed_permissions):
            link = reverse(f"admin:offers_offer_{BUTTONS[to]}", args=[OFFER])
            found.append(BoardMove(to, str(button.short_description), link))
    return found
