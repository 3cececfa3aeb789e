"""The money of a deal, in CAD and Decimal: prices, the buyer's costs, profit and return. No database here."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from offers.deals.around.terms import Terms
from offers.deals.math import CENT, allowed

# What a buyer is taken to pay where the terms do not say. CAD, fractions and months; each with where it is from.
LEGAL, LEGAL_FROM = Decimal(2500), "middle of 1,000 to 4,000 (old sources)"
TITLE_INSURANCE, TITLE_FROM = Decimal(350), "middle of 200 to 500 (old sources)"
HOLDING_MONTHS, MONTHS_FROM = 5, "middle of 4 to 6 months (from memory)"
HOLDING_RATE, HOLDING_FROM = (
    Decimal("0.01"),
    "1% of the price a month for all holding (assumption)",
)
SELLING_RATE, SELLING_FROM = Decimal("0.05"), "5% of the ARV for commission and closing (assumption)"
GIVEN = "given"

ARV_STEPS = (Decimal("0.9"), Decimal(1), Decimal("1.1"))
REPAIRS_STEPS = (Decimal(1), Decimal("1.2"), Decimal("1.4"))


class Prices(NamedTuple):
    """Who pays whom, in CAD. `buyer_price` is what the buyer pays: the seller's price and the assignment fee."""

    seller_price: Decimal
    assignment_fee: Decimal
    buyer_price: Decimal


class Cost(NamedTuple):
    """A cost of the buyer in CAD, and where the figure is from. `amount` is None where it is not known."""

    code: str
    amount: Decimal | None
    source: str


class BuyersOutcome(NamedTuple):
    """What the buyer is left with, in CAD; `rate` is the profit as a fraction of the cash put in, if any was."""

    cash_in: Decimal  # all costs but those of selling
    profit: Decimal
    rate: Decimal | None


class GridCell(NamedTuple):
    """The deal at another ARV and at other repairs, in CAD: what the policy would allow, and the profit at these prices."""

    arv: Decimal
    repairs: Decimal
    mao: Decimal
    profit: Decimal


def prices(recommended: Decimal, fee: Decimal, offer: Decimal | None) -> Prices:
    """The prices of a deal: by what the policy allows the buyer to pay, or by what the seller is offered."""
    seller_price = max(recommended - fee, Decimal(0)) if offer is None else offer
    return Prices(seller_price, fee, seller_price + fee)


def costs(terms: Terms, buyer_price: Decimal, repairs: Decimal, arv: Decimal, taxes: Sequence[Cost]) -> list[Cost]:
    """All costs of the buyer. `taxes` are land transfer tax and sales tax on the fee."""
    months = HOLDING_MONTHS if terms.holding_months is None else terms.holding_months
    per_month = buyer_price * HOLDING_RATE if terms.holding_per_month is None else terms.holding_per_month
    of_holding = {
        MONTHS_FROM if terms.holding_months is None else GIVEN,
        HOLDING_FROM if terms.holding_per_month is None else GIVEN,
    }
    rate = SELLING_RATE if terms.selling_rate is None else terms.selling_rate
    return [
        Cost("price", buyer_price, "the seller's price and the assignment fee"),
        *taxes,
        _cost("legal", terms.legal, LEGAL, LEGAL_FROM),
        _cost("title_insurance", terms.title_insurance, TITLE_INSURANCE, TITLE_FROM),
        Cost("repairs", repairs, GIVEN),
        Cost("holding", _cents(per_month * months), "; ".join(sorted(of_holding))),
        Cost("selling", _cents(arv * rate), SELLING_FROM if terms.selling_rate is None else GIVEN),
    ]


def _cost(code: str, given: Decimal | None, default: Decimal, source: str) -> Cost:
    return Cost(code, default, source) if given is None else Cost(code, given, GIVEN)


def outcome(arv: Decimal, paid: Sequence[Cost]) -> BuyersOutcome:
    """The buyer's profit and return after selling for the ARV. What is not known does not count, so it is at most this."""
    known = {cost.code: cost.amount for cost in paid if cost.amount is not None}
    cash_in = sum((amount for code, amount in known.items() if code != "selling"), Decimal(0))
    profit = arv - cash_in - known.get("selling", Decimal(0))
    return BuyersOutcome(cash_in, profit, (profit / cash_in).quantize(Decimal("0.0001"), ROUND_HALF_UP) if cash_in else None)


def grid(
    arv: Decimal,
    repairs: Decimal,
    profit: Decimal,
    *,
    multiplier: Decimal,
    fees_buffer: Decimal,
    selling_rate: Decimal | None,
) -> list[list[GridCell]]:
    """The deal at the prices of `profit`, with other ARVs (rows) and other repairs."""
    kept = 1 - (SELLING_RATE if selling_rate is None else selling_rate)
    rows = []
    for of_arv in ARV_STEPS:
        row = []
        for of_repairs in REPAIRS_STEPS:
            there, then = _cents(arv * of_arv), _cents(repairs * of_repairs)
            moved = _cents(profit + (there - arv) * kept - (then - repairs))
            row.append(GridCell(there, then, allowed(there, then, multiplier, fees_buffer), moved))
        rows.append(row)
    return rows


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
