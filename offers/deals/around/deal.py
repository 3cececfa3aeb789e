"""The deal around an offer, put together: from the offer, its terms, the schedules of tax and the rules of the province."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from offers.deals.around.figures import BuyersOutcome, Cost, Prices, costs, grid, outcome, prices
from offers.deals.around.terms import Terms, transfer_of
from offers.deals.around.warnings import Value, Warned, judged, noted
from offers.deals.law.rules import FeeTax, Rule, answer_to, fee_taxes, in_force
from offers.deals.law.words import Topic
from offers.deals.math import Calculation, allowed
from offers.deals.taxes.rules import Schedule, TaxOfTransfer, land_transfer_tax
from offers.deals.taxes.shown import day_of, shown_cad, tax_shown
from offers.deals.taxes.words import Grade
from wholesale.plumbing.texts import number_of


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as the policy computes it. Amounts are in CAD."""

    province: str
    market: str
    property_type: str
    calc: Calculation
    multiplier: Decimal
    fee: Decimal
    value: Value
    on_low: bool  # it was computed on the lower bound
    today: date
    terms: Terms

    @property
    def prices(self) -> Prices:
        """Who pays whom."""
        return prices(self.calc.recommended_offer, self.fee, self.terms.offer)

    @property
    def at_low(self) -> Decimal | None:
        """What the policy allows a buyer to pay at the lower bound of the ARV, None where no bound is known."""
        low = self.value.low
        return None if low is None else allowed(low, self.calc.repairs, self.multiplier, self.calc.fees_buffer)

    def judged(self) -> list[Warned]:
        """The warnings by which a policy may refuse."""
        inspected = self.terms.repairs_inspected
        found = judged(self.value, self.calc.repairs, self.prices, repairs_inspected=inspected, at_low=self.at_low)
        return list(found)


def deal_around(offered: Offered, schedules: Sequence[Schedule], rules: Sequence[Rule]) -> dict[str, Any]:
    """The deal as the API shows it and as the evidence keeps it. Amounts are in CAD; null is what is not known."""
    calc, terms, paid = offered.calc, offered.terms, offered.prices
    asked = transfer_of(
        terms,
        province=offered.province,
        market=offered.market,
        property_type=offered.property_type,
        price=paid.buyer_price,
        today=offered.today,
    )
    tax = land_transfer_tax(schedules, asked.transfer)
    of_province = in_force(rules, offered.province, asked.transfer.on)
    on_fee = fee_taxes(of_province, offered.fee, home_is_new=terms.home_is_new)
    of_buyer = costs(terms, paid.buyer_price, calc.repairs, calc.arv, [*_tax_costs(tax), _sales_tax(on_fee)])
    left = outcome(calc.arv, of_buyer)
    cells = grid(
        calc.arv,
        calc.repairs,
        left.profit,
        multiplier=offered.multiplier,
        fees_buffer=calc.fees_buffer,
        selling_rate=terms.selling_rate,
    )
    unknown = [*tax.unknown, *_unknown_sales_tax(on_fee)]
    unofficial = sum(part.schedule.certainty != Grade.OFFICIAL for part in tax.parts if part.schedule)
    warned = [*offered.judged(), *noted(calc.mao, paid, left.profit, len(unknown), unofficial)]
    return {
        "prices": {
            **shown_cad(paid._asdict()),
            "computed_on": "LOW" if offered.on_low else "ARV",
            "mao": number_of(calc.mao),
        },
        "value": {
            **shown_cad(
                {"arv": calc.arv, "low": offered.value.low, "high": offered.value.high, "mao_at_low": offered.at_low}
            ),
            "comps": offered.value.comps,
        },
        "transfer_tax": tax_shown(tax, asked.assumed, asked.transfer.on),
        "law": _law(of_province),
        "fee_taxes": [_fee_tax(one) for one in on_fee],
        "costs": [shown_cad(cost._asdict()) for cost in of_buyer],
        "buyer": {**_outcome(left), "is_complete": not unknown, "unknown": unknown},
        "grid": [[shown_cad(cell._asdict()) for cell in row] for row in cells],
        "warnings": [one._asdict() for one in warned],
        "terms": terms.given(),
    }


def _tax_costs(tax: TaxOfTransfer) -> list[Cost]:
    source = "; ".join(dict.fromkeys(part.schedule.source for part in tax.parts if part.schedule)) or "not in the table"
    has_any = any(part.amount is not None for part in tax.parts)
    return [Cost("transfer_tax", tax.known if has_any else None, source)]


def _sales_tax(on_fee: Sequence[FeeTax]) -> Cost:
    """Sales tax on the fee as a cost of the buyer; not known where one of it is not, or where no rule is."""
    of_fee = [one for one in on_fee if one.rule.topic == Topic.FEE_TAX]
    amounts = [one.amount for one in of_fee if one.amount is not None]
    source = "; ".join(dict.fromkeys(one.rule.source for one in of_fee)) or "no rule is known"
    is_known = bool(of_fee) and len(amounts) == len(of_fee)
    return Cost("sales_tax_on_fee", sum(amounts, Decimal(0)) if is_known else None, source)


def _unknown_sales_tax(on_fee: Sequence[FeeTax]) -> list[str]:
    of_fee = [one for one in on_fee if one.rule.topic == Topic.FEE_TAX]
    return [one.detail for one in of_fee if one.amount is None] if of_fee else ["Sales tax on the fee: no rule is known."]


def _fee_tax(one: FeeTax) -> dict[str, Any]:
    return {"code": one.rule.code, **shown_cad({"amount": one.amount}), "detail": one.detail, **_rule(one.rule)}


def _law(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        topic.lower(): {
            "answer": answer_to(rules, topic),
            "rules": [{"code": rule.code, **_rule(rule)} for rule in rules if rule.topic == topic],
        }
        for topic in (Topic.LICENCE, Topic.ASSIGNMENT, Topic.BUYER)
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "statement": rule.statement,
        "rate": float(rule.rate) if rule.rate else None,
        "from_date": day_of(rule.from_date),
        "until": rule.until.isoformat() if rule.until else None,
        "source": rule.source,
        "certainty": rule.certainty,
        "checked_on": rule.checked_on.isoformat() if rule.checked_on else None,
    }


def _outcome(left: BuyersOutcome) -> dict[str, Any]:
    return shown_cad({"cash_in": left.cash_in, "profit": left.profit, "return": left.rate})
