"""How an offer goes from one state to another: its row changes under its lock, and an event is written and told."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_noop

from governance import gate
from offers.deals.life.errors import OfferNotFound, TransitionRefused
from offers.deals.life.models import Offer, OfferEvent, OfferEventWords
from offers.deals.life.states import FINAL, ON_THE_TABLE, TRANSITIONS, State
from offers.signals import offers_moved
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.texts import in_english
from wholesale.plumbing.wordings import parted

NOTHING = Decimal(0)
_FRACTION = Decimal("0.0001")


def locked(offer_id: int) -> Offer:
    """The offer with this id, locked until the transaction ends. What its verbs decide, they decide by this row.

    Raises:
        OfferNotFound: there is none.

    """
    offer = Offer.objects.select_for_update(no_key=True).filter(pk=offer_id).first()
    if offer is None:
        raise OfferNotFound
    return offer


def require_transition(offer: Offer, to: State) -> None:
    """Refuse what the table of transitions does not have."""
    if (offer.state, to) not in TRANSITIONS:
        raise TransitionRefused(
            gettext_noop("The offer is %(present)s: it cannot become %(next)s."),
            present=State(offer.state).label.lower(),
            next=to.label.lower(),
        )


def move(
    offer: Offer,
    to: State,
    act: Act,
    *,
    documents: Sequence[str] = (),
    asked: Decimal | None = None,
    loss: Decimal = NOTHING,
    **changes: Any,
) -> None:
    """Bring a locked offer to another state, with these new values of its columns. `loss` is what was lost by it (CAD).

    A final state settles what was at stake, unless that was settled by hand before.
    """
    require_transition(offer, to)
    before = State(offer.state)
    for name, value in changes.items():
        setattr(offer, name, value)
    offer.state, offer.state_since, offer.last_seq = to, act.now, offer.last_seq + 1
    if to in FINAL and offer.reservation_id is not None:
        gate.risk_settle(offer.reservation_id, loss, act=act.because(f"offer {offer.pk}: {in_english(to.label).lower()}"))
    outcome = _outcome(offer, before, act)
    offer.save()
    _keep_event(offer, before, documents, asked, act)
    _tell("offer_moved", offer, act, {"from": before.value, "to": to.value, "amount": offer.amount, **outcome})


def tell_overdue(offer: Offer, act: Act, **outcome: bool) -> None:
    """Tell an outcome of a locked offer that was waited for in vain: `accepted` or `contracted`."""
    for name in outcome:
        setattr(offer, _TOLD_AT[name], act.now)
    offer.save(update_fields=[_TOLD_AT[name] for name in outcome])
    _tell("offer_overdue", offer, act, outcome)


_TOLD_AT = {"accepted": "acceptance_told_at", "contracted": "contract_told_at"}


def _outcome(offer: Offer, before: State, act: Act) -> dict[str, Any]:
    """What this transition says of the offer's outcome. What was told before is not told again."""
    to = State(offer.state)
    outcome: dict[str, Any] = {}
    if before in ON_THE_TABLE and to is not State.COUNTERED and offer.acceptance_told_at is None:
        outcome["accepted"] = to is State.ACCEPTED
    if before is State.ACCEPTED and offer.contract_told_at is None:
        outcome["contracted"] = to is State.CONTRACTED
    for name in outcome:
        setattr(offer, _TOLD_AT[name], act.now)
    if before is State.ASSIGNED:
        outcome["matched"] = to is State.CLOSED
    elif before is State.CONTRACTED and to is State.FELL_THROUGH:
        outcome["matched"] = False
    if to is State.CLOSED or (to is State.FELL_THROUGH and (offer.contracted_at or offer.realized_loss)):
        outcome["gain"] = _gain(offer)
    return outcome


def _gain(offer: Offer) -> Decimal:
    """What the deal brought, as a fraction of what was at stake, rounded half-up to 4 decimals."""
    assert offer.reservation is not None
    profit = offer.realized_profit if offer.realized_profit is not None else -(offer.realized_loss or NOTHING)
    return (profit / offer.reservation.amount).quantize(_FRACTION, ROUND_HALF_UP)


def _keep_event(offer: Offer, before: State, documents: Sequence[str], asked: Decimal | None, act: Act) -> None:
    own, words = parted({"reason": act.reason})
    event = OfferEvent.objects.create(
        offer=offer,
        seq=offer.last_seq,
        from_state=before,
        to_state=offer.state,
        amount=offer.amount,
        asked=asked,
        at=act.now,
        **own,
        **act.signature,
    )
    if words["reason"] or documents:
        OfferEventWords.objects.create(event=event, documents=list(documents), **words)


def _tell(name: str, offer: Offer, act: Act, facts: dict[str, Any]) -> None:
    subject = Subject("offer", str(offer.pk), offer.lead_id, offer.province, offer.market)
    about = {"offer_id": offer.pk, "evidence_id": offer.evidence_id}
    offers_moved.send(sender=Offer, envelopes=[Envelope(name, subject, act, {**about, **facts}, act.now)])
