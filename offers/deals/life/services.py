"""The verbs of an offer's life. Each locks the offer's row after the gate, and is one transaction: a refusal leaves nothing.

What an offer puts at stake is reserved when it is sent, follows a counter, and is settled by a final state. So the risk that
is reserved is at each moment the sum of what the open offers put at stake.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from buyers.book.models import Buyer
from buyers.liquidity.figures import SFR
from buyers.liquidity.scores import liquidity_score
from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from offers.deals.life.errors import (
    AboveRecommended,
    BuyerBlocked,
    EvidenceNotFound,
    ExpiryOutOfRange,
    LowLiquidity,
    NoSuchBuyer,
    NothingAtStake,
    NothingCountered,
    NothingToOffer,
)
from offers.deals.life.models import Offer
from offers.deals.life.moving import NOTHING, locked, move, require_transition, tell_overdue
from offers.deals.life.states import ON_THE_TABLE, State
from offers.deals.models import OfferEvidence
from offers.policies.errors import OfferPolicyDisabled
from offers.policies.models import EXPIRES_AFTER_MAX, OfferPolicy, Stake
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act

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
    _require_recommended(amount, evidence)
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


def _require_recommended(amount: Decimal, evidence: OfferEvidence) -> None:
    if amount > evidence.recommended_offer:
        raise AboveRecommended(attr="amount")


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
    policy = _policy(offer)
    expires_at = _expiry(expires_at, policy, act)
    _require_liquid(offer, policy, act)
    if offer.recommendation_id is not None:
        gate.heimdall_require_prod_eligible(offer.recommendation_id, act=act)
    offer.stake = policy.stake
    offer.reservation = gate.risk_reserve_or_raise(
        ENGINE,
        _at_stake(offer),
        actor=act.actor,
        user=act.user,
        reason=f"offer {offer.pk}",
        correlation_id=act.correlation_id,
        now=act.now,
        metadata=_metadata(offer),
    )
    move(offer, State.SENT, act, documents=documents, sent_at=act.now, expires_at=expires_at)
    return offer


def _policy(offer: Offer) -> OfferPolicy:
    policy = policies.effective(OfferPolicy, mark.current(), offer.province, offer.market)
    if policy is None or not policy.enabled:
        raise OfferPolicyDisabled
    return policy


def _expiry(given: datetime | None, policy: OfferPolicy, act: Act) -> datetime:
    if given is None:
        return act.now + timedelta(days=policy.expires_after_days)
    if not act.now < given <= act.now + timedelta(days=EXPIRES_AFTER_MAX):
        raise ExpiryOutOfRange(attr="expires_at")
    return given


def _require_liquid(offer: Offer, policy: OfferPolicy, act: Act) -> None:
    scores = liquidity_score(offer.province, offer.market, offer.property_type, now=act.now)
    score = Decimal(str(scores[policy.liquidity_gate]))
    if score < policy.min_liquidity_score:
        named = policy.get_liquidity_gate_display()
        raise LowLiquidity(f"{named}: {score:.2f}. The offer policy asks for {policy.min_liquidity_score}.")


def _at_stake(offer: Offer) -> Decimal:
    """What an offer puts at stake, in CAD."""
    return offer.fee if offer.stake == Stake.ASSIGNMENT_FEE else offer.amount


def _metadata(offer: Offer) -> dict[str, Any]:
    return {"offer_id": offer.pk, "evidence_id": offer.evidence_id}


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
    _run_out(offer, act)
    require_transition(offer, State.COUNTERED)
    changes: dict[str, Any] = {}
    if amount is not None:
        _require_recommended(amount, offer.evidence)
        changes = {"amount": amount, "expires_at": _expiry(expires_at, _policy(offer), act)}
        offer.amount = amount
        assert offer.reservation_id is not None
        offer.reservation = gate.risk_change(offer.reservation_id, _at_stake(offer), act=act.because(f"offer {offer.pk}"))
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
    _run_out(offer, act)
    require_transition(offer, State.ACCEPTED)
    if offer.state == State.EXPIRED:
        about = act.because(f"offer {offer.pk}: accepted late")
        offer.reservation = gate.risk_record(engine=ENGINE, amount=_at_stake(offer), metadata=_metadata(offer), act=about)
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
    _run_out(offer, act)
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
        raise NoSuchBuyer(f"There is no buyer {buyer_id} in the book.", attr="buyer_id")
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


@verb(ExecutionClass.RECORD)
def expire_offers(*, act: Act) -> int:
    """Let offers expire whose time has run out, and tell the outcomes that were waited for too long: an answer for
    OFFER_ANSWER_DAYS since the sending, a contract for OFFER_CONTRACT_DAYS since the acceptance. Return how many expired.

    Each offer is its own transaction, so this may stop at any time and run twice.
    """
    now = act.now
    due = Offer.objects.filter(state__in=ON_THE_TABLE, expires_at__lte=now).order_by("expires_at", "pk")
    expired = sum(_expire(pk, replace(act, at=now)) for pk in list(due.values_list("pk", flat=True)))
    for unanswered in list(_unanswered(now).values_list("pk", flat=True)):
        _tell_unanswered(unanswered, replace(act, at=now))
    for without in list(_without_contract(now).values_list("pk", flat=True)):
        _tell_without_contract(without, replace(act, at=now))
    return expired


@transaction.atomic
def _expire(offer_id: int, act: Act) -> bool:
    """Let an offer expire, unless something happened to it in the meantime."""
    return _run_out(locked(offer_id), act)


def _run_out(offer: Offer, act: Act) -> bool:
    """Let a locked offer expire if its time has run out while the seller has not answered. Return whether it did."""
    is_due = offer.state in ON_THE_TABLE and offer.expires_at is not None and offer.expires_at <= act.now
    if is_due:
        move(offer, State.EXPIRED, act.because(""), answered_at=act.now)
    return is_due


def _unanswered(now: datetime) -> QuerySet[Offer]:
    since = now - timedelta(days=settings.OFFER_ANSWER_DAYS)
    return Offer.objects.filter(sent_at__lte=since, acceptance_told_at__isnull=True).order_by("sent_at", "pk")


def _without_contract(now: datetime) -> QuerySet[Offer]:
    since = now - timedelta(days=settings.OFFER_CONTRACT_DAYS)
    return Offer.objects.filter(accepted_at__lte=since, contract_told_at__isnull=True).order_by("accepted_at", "pk")


@transaction.atomic
def _tell_unanswered(offer_id: int, act: Act) -> None:
    offer = locked(offer_id)
    if offer.acceptance_told_at is None:
        tell_overdue(offer, act, accepted=False)


@transaction.atomic
def _tell_without_contract(offer_id: int, act: Act) -> None:
    offer = locked(offer_id)
    if offer.contract_told_at is None:
        tell_overdue(offer, act, contracted=False)
