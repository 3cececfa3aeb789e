"""The offers of the simulation, from the draft to the end of the deal, on real house sales of 1987 and as if elsewhere.

What happens to an offer follows from its deal's name (`sellers`), and what has happened is read from the database.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from governance.gate import GLOBAL
from governance.gate.rules import RiskPolicy
from governance.policies import upsert
from kpi.models import Domain
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy
from kpi.tripwire.policies import approve_baseline
from kpi.tripwire.rules import Method
from offers.deals.life.models import Offer
from offers.deals.life.services import (
    ENGINE,
    accept_offer,
    assign_offer,
    close_offer,
    contract_offer,
    counter_offer,
    draft_offer,
    fail_offer,
    reject_offer,
    send_offer,
)
from offers.deals.life.states import OPEN, State
from offers.models import OfferPolicy
from offers.policies.models import LiquidityGate, Stake
from offers.services import make_offer
from wholesale.demo.day import SimulatedDay
from wholesale.demo.market import buying
from wholesale.demo.people import BUYER_MARKETS, MARKER, OFFER_MARKETS, OFFERS_AT, OfferMarket
from wholesale.demo.plan import DAY
from wholesale.demo.sellers import SENT_FOR, Proposal, Seller, proposals, seller
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError

RATE = "offer_accept_rate"
BASELINE = 500  # answers on which a tripwire's baseline is measured
_QUICK = 100  # the first answers of a market are left out of it: who says yes is heard of sooner than who says nothing
_BUFFER = Decimal(500)  # CAD: the fees buffer at the prices of 1987
_ADVISED = 5  # of so many offers one is computed with advice
_UNSENT = 3 * DAY  # then a draft is dropped


def put(day: SimulatedDay) -> None:
    """Add the day's new offers to the agenda, and what happens to the open ones."""
    if day.number == 0:
        day.agenda.put(day.start, partial(_raise_caps, day))
    for where in OFFER_MARKETS:
        if day.number == day.plan.on(where.begins):
            day.agenda.put(day.start, partial(begin, day, where))
        day.agenda.put(day.at(13, 5), partial(watch, day, where))
        coming = proposals(day.plan, where, day.number)
        for proposal, when in zip(coming, sorted(day.sometime() for _ in coming), strict=True):
            day.agenda.put(when, day.unless_stopped(partial(_offer, day, proposal)))
    for offer in Offer.objects.filter(state__in=OPEN | {State.DRAFT}).order_by("pk"):
        _put_next(day, offer, day.start)


def _raise_caps(day: SimulatedDay, now: datetime) -> None:
    """Make room for what the offers put at stake, and no more than about three times as much."""
    a_day = sum(_stake_of_a_day(day, where) for where in OFFER_MARKETS)
    for engine in (ENGINE, GLOBAL):
        upsert(
            RiskPolicy,
            engine=engine,
            max_daily_exposure=3 * a_day + 20_000,
            max_open_risk=20 * a_day + 50_000,
            max_daily_loss=a_day / 5 + 2_000,
            act=day.act(now, reason="simulation: room for the assignment fees of its offers"),
        )


def _stake_of_a_day(day: SimulatedDay, where: OfferMarket) -> Decimal:
    last = proposals(day.plan, where, day.plan.days - 1)
    return Decimal(where.fee * len(last))


def buffer_of(where: OfferMarket) -> Decimal:
    """Return the fees buffer of a market, in CAD."""
    return _BUFFER * where.times


def begin(day: SimulatedDay, where: OfferMarket, now: datetime) -> None:
    """Enable the offers of a market, and a tripwire on their acceptance, off until its baseline is measured."""
    upsert(
        OfferPolicy,
        province=where.province,
        market=where.market,
        enabled=True,
        default_assignment_fee=where.fee,
        default_fees_buffer=buffer_of(where),
        stake=Stake.ASSIGNMENT_FEE,
        liquidity_gate=LiquidityGate.POSTERIOR_SCORE,
        expires_after_days=SENT_FOR // DAY,
        expected_version=0,
        act=day.act(now, reason="simulation: offers on house sales of 1987; not for real offers"),
    )
    upsert(
        RegressionPolicy,
        domain=Domain.WHOLESALE,
        metric=RATE,
        province=where.province,
        method=Method.CUSUM,
        baseline_events=BASELINE,
        act=day.act(now, reason="simulation: the sellers' answers are watched"),
    )


def watch(day: SimulatedDay, where: OfferMarket, now: datetime) -> None:
    """Approve the tripwire's baseline and enable it, as soon as there are enough answers."""
    key: dict[str, Any] = {"domain": Domain.WHOLESALE.value, "metric": RATE, "province": where.province}
    policy = RegressionPolicy.objects.filter(**key, baseline_rate__isnull=True).first()
    if policy is not None and judged_events(policy).count() >= _QUICK + BASELINE:
        approve_baseline(**key, act=day.act(now, reason=f"simulation: the last {BASELINE} answers"))
        upsert(RegressionPolicy, **key, enabled=True, act=day.act(now, reason="simulation: the baseline is measured"))


