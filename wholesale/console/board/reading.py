"""What the board reads: the offers of each state, how many there are in all, and what the cards say of their leads."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from buyers.book.models import Buyer
from buyers.liquidity.models import DealSent
from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from offers.deals.life.models import Offer
from offers.deals.life.states import FINAL, State
from wholesale.plumbing import scopes
from wholesale.plumbing.users import label_of

COLUMN_MAX = 50  # cards of a column
Place = tuple[str, str]  # province and market


@dataclass(frozen=True, slots=True)
class OffersRead:
    """The newest offers of each state that a user may read, and what stands on their cards."""

    by_state: Mapping[str, list[Offer]]
    totals: Mapping[str, int]  # of all offers in a state, also those without a card
    places: Mapping[Place, int]  # where there are offers, and how many
    leads: Mapping[str, Lead] = field(default_factory=dict)  # those that the user may read
    takers: Mapping[str, str] = field(default_factory=dict)  # the names of buyers to whom a contract is assigned
    asked: Mapping[str, int] = field(default_factory=dict)  # how many buyers were asked, by the name of the deal


def read_offers(user: Any, place: Place | None, *, own: bool) -> OffersRead:
    """Return the newest offers of each state at a place (None: at any), those that came to the state last first. With `own`
    only the user's own. Takes at most five queries, however many offers there are."""
    offers = _of(user, own=own)
    counts = [*offers.order_by().values_list("state", "province", "market").annotate(count=Count("pk"))]
    totals: Counter[str] = Counter()
    places: Counter[Place] = Counter()
    for state, province, market, count in counts:
        places[province, market] += count
        if place in (None, (province, market)):
            totals[state] += count
    here = offers if place is None else offers.filter(province=place[0], market=place[1])
    shown = _newest(here, [state for state in State.values if totals[state]])
    by_state = {state: [offer for offer in shown if offer.state == state] for state in State.values}
    for column in by_state.values():
        column.sort(key=lambda offer: (offer.state_since, offer.pk), reverse=True)
    return OffersRead(by_state, totals, places, _leads(shown, user), _takers(shown), _asked(shown))


def _of(user: Any, *, own: bool) -> QuerySet[Offer]:
    """The offers that a user may read. Own are those that the user drafted, and those about a lead of whose ladder a step is
    the user's."""
    offers = scopes.visible(Offer.objects.all(), user)
    if not own:
        return offers
    steps = FollowupTask.objects.filter(lead=OuterRef("lead_id"), owner=label_of(user))
    return offers.filter(Q(user=user) | Q(Exists(steps)))


def _newest(offers: QuerySet[Offer], states: Collection[str]) -> list[Offer]:
    """The newest offers of each of these states, in one query that looks into an index for each."""
    first, *others = [
        Offer.objects.filter(
            pk__in=offers.filter(state=state).order_by("-state_since", "-pk").values("pk")[:COLUMN_MAX]
        ).order_by()
        for state in states
    ] or [Offer.objects.none()]
    return list(first.union(*others, all=True) if others else first)


def _leads(shown: Iterable[Offer], user: Any) -> dict[str, Lead]:
    ids = {offer.lead_id for offer in shown if offer.lead_id}
    found = scopes.visible(Lead.objects.filter(lead_id__in=ids), user) if ids else ()
    return {lead.lead_id: lead for lead in found}


def _takers(shown: Iterable[Offer]) -> dict[str, str]:
    ids = {offer.buyer_id for offer in shown if offer.buyer_id}
    return {buyer.buyer_id: str(buyer) for buyer in Buyer.objects.filter(buyer_id__in=ids)} if ids else {}


def _asked(shown: Iterable[Offer]) -> dict[str, int]:
    deals = {offer.deal_name for offer in shown if offer.state not in FINAL}
    sent = DealSent.objects.filter(deal_ref__in=deals).order_by().values_list("deal_ref")
    return dict(sent.annotate(buyers=Count("buyer", distinct=True))) if deals else {}
