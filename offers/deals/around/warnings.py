"""What to be warned of in a deal. What is not known warns too, since a policy may refuse by it. No database here."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from offers.comps.valuing import FEW_COMPS, WIDE_INTERVAL
from offers.deals.around.figures import Prices
from wholesale.plumbing.texts import cad

LARGE_REPAIRS = Decimal("0.15")  # of the ARV


class Code(StrEnum):
    """The warnings by which a policy may refuse an offer."""

    FEW_COMPS = "few_comps"
    WIDE_INTERVAL = "wide_interval"
    UNINSPECTED_REPAIRS = "uninspected_repairs"
    ABOVE_LOW = "above_low"


class Warned(NamedTuple):
    """A warning."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind the ARV. Amounts are in CAD. The bounds are None where no estimate gave them."""

    arv: Decimal  # what the offer is computed on
    comps: int = 0
    estimated: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def judged(
    value: Value, repairs: Decimal, prices: Prices, *, repairs_inspected: bool, at_low: Decimal | None
) -> Iterator[Warned]:
    """The warnings by which a policy may refuse. `at_low` is what it allows at the lower bound of the ARV, in CAD."""
    if value.comps < FEW_COMPS:
        said = f"The ARV rests on {value.comps} comps; {FEW_COMPS} are few." if value.estimated else "No comps are known."
        yield Warned(Code.FEW_COMPS, said)
    if value.low is None or value.high is None or not value.estimated:
        yield Warned(Code.WIDE_INTERVAL, "No interval of the ARV is known.")
    elif (value.high - value.low) / value.estimated > WIDE_INTERVAL:
        width = (value.high - value.low) / value.estimated
        yield Warned(Code.WIDE_INTERVAL, f"The interval is {width:.0%} of the ARV wide.")
    if not repairs_inspected and repairs > value.arv * LARGE_REPAIRS:
        yield Warned(Code.UNINSPECTED_REPAIRS, f"The repairs are {repairs / value.arv:.0%} of the ARV, not inspected.")
    if at_low is None:
        yield Warned(Code.ABOVE_LOW, "No lower bound of the ARV is known.")
    elif prices.buyer_price > at_low:
        most = cad(max(at_low, Decimal(0)))
        yield Warned(
            Code.ABOVE_LOW,
            f"The buyer's price is {cad(prices.buyer_price)}; the lower bound allows {most}.",
        )


def noted(mao: Decimal, prices: Prices, profit: Decimal, unknown: int, unofficial: int) -> Iterator[Warned]:
    """The other warnings, by which no policy refuses. `unknown` and `unofficial` count costs not known, and taxes not from
    an official text."""
    if prices.buyer_price > max(mao, Decimal(0)):
        yield Warned("above_mao", f"The buyer's price is {cad(prices.buyer_price)}; the policy allows {cad(mao)}.")
    if mao < prices.assignment_fee:
        yield Warned("no_room_for_fee", "What the policy allows does not cover the assignment fee.")
    if profit < 0:
        yield Warned("loss", f"The buyer loses {cad(-profit)}.")
    if unknown:
        yield Warned("unknown_costs", "Not all costs are known, so the profit is at most what is shown.")
    if unofficial:
        yield Warned("unofficial_tax", "The land transfer tax is not, or not all, from an official text.")