def _offer(day: SimulatedDay, proposal: Proposal, now: datetime) -> None:
    """Compute an offer, draft it and send it. What comes after the last day's work stays a draft."""
    where, house = proposal.where, proposal.house
    is_real = (where.province, where.market) == OFFERS_AT
    act = partial(day.act, now, correlation_id=f"{MARKER}{proposal.deal_ref}")
    evidence = make_offer(
        province=where.province,
        market=where.market,
        arv=proposal.arv,
        repairs=proposal.repairs,
        comps=house.comps if is_real else None,
        assumptions={**house.assumptions, **({} if is_real else {"elsewhere": f"{where.times} times the prices of 1987"})},
        advice=proposal.number % _ADVISED == 0,
        act=act(),
    )
    theirs = seller(day.plan.seed, proposal.deal_ref)
    first = theirs.first(evidence.recommended_offer)
    offer = draft_offer(evidence_id=evidence.pk, amount=first, deal_ref=proposal.deal_ref, act=act())
    if now < day.plan.work_ends:
        _send(day, offer, theirs, act())
        _put_next(day, offer, now)


def _put_next(day: SimulatedDay, offer: Offer, now: datetime) -> None:
    """Add what happens next to an offer to the agenda, if it happens on this day."""
    offer.refresh_from_db(fields=["state", "state_since", "last_seq"])
    theirs = seller(day.plan.seed, offer.deal_ref)
    since = {
        State.SENT: theirs.hears_after,
        State.COUNTERED: theirs.decides_after,
        State.ACCEPTED: theirs.signs_after,
        State.CONTRACTED: theirs.finds_after,
        State.ASSIGNED: theirs.closes_after,
    }.get(State(offer.state))
    when = offer.state_since + since if since is not None else day.at(13, 15)
    if offer.state != State.DRAFT or offer.drafted_at < day.start:
        go_on = partial(_go_on, day, offer.pk, offer.last_seq)
        day.agenda.put(max(when, now), day.unless_stopped(go_on))


def _go_on(day: SimulatedDay, offer_id: int, seq: int, now: datetime) -> None:
    """Do what happens next to an offer, unless something else has happened to it."""
    offer = Offer.objects.select_related("evidence").get(pk=offer_id)
    if offer.last_seq != seq or offer.state not in _STEPS:
        return
    act = day.act(now, correlation_id=f"{MARKER}{offer.deal_ref}")
    _STEPS[State(offer.state)](day, offer, seller(day.plan.seed, offer.deal_ref), act)
    offer.refresh_from_db(fields=["last_seq", "state"])
    if offer.last_seq != seq and offer.state in OPEN:
        _put_next(day, offer, now)


def _send(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    """Send a draft. If it may not be sent, it is tried again on the next mornings, and dropped after some."""
    try:
        send_offer(offer_id=offer.pk, act=act)
    except DomainError as refusal:
        if act.now - offer.drafted_at > _UNSENT:
            fail_offer(offer_id=offer.pk, act=act.because(f"not sent: {refusal}"))


def _hear(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    """The seller asks for more, or decides."""
    if not theirs.haggles:
        _decide(day, offer, theirs, act)
        return
    recommended = offer.evidence.recommended_offer
    asked = recommended + offer.fee
    counter_offer(offer_id=offer.pk, asked=asked, amount=theirs.counter(offer.amount, recommended), act=act)


def _decide(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    """The seller accepts, rejects, or says nothing until the offer expires."""
    if theirs.accepts(offer.amount, offer.arv, day.plan.acceptance(offer.province, act.now)):
        accept_offer(offer_id=offer.pk, act=act)
    elif not theirs.is_silent:
        reject_offer(offer_id=offer.pk, act=act.because("the price"))


def _sign(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    if theirs.signs:
        contract_offer(offer_id=offer.pk, documents=[f"contract {offer.deal_ref}"], act=act)
    else:
        fail_offer(offer_id=offer.pk, act=act.because("the seller thought again"))


def _find_buyer(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    """Assign the contract to a buyer of the market, or lose a part of the deposit."""
    if not theirs.finds_buyer:
        fail_offer(offer_id=offer.pk, realized_loss=_lost(offer, theirs), act=act.because("no buyer was found in time"))
        return
    (where,) = (
        one
        for one in BUYER_MARKETS
        if (one.province, one.market, one.property_type) == (offer.province, offer.market, offer.property_type)
    )
    buyer = day.random.choice(buying(day, where))
    assign_offer(offer_id=offer.pk, buyer_id=buyer.buyer_id, documents=[f"assignment {offer.deal_ref}"], act=act)


def _end(day: SimulatedDay, offer: Offer, theirs: Seller, act: Act) -> None:
    if not theirs.closes:
        fail_offer(offer_id=offer.pk, realized_loss=_lost(offer, theirs), act=act.because("the buyer's financing failed"))
        return
    between = offer.evidence.recommended_offer - offer.amount
    profit = max((between * theirs.kept).quantize(Decimal("0.01")), offer.fee / 2)
    close_offer(offer_id=offer.pk, realized_profit=profit, documents=[f"closing {offer.deal_ref}"], act=act)


def _lost(offer: Offer, theirs: Seller) -> Decimal:
    return (offer.fee * theirs.lost).quantize(Decimal("0.01"))


_STEPS: dict[State, Callable[[SimulatedDay, Offer, Seller, Act], None]] = {
    State.DRAFT: _send,
    State.SENT: _hear,
    State.COUNTERED: _decide,
    State.ACCEPTED: _sign,
    State.CONTRACTED: _find_buyer,
    State.ASSIGNED: _end,
}
