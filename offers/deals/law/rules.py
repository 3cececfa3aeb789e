"""What the law says about a deal on a day, by rules that are given. No database here."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from offers.deals.law.words import ANSWER, CANADA, LawAnswer, Topic

CENT = Decimal("0.01")


class Rule(NamedTuple):
    """What the law of a place says on a topic, from a day on. `rate` is a tax's fraction of the fee, 0 for no tax."""

    place: str
    topic: str
    code: str
    from_date: date
    until: date | None
    answer: str
    rate: Decimal
    statement: str
    source: str
    certainty: str
    checked_on: date | None


class FeeTax(NamedTuple):
    """A tax on the assignment fee, in CAD. `amount` is None where it is not known whether or how much."""

    rule: Rule
    amount: Decimal | None
    detail: str


def in_force(rules: Iterable[Rule], province: str, on: date) -> list[Rule]:
    """The rules of the province and of Canada that hold on a day."""
    return [
        rule
        for rule in rules
        if rule.place in (province, CANADA) and rule.from_date <= on and (rule.until is None or on <= rule.until)
    ]


def answer_to(rules: Sequence[Rule], topic: str) -> str:
    """The answer of the rules in force to a topic's question. Without an answer it is unknown."""
    return next((rule.answer for rule in rules if rule.topic == topic and rule.code == ANSWER), LawAnswer.UNKNOWN)


def fee_taxes(rules: Sequence[Rule], fee: Decimal, *, home_is_new: bool | None) -> list[FeeTax]:
    """The taxes on an assignment fee in CAD by the rules in force.

    Sales tax is known for new and substantially renovated homes only. A tax on the gain takes the whole fee for the gain.
    """
    found = []
    for rule in rules:
        amount = (fee * rule.rate).quantize(CENT, ROUND_HALF_UP)
        if rule.topic == Topic.FEE_TAX and home_is_new:
            found.append(FeeTax(rule, amount, f"{rule.code} on the fee, which whoever takes the contract over pays on top."))
        elif rule.topic == Topic.FEE_TAX:
            why = "Of used homes nothing was found." if home_is_new is False else "Whether the home is new is not given."
            found.append(FeeTax(rule, None, f"{rule.code} on the fee: {why}"))
        elif rule.topic == Topic.GAIN_TAX and rule.rate:
            found.append(FeeTax(rule, amount, "At most this: the whole fee is taken for the gain."))
        elif rule.topic == Topic.GAIN_TAX:
            found.append(FeeTax(rule, None, rule.statement))
    return found
