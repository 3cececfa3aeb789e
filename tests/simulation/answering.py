"""The sellers' answers of a simulation without the rest of it, and the tripwires that watch them.

`answers` and `answers_watched` make only the KPI rows, by the simulation's own sellers. `offers_watched` makes offers, by
the verbs of their life. Both need an empty database.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter

from django.db import transaction

from governance.policies import upsert
from kpi.models import Domain, KPIEvent, RegressionTrigger
from kpi.tripwire import evaluations
from offers.deals.life.services import expire_offers
from offers.deals.math import calculate
from offers.models import OfferPolicy
from tests.simulation import FALLS_ON
from wholesale.demo import market, offering, office
from wholesale.demo.day import SimulatedDay
from wholesale.demo.people import OFFER_MARKETS, OfferMarket
from wholesale.demo.plan import DAY, Fall, SimulationPlan
from wholesale.demo.sellers import Heard, heard, proposals
from wholesale.plumbing import correlation
from wholesale.plumbing.act import Act

UNTIL = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
ONTARIO = OFFER_MARKETS[0]
HOUR = timedelta(hours=1)
FALL = Fall(ONTARIO.province, FALLS_ON - 1)


def falling(seed: int) -> SimulationPlan:
    """A simulation of 20,000 leads in which acceptance in Ontario falls by 40% on the 51st of 90 days."""
    return SimulationPlan(seed, 20_000, 90, UNTIL, FALL)


def answers(plan: SimulationPlan, where: OfferMarket) -> list[Heard]:
    """The answers of a market's sellers in the order in which they come, where each offer is sent at once."""
    policy = OfferPolicy()  # the multiplier that is installed
    found = []
    for day in range(plan.days):
        coming = proposals(plan, where, day)
        for n, proposal in enumerate(coming):
            calc = calculate(
                arv=proposal.arv,
                repairs=proposal.repairs,
                multiplier=policy.max_arv_multiplier,
                fees_buffer=offering.buffer_of(where),
            )
            found.append(heard(plan, proposal, calc.recommended_offer, plan.starts(day) + DAY * n / len(coming)))
    return sorted(found, key=attrgetter("at"))


def answers_watched(plan: SimulationPlan) -> None:
    """Write the answers of all markets as KPI rows, day by day, under the tripwire of Ontario."""
    coming = [(where, answer) for where in OFFER_MARKETS for answer in answers(plan, where)]
    for day in _days(plan):
        if day.number == 0:
            offering.begin(day, ONTARIO, day.start)
        today = [_row(where, answer) for where, answer in coming if day.start <= answer.at < day.end]
        KPIEvent.objects.bulk_create(today)
        offering.watch(day, ONTARIO, day.end)
        _judge(day.end)


def _row(where: OfferMarket, answer: Heard) -> KPIEvent:
    return KPIEvent(
        occurred_at=answer.at,
        domain=Domain.WHOLESALE,
        metric=offering.RATE,
        success=answer.accepted,
        province=where.province,
        market=where.market,
        subject_type="offer",
        correlation_id="answering",
        actor="answering",
    )


def offers_watched(plan: SimulationPlan) -> None:
    """Make the offers of the simulation by the verbs of their life, under their tripwires. No threshold of liquidity holds,
    since nobody sends deals to the buyers here."""
    for day in _days(plan):
        if day.number == 0:
            market.bring_buyers(day, day.start)
        offering.put(day)
        for where in OFFER_MARKETS:
            if day.number == plan.on(where.begins):
                day.agenda.put(day.start, partial(_open_the_market, where))
        for hour in range(24):
            day.agenda.put(day.start + HOUR * hour, lambda now: expire_offers(act=Act(at=now)))
        day.agenda.put(day.at(10, 30), _judge)
        day.agenda.put(day.at(13), partial(office.undo_triggers, day))
        day.agenda.carry_out()


def _open_the_market(where: OfferMarket, now: datetime) -> None:
    act = Act("answering", at=now)
    upsert(OfferPolicy, province=where.province, market=where.market, min_liquidity_score=0, act=act)


def _days(plan: SimulationPlan) -> Iterator[SimulatedDay]:
    """Each day of a simulation, in a transaction of its own."""
    for number in range(plan.days):
        with transaction.atomic(), correlation.correlated("answering"):
            yield SimulatedDay(plan, number)


def _judge(now: datetime) -> None:
    for _ in evaluations.evaluate_all(act=Act(at=now)):
        pass


def went_red(province: str) -> datetime | None:
    """When the tripwire on acceptance in a province went red, if it did."""
    found = RegressionTrigger.objects.filter(policy__metric=offering.RATE, policy__province=province).order_by("id")
    return found.values_list("created_at", flat=True).first()
