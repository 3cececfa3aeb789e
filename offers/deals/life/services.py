"""The verbs of an offer's life. Each locks the offer's row after the gate, and is one transaction: a refusal leaves nothing.

What an offer puts at stake is reserved when it is sent, follows a counter, and is settled by a final state. So the risk that
is reserved is at each moment the sum of what the open offers put at stake.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from buyers.book.models import Buyer
from buyers.liquidity.figures import SFR
from governance import gate
from governance.decisions import ExecutionClass, verb
from offers.deals.life.errors import (
    BuyerBlocked,
    EvidenceNotFound,
    NoSuchBuyer,
    NothingAtStake,
    NothingCountered,
    NothingToOffer,
)
from offers.deals.life.expiring import expire_offers, run_out
from offers.deals.life.guards import about, at_stake, expiry, policy_of, require_liquid, require_recommended
from offers.deals.life.models import Offer
from offers.deals.life.moving import NOTHING, locked, move, require_transition
from offers.deals.life.states import State
from offers.deals.models import OfferEvidence
from wholesale.plumbing.act import Act

__all__ = [
    "accept_offer",
    "assign_offer",
    "close_offer",
    "contract_offer",
    "counter_offer",
    "draft_offer",
    "expire_offers",
    "fail_offer",
    "reject_offer",
    "send_offer",
]
ENGINE = "WHOLESALE"  # whose risk caps hold for offers


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def draft_offer(
    *,
    evidence_id: int,
    amount: Decimal | None = None,
    fee: Decimal | None = None,
    property_type: str = SFR,
    lead_id: str | None = None,
    deal_ref: str = "",
    recommendation_id: int | None = None,
    act: Act,
) -> Offer:
    """Draft an offer from its evidence. `amount` and the assignment fee `fee` (CAD) are those of the evidence, if not given.

    With `recommendation_id` the offer rests on that advice of an AI, and is sent only if Heimdall lets it into production.

    Raises:
        KillSwitchEngaged: nothing may act now.
        EvidenceNotFound, RecommendationNotFound: there is no such row.
        NothingToOffer: the evidence recommends 0.
        AboveRecommended: the amount is above what the evidence recommends.

    """
    gate.require(ExecutionClass.SANDBOX)
    evidence = OfferEvidence.objects.filter(pk=evidence_id).first()
    if evidence is None:
        raise EvidenceNotFound(attr="evidence_id")
    if not evidence.recommended_offer:
        raise NothingToOffer
    if recommendation_id is not None:
        gate.heimdall_require_known(recommendation_id)
    amount = evidence.recommended_offer if amount is None else amount
    require_recommended(amount, evidence)
    return Offer.objects.create(
        evidence=evidence,
        recommendation_id=recommendation_id,
        property_type=property_type,
        lead_id=lead_id,
        deal_ref=deal_ref,
        state_since=act.now,
        drafted_at=act.now,
        amount=amount,
        fee=evidence.default_assignment_fee if fee is None else fee,
        **{name: getattr(evidence, name) for name in ("province", "market", "arv")},
        **act.signature,
    )


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def send_offer(*, offer_id: int, expires_at: datetime | None = None, documents: Sequence[str] = (), act: Act) -> Offer:
    """Send a draft to the seller (customer's guide, scenario 2). It expires after the days that the policy says.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        OfferNotFound, TransitionRefused: there is no such offer, or it is no draft.
        OfferPolicyDisabled: the market's effective policy is off, or there is none.
        ExpiryOutOfRange: `expires_at` is not in the future, or more than a year ahead.
        LowLiquidity: the market's liquidity score is below the policy's threshold.
        NotProdEligible: the offer rests on advice that production may not use.
        RiskDenied: a risk cap does not allow what the offer puts at stake.

    """
    gate.require(ExecutionClass.EXECUTE)
    offer = locked(offer_id)
    require_transition(offer, State.SENT)
    policy = policy_of(offer)
    expires_at = expiry(expires_at, policy, act)
    require_liquid(offer, policy, act)
    if offer.recommendation_id is not None:
        gate.heimdall_require_prod_eligible(offer.recommendation_id, act=act)
    offer.stake = policy.stake
    offer.reservation = gate.risk_reserve_or_raise(
        ENGINE,
        at_stake(offer),
        actor=act.actor,
        user=act.user,
        reason=f"offer {offer.pk}",
        correlation_id=act.correlation_id,
        now=act.now,
        metadata=about(offer),
    )
    move(offer, State.SENT, act, documents=documents, sent_at=act.now, expires_at=expires_at)
    return offer


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def counter_offer(
    *,
    offer_id: int,
    amount: Decimal | None = None,
    asked: Decimal | None = None,
    expires_at: datetime | None = None,
    documents: Sequence[str] = (),
    act: Act,
) -> Offer:
    """Record a counter: what the seller `asked` (CAD, any price), and the new `amount` that we put on the table (CAD).

    Our amount never passes what the evidence recommends, whatever the seller asks. It changes what is reserved in the same
    transaction, and the offer expires anew. Without it only the seller's price is recorded, and nothing else changes.

    Raises:
        KillSwitchEngaged: nothing may act now.
        NothingCountered: neither is given.
        OfferNotFound, TransitionRefused: there is no such offer, or the seller has answered, or it has expired.
        OfferPolicyDisabled, ExpiryOutOfRange: as in `send_offer`.
        AboveRecommended: our amount is above what the evidence recommends.
        RiskDenied: a risk cap does not allow what is more at stake. The reservation stays as it was.

    """
    gate.require(ExecutionClass.SANDBOX)
    if amount is None and asked is None:
        raise NothingCountered(attr="amount")
    offer = locked(offer_id)
    run_out(offer, act)
    require_transition(offer, State.COUNTERED)
    changes: dict[str, Any] = {}
    if amount is not None:
        require_recommended(amount, offer.evidence)
        changes = {"amount": amount, "expires_at": expiry(expires_at, policy_of(offer), act)}
        offer.amount = amount
        assert offer.reservation_id is not None
        offer.reservation = gate.risk_change(offer.reservation_id, at_stake(offer), act=act.because(f"offer {offer.pk}"))
    move(offer, State.COUNTERED, act, documents=documents, asked=asked, **changes)
    return offer


@verb(ExecutionClass.RECORD)
@transaction.atomic
def accept_offer(*, offer_id: int, documents: Sequence[str] = (), act: Act) -> Offer:
    """Record that the seller accepted. A repetition changes nothing.

    An acceptance after the offer had expired is a fact too. It is recorded as one from EXPIRED, and what it puts at stake is
    reserved again, whatever the caps say: it is at stake. The acceptance rate has counted the offer by then.

    Raises:
        OfferNotFound, TransitionRefused: there is no such offer, or it was not on the table.

    """
    offer = locked(offer_id)
    if offer.state == State.ACCEPTED:
        return offer
    run_out(offer, act)
    require_transition(offer, State.ACCEPTED)
    if offer.state == State.EXPIRED:
        why = act.because(f"offer {offer.pk}: accepted late")
        offer.reservation = gate.risk_record(engine=ENGINE, amount=at_stake(offer), metadata=about(offer), act=why)
    move(offer, State.ACCEPTED, act, documents=documents, answered_at=act.now, accepted_at=act.now)
    return offer


@verb(ExecutionClass.RECORD)
@transaction.atomic
def reject_offer(*, offer_id: int, documents: Sequence[str] = (), act: Act) -> Offer:
    """Record that the seller rejected the offer. A repetition changes nothing, nor does a rejection after the expiry.

    Raises:
        OfferNotFound, TransitionRefused: there is no such offer, or it was not on the table.

    """
    offer = locked(offer_id)
    run_out(offer, act)
    if offer.state not in (State.REJECTED, State.EXPIRED):
        move(offer, State.REJECTED, act, documents=documents, answered_at=act.now)
    return offer


@verb(ExecutionClass.RECORD)
@transaction.atomic
def contract_offer(*, offer_id: int, documents: Sequence[str] = (), act: Act) -> Offer:
    """Record that the contract of an accepted offer was signed. A repetition changes nothing.

    Raises:
        OfferNotFound, TransitionRefused: there is no such offer, or it is not accepted.

    """
    offer = locked(offer_id)
    if offer.state != State.CONTRACTED:
        move(offer, State.CONTRACTED, act, documents=documents, contracted_at=act.now)
    return offer


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def assign_offer(*, offer_id: int, buyer_id: str, documents: Sequence[str] = (), act: Act) -> Offer:
    """Assign the contract to a buyer of the book. Assigned again, the buyer before counts as no match.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        OfferNotFound, TransitionRefused: there is no such offer, or it is not under contract.
        NoSuchBuyer: the book has no such buyer.
        BuyerBlocked: the buyer is blocked.

    """
    gate.require(ExecutionClass.EXECUTE)
    offer = locked(offer_id)
    require_transition(offer, State.ASSIGNED)
    status = Buyer.objects.filter(buyer_id=buyer_id).values_list("status", flat=True).first()
    if status is None:
        raise NoSuchBuyer(gettext_noop("There is no buyer %(buyer_id)s in the book."), attr="buyer_id", buyer_id=buyer_id)
    if status == Buyer.Status.BLOCKED:
        raise BuyerBlocked(attr="buyer_id")
    move(offer, State.ASSIGNED, act, documents=documents, buyer_id=buyer_id)
    return offer


@verb(ExecutionClass.RECORD)
@transaction.atomic
def close_offer(*, offer_id: int, realized_profit: Decimal, documents: Sequence[str] = (), act: Act) -> Offer:
    """Record that the deal closed, and what it brought (CAD, below 0 for a loss). A repetition changes nothing.

    Raises:
        OfferNotFound, TransitionRefused: there is no such offer, or it is not under contract.
        LossAboveReservation: the loss is above what was at stake, and the user may not settle such a loss.

    """
    offer = locked(offer_id)
    if offer.state != State.CLOSED:
        loss = max(NOTHING, -realized_profit)
        ended: dict[str, Any] = {"closed_at": act.now, "realized_profit": realized_profit, "realized_loss": loss}
        move(offer, State.CLOSED, act, documents=documents, loss=loss, **ended)
    return offer


@verb(ExecutionClass.RECORD)
@transaction.atomic
def fail_offer(*, offer_id: int, realized_loss: Decimal = NOTHING, documents: Sequence[str] = (), act: Act) -> Offer:
    """Record that the offer fell through: we dropped or withdrew it, or the deal failed, with what was lost (CAD), such as a
    deposit. A repetition changes nothing.

    Raises:
        OfferNotFound, TransitionRefused: there is no such offer, or it has ended.
        NothingAtStake: a draft lost something.
        LossAboveReservation: as in `close_offer`.

    """
    offer = locked(offer_id)
    if realized_loss and offer.state == State.DRAFT:
        raise NothingAtStake(attr="realized_loss")
    if offer.state != State.FELL_THROUGH:
        ended: dict[str, Any] = {"closed_at": act.now, "realized_loss": realized_loss}
        move(offer, State.FELL_THROUGH, act, documents=documents, loss=realized_loss, **ended)
    return offer
