"""Whether a pace of offers can be kept, and whether provinces are turned on too fast. No database here.

A pace is so many offers a day, each with so much at stake. What is reserved in a day is their product. What is open at once
is what is sent in the days for which an offer stays on the table, since nothing of it is free before the seller answers.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from governance.gate import GLOBAL, EngineRisk
from offers.policies.readiness import PACE_PROVINCES


class Passed(StrEnum):
    """What a pace passes. The values of the first three are the names of the caps."""

    EXPOSURE = "max_daily_exposure"
    OPEN = "max_open_risk"
    ACTIONS = "max_actions_per_day"
    SALES = "sales"


@dataclass(frozen=True, slots=True)
class Pace:
    """A pace of offers."""

    per_day: Decimal  # offers sent a day
    stake: Decimal  # what each puts at stake, CAD
    open_days: int  # for how long each stays on the table, at most


class Limit(NamedTuple):
    """A limit that a pace passes: what it would need of it, what it has, and the offers a day that it allows."""

    passed: Passed
    engine: str  # whose cap it is; empty for sales
    needed: Decimal  # CAD; actions, or sales a day
    has: Decimal
    kept: Decimal


def limits_passed(pace: Pace, risk: Sequence[EngineRisk], engine: str, sales_per_day: Decimal | None) -> list[Limit]:
    """The limits that the pace passes: of each cap the tighter one of GLOBAL and of the engine, and the sales of the market.

    `sales_per_day` is None where no sales are known; then they limit nothing.
    """
    found: dict[Passed, Limit] = {}
    for limit in (limit for one in risk if one.engine in (GLOBAL, engine) for limit in _caps_passed(pace, one)):
        if limit.passed not in found or limit.kept < found[limit.passed].kept:
            found[limit.passed] = limit
    if sales_per_day is not None and pace.per_day > sales_per_day:
        found[Passed.SALES] = Limit(Passed.SALES, "", pace.per_day, sales_per_day, sales_per_day)
    return list(found.values())


def _caps_passed(pace: Pace, risk: EngineRisk) -> Iterator[Limit]:
    each = {  # what one offer a day takes of the cap
        Passed.EXPOSURE: pace.stake,
        Passed.OPEN: pace.stake * pace.open_days,
        Passed.ACTIONS: Decimal(1),
    }
    for cap in risk.caps:
        of_one = each.get(Passed(cap.cap)) if cap.cap in each else None
        if of_one and pace.per_day * of_one > cap.limit:
            yield Limit(Passed(cap.cap), risk.engine, pace.per_day * of_one, cap.limit, cap.limit / of_one)


def too_many_provinces(turned_on: Collection[str], asked: Collection[str]) -> list[str]:
    """The provinces turned on lately and now asked for, if together they are more than the customer's guide allows.

    Empty if they are not, or if nothing new is asked for.
    """
    together = {*turned_on, *asked}
    return sorted(together) if len(together) > PACE_PROVINCES and {*asked} - {*turned_on} else []
