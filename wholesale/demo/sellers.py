"""The simulated sellers, as values that depend on a seed: what they are offered and how they answer. No database here.

A seller accepts more often the larger the offer is as a share of the ARV. The rest of a deal is here too: whether it comes
to a contract, to a buyer and to an end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import exp
from random import Random

from wholesale.demo.houses import House, houses
from wholesale.demo.people import OfferMarket, dice
from wholesale.demo.plan import DAY, SimulationPlan

HOUR = timedelta(hours=1)
LEVEL, SLOPE, CENTRE = -0.25, 12.0, 0.6  # log odds of acceptance: LEVEL at the share CENTRE of the ARV, and their slope
SENT_FOR = 7 * DAY  # an offer expires after so many days without an answer
_ROUNDS, _ROUND_EVERY = 2, 250  # rounds of offers on all houses, and one more for each so many leads
_STEP = Decimal(100)  # offers are whole hundreds of CAD


@dataclass(frozen=True, slots=True)
class Proposal:
    """An offer that is to be made: its place, its number there (counted from 0), and its house."""

    where: OfferMarket
    number: int

    @property
    def deal_ref(self) -> str:
        """The name of the deal."""
        return f"{self.where.market[:3]}-OFFER-{self.number + 1:04}"

    @property
    def house(self) -> House:
        """The house: the houses come round again and again."""
        return _houses()[self.number % len(_houses())]

    @property
    def arv(self) -> Decimal:
        """CAD."""
        return self.house.arv * self.where.times

    @property
    def repairs(self) -> Decimal:
        """CAD."""
        return self.house.repairs * self.where.times


@cache
def _houses() -> tuple[House, ...]:
    return tuple(houses())


def proposals(plan: SimulationPlan, where: OfferMarket, day: int) -> list[Proposal]:
    """Return the offers of a day in a market. They are spread evenly over the days on which the market has offers."""
    begins = plan.on(where.begins)
    total = round(len(_houses()) * (_ROUNDS + plan.leads // _ROUND_EVERY) * where.share)
    days, since = plan.days - begins, day - begins
    if since < 0:
        return []
    return [Proposal(where, number) for number in range(total * since // days, total * (since + 1) // days)]


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller, and how the deal goes on where the seller accepts. Spans of time follow upon the step before."""

    opening: Decimal  # of what the policy allows: what is offered first
    mood: float  # 0..1: accepts where the chance of acceptance is above it
    is_silent: bool  # says nothing, in place of no
    haggles: bool  # asks for more at first
    hears_after: timedelta
    decides_after: timedelta  # upon our counter
    signs: bool
    signs_after: timedelta
    finds_buyer: bool
    finds_after: timedelta
    closes: bool
    closes_after: timedelta
    lost: Decimal  # of the assignment fee, where the deal falls through after the contract
    kept: Decimal  # of what lies between the price and the MAO, where it closes

    def first(self, recommended: Decimal) -> Decimal:
        """What is offered first, in CAD."""
        return _whole(recommended * self.opening)

    def counter(self, amount: Decimal, recommended: Decimal) -> Decimal:
        """What we offer after the seller has asked for more, in CAD: half of the way to what is recommended."""
        return max(amount, _whole((amount + recommended) / 2))

    def accepts(self, amount: Decimal, arv: Decimal, acceptance: float) -> bool:
        """Whether the seller accepts. `acceptance` is a multiple of the usual chance."""
        return self.mood < chance(float(amount / arv)) * acceptance


def chance(share: float) -> float:
    """Return the usual chance that a share of the ARV is accepted."""
    return 1 / (1 + exp(-(LEVEL + SLOPE * (share - CENTRE))))


def seller(seed: int, deal_ref: str) -> Seller:
    """Return the seller of a deal."""
    random = dice(seed, "seller", deal_ref)
    return Seller(
        opening=Decimal(random.randrange(900, 1001, 5)) / 1000,
        mood=random.random(),
        is_silent=random.random() < 0.3,
        haggles=random.random() < 0.3,
        hears_after=_hours(random, 2, 30),
        decides_after=_hours(random, 1, 20),
        signs=random.random() < 0.85,
        signs_after=_hours(random, 12, 24),
        finds_buyer=random.random() < 0.85,
        finds_after=_hours(random, 24, 36),
        closes=random.random() < 0.92,
        closes_after=DAY * random.uniform(3, 9),
        lost=Decimal(random.randrange(5, 50)) / 100 if random.random() < 0.3 else Decimal(0),
        kept=Decimal(random.randrange(60, 100)) / 100,
    )


def _hours(random: Random, least: int, mean: int) -> timedelta:
    """At least so many hours, and a random number with this mean more, but so that it is heard of within some days."""
    return HOUR * (least + min(random.expovariate(1 / mean), 3 * mean))


def _whole(amount: Decimal) -> Decimal:
    """An amount rounded down to whole hundreds of CAD, where that leaves anything."""
    return amount - amount % _STEP if amount >= _STEP else amount


@dataclass(frozen=True, slots=True)
class Heard:
    """When an answer counts, and whether it is yes."""

    at: datetime
    accepted: bool


def heard(plan: SimulationPlan, proposal: Proposal, recommended: Decimal, sent: datetime) -> Heard:
    """Return the final answer to an offer that was sent at a time, as the verbs of its life would record it."""
    theirs = seller(plan.seed, proposal.deal_ref)
    amount, at, expires = theirs.first(recommended), sent + theirs.hears_after, sent + SENT_FOR
    if theirs.haggles and at < expires:
        amount, expires = theirs.counter(amount, recommended), at + SENT_FOR
        at += theirs.decides_after
    accepted = theirs.accepts(amount, proposal.arv, plan.acceptance(proposal.where.province, at))
    if at >= expires or (theirs.is_silent and not accepted):
        return Heard(expires, False)
    return Heard(at, accepted)
