"""The simulated buyers' answers, and offers on real house sales."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from buyers.liquidity.figures import Event
from buyers.liquidity.services import take_feedback
from governance import gate
from kpi.models import Domain
from offers.services import make_offer
from wholesale.demo.day import SimulatedDay, count
from wholesale.demo.houses import House, houses
from wholesale.demo.people import BUYER_MARKETS, MARKER, OFFERS_AT, BuyerMarket

_ENGINE = "WHOLESALE"
_OFFERS_EVERY = 1_000  # leads: for each further thousand there is another round of offers on all houses
_GOOD = (Event.RESPONDED, Event.RESPONDED, Event.RESPONDED, Event.BOUGHT)
_BAD = (Event.NO_RESPONSE, Event.NO_RESPONSE, Event.PASSED)


def put(day: SimulatedDay) -> None:
    """Add the buyers' answers and the offers of the day to the agenda."""
    _put_buyers(day)
    _put_offers(day)


def _put_buyers(day: SimulatedDay) -> None:
    """Add the buyers' answers to the agenda. On a few days in the middle of the simulation, few answers are good."""
    heard = 16 + day.plan.leads // (4 * day.plan.days)
    bad_days = range(day.plan.on(0.62), day.plan.on(0.62) + max(2, day.plan.days // 20))
    for _ in range(heard):
        (where,) = day.random.choices(BUYER_MARKETS, [one.share for one in BUYER_MARKETS])
        good = where.good / 3 if day.number in bad_days else where.good
        day.agenda.put(day.sometime(), partial(_hear, day, where, good))


def _hear(day: SimulatedDay, where: BuyerMarket, good: float, now: datetime) -> None:
    is_good = day.random.random() < good
    buyer = f"{where.market[:3]}-B{day.random.randrange(where.buyers) + 1:02}"
    event = day.random.choice(_GOOD if is_good else _BAD)
    act, place = day.act(now), {"province": where.province, "market": where.market}
    recorded = take_feedback(**place, property_type=where.property_type, event=event, buyer_id=buyer, act=act)
    count(Domain.BUYER_MATCH, "match_success", is_good, str(recorded.pk), act, **place)


def _put_offers(day: SimulatedDay) -> None:
    """Add the day's offers on the real house sales to the agenda. All offers are spread evenly over the days."""
    sales = list(houses())
    rounds = 1 + day.plan.leads // _OFFERS_EVERY
    first, last = (len(sales) * rounds * n // day.plan.days for n in (day.number, day.number + 1))
    for n, when in enumerate(sorted(day.sometime() for _ in range(first, last)), start=first):
        offer = partial(_offer, day, sales[n % len(sales)], n + 1)
        day.agenda.put(when, day.unless_stopped(offer))


def _offer(day: SimulatedDay, house: House, number: int, now: datetime) -> None:
    """Make an offer and try to reserve its deposit. If it is reserved, count whether the seller accepts the offer."""
    province, place = OFFERS_AT
    act = day.act(now, correlation_id=f"{MARKER}offer-{number}")
    evidence = make_offer(
        province=province,
        market=place,
        arv=house.arv,
        repairs=house.repairs,
        comps=house.comps,
        assumptions=house.assumptions,
        act=act,
    )
    deposit = Decimal(day.random.randrange(100, 400, 25))
    decision, _ = gate.risk_reserve(engine=_ENGINE, amount=deposit, act=act.because("the deposit of an offer"))
    if decision.allowed:
        is_accepted = day.random.random() < 0.3
        subject = str(evidence.pk)
        count(Domain.WHOLESALE, "offer_accept_rate", is_accepted, subject, act, province=province, market=place)
