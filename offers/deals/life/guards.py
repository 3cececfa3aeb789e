"""What an offer must pass before it goes out, and what it puts at stake."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from buyers.liquidity.scores import liquidity_score
from governance import policies
from offers.deals.life.errors import AboveRecommended, ExpiryOutOfRange, LowLiquidity
from offers.deals.life.models import Offer
from offers.deals.models import OfferEvidence
from offers.policies.errors import OfferPolicyDisabled
from offers.policies.models import EXPIRES_AFTER_MAX, OfferPolicy, Stake
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act


def policy_of(offer: Offer) -> OfferPolicy:
    """The policy in force where the offer is made. If it is off, or there is none, nothing is offered there."""
    policy = policies.effective(OfferPolicy, mark.current(), offer.province, offer.market)
    if policy is None or not policy.enabled:
        raise OfferPolicyDisabled
    return policy


def expiry(given: datetime | None, policy: OfferPolicy, act: Act) -> datetime:
    """When an offer expires: the given time, at most a year ahead, or after the days that the policy says."""
    if given is None:
        return act.now + timedelta(days=policy.expires_after_days)
    if not act.now < given <= act.now + timedelta(days=EXPIRES_AFTER_MAX):
        raise ExpiryOutOfRange(attr="expires_at")
    return given


def require_liquid(offer: Offer, policy: OfferPolicy, act: Act) -> None:
    """Refuse a market whose liquidity score, the one that the policy names, is below the policy's threshold."""
    scores = liquidity_score(offer.province, offer.market, offer.property_type, now=act.now)
    score = Decimal(str(scores[policy.liquidity_gate]))
    if score < policy.min_liquidity_score:
        named = policy.get_liquidity_gate_display()
        raise LowLiquidity(
            gettext_noop("%(named)s: %(score)s. The offer policy asks for %(min_liquidity_score)s."),
            named=named,
            score=f"{score:.2f}",
            min_liquidity_score=policy.min_liquidity_score,
        )


def at_stake(offer: Offer) -> Decimal:
    """What an offer puts at stake, in CAD."""
    return offer.fee if offer.stake == Stake.ASSIGNMENT_FEE else offer.amount


def about(offer: Offer) -> dict[str, Any]:
    """What a reservation says of its offer."""
    return {"offer_id": offer.pk, "evidence_id": offer.evidence_id}


def require_recommended(amount: Decimal, evidence: OfferEvidence) -> None:
    """Refuse to offer more than the evidence recommends."""
    if amount > evidence.recommended_offer:
        raise AboveRecommended(attr="amount")
