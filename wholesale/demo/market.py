"""The simulated buyers, the deals that are sent to them, and their answers."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from buyers.book.lists.services import upsert_buyers
from buyers.liquidity.deals import record_silence, send_deal
from buyers.liquidity.errors import BuyerNotContactable
from buyers.liquidity.figures import Event
from buyers.liquidity.fitting import fit_priors
from buyers.liquidity.services import take_feedback
from buyers.models import DealSent
from governance.channels import Channel
from governance.gate import points_of
from governance.gate.ledger import Basis, record_consent
from kpi.models import Domain
from wholesale.demo.day import SimulatedDay, count
from wholesale.demo.investors import ASKED, Investor, investors
from wholesale.demo.people import BUYER_MARKETS, BuyerMarket

_OFFERED_TO = 4  # buyers to whom a deal is sent
_SOON = timedelta(minutes=10)


def put(day: SimulatedDay) -> None:
    """Add the deals that are sent to buyers and their answers to the agenda."""
    if day.number == 0:
        day.agenda.put(day.start, partial(bring_buyers, day))
    _put_deals(day)


def bring_buyers(day: SimulatedDay, now: datetime) -> None:
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


def buying(day: SimulatedDay, where: BuyerMarket) -> list[Investor]:
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
        buyers = buying(day, where)
        for buyer in day.random.sample(buyers, min(_OFFERED_TO, len(buyers))):
            send = partial(_send, day, buyer, where, deal_ref, eagerness)
            day.agenda.put(day.sometime(), day.unless_stopped(send))
    day.agenda.put(day.at(14), lambda now: record_silence(act=day.act(now)))
    day.agenda.put(day.end - _SOON, lambda now: fit_priors(act=day.act(now)))


def _send(day: SimulatedDay, buyer: Investor, where: BuyerMarket, deal_ref: str, eagerness: float, now: datetime) -> None:
    """Send a deal to a buyer, if the contact gate permits it. The buyer responds on the same day, or stays silent."""
    place: Any = {"province": where.province, "market": where.market, "property_type": where.property_type}
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
