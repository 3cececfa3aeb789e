"""The simulated buyers, the deals that are sent to them and their answers, and offers on real house sales."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from buyers.book.lists.services import upsert_buyers
from buyers.liquidity.deals import record_silence, send_deal
from buyers.liquidity.errors import BuyerNotContactable
from buyers.liquidity.figures import Event
from buyers.liquidity.fitting import fit_priors
from buyers.liquidity.services import take_feedback
from buyers.models import DealSent
from governance import gate
from governance.channels import Channel
from governance.gate import points_of
from governance.gate.ledger import Basis, record_consent
from kpi.models import Domain
from offers.services import make_offer
from wholesale.demo.day import SimulatedDay, count
from wholesale.demo.houses import House, houses
from wholesale.demo.investors import ASKED, Investor, investors
from wholesale.demo.people import BUYER_MARKETS, MARKER, OFFERS_AT, BuyerMarket

_ENGINE = "WHOLESALE"
_OFFERS_EVERY = 1_000  # leads: for each further thousand there is another round of offers on all houses
_OFFERED_TO = 4  # buyers to whom a deal is sent
_SOON = timedelta(minutes=10)


def put(day: SimulatedDay) -> None:
    """Add the deals that are sent to buyers, their answers, and the offers of the day to the agenda."""
    if day.number == 0:
        day.agenda.put(day.start, partial(_bring_buyers, day))
    _put_deals(day)
    _put_offers(day)


def _bring_buyers(day: SimulatedDay, now: datetime) -> None:
    """Import the buyers into the book, with their consent to e-mail."""
    act = day.act(now)
    buyers = [one for where in BUYER_MARKETS for one in _buyers(day, where)]
    refused = upsert_buyers([one.row for one in buyers], act=act).refused_rows
    assert not refused, refused[0].reason
    addresses = [point for one in buyers for point in points_of(email=one.row["email"])]
    evidence = "the form for buyers"
    record_consent(points=addresses, basis=Basis.EXPRESS, obtained_at=now, evidence=evidence, proof=ASKED, act=act)


def _buyers(day: SimulatedDay, where: BuyerMarket) -> list[Investor]:
    return investors(day.plan.seed, where, day.plan.starts(0).date())


def _buying(day: SimulatedDay, where: BuyerMarket) -> list[Investor]:
    """The buyers who buy in a market: its own, and those of the province's other markets who buy in all of the province."""
    alike = (where.province, where.property_type)
    others = [one for one in BUYER_MARKETS if (one.province, one.property_type) == alike and one.market != where.market]
    elsewhere = [buyer for other in others for buyer in _buyers(day, other) if buyer.row["places"] == where.province]
    return [buyer for buyer in _buyers(day, where) + elsewhere if not buyer.is_paused]


def _put_deals(day: SimulatedDay) -> None:
    """Add the day's deals to the agenda. On a few days in the middle of the simulation, few buyers respond."""
    deals = (16 + day.plan.leads // (4 * day.plan.days)) // _OFFERED_TO
    bad_days = range(day.plan.on(0.62), day.plan.on(0.62) + max(2, day.plan.days // 20))
    eagerness = 1 / 3 if day.number in bad_days else 1.0
    for number in range(deals):
        (drawn,) = day.random.choices(BUYER_MARKETS, [one.share for one in BUYER_MARKETS])
        where = drawn if number else BUYER_MARKETS[day.number % len(BUYER_MARKETS)]  # each market is heard of
        deal_ref = f"{where.market[:3]}-{day.number + 1:03}-{number + 1:02}"
        buyers = _buying(day, where)
        for buyer in day.random.sample(buyers, min(_OFFERED_TO, len(buyers))):
            send = partial(_send, day, buyer, where, deal_ref, eagerness)
            day.agenda.put(day.sometime(), day.unless_stopped(send))
    day.agenda.put(day.at(14), lambda now: record_silence(act=day.act(now)))
    day.agenda.put(day.end - _SOON, lambda now: fit_priors(act=day.act(now)))


def _send(day: SimulatedDay, buyer: Investor, where: BuyerMarket, deal_ref: str, eagerness: float, now: datetime) -> None:
    """Send a deal to a buyer, if the contact gate permits it. The buyer responds on the same day, or stays silent."""
    place = {"province": where.province, "market": where.market, "property_type": where.property_type}
    try:
        sent = send_deal(buyer_id=buyer.buyer_id, deal_ref=deal_ref, channel=Channel.EMAIL, **place, act=day.act(now))
    except BuyerNotContactable:
        return
    responds = day.random.random() < buyer.responds * eagerness
    at = {"province": where.province, "market": where.market}
    count(Domain.BUYER_MATCH, "match_success", responds, str(sent.pk), day.act(now), **at)
    if not responds:
        return
    heard = now + (day.end - now) * day.random.betavariate(1, 3)
    day.agenda.put(heard, partial(_hear, day, sent, Event.RESPONDED))
    decision = Event.BOUGHT if day.random.random() < buyer.buys else Event.PASSED
    day.agenda.put(heard + (day.end - heard) / 2, partial(_hear, day, sent, decision))


def _hear(day: SimulatedDay, sent: DealSent, event: Event, now: datetime) -> None:
    place = {"province": sent.province, "market": sent.market, "property_type": sent.property_type}
    take_feedback(**place, event=event, buyer_id=str(sent.buyer_id), deal_ref=sent.deal_ref, act=day.act(now))


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
