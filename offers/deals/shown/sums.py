"""The sum of an offer and the deal around it, as plain values for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from offers.deals.around.figures import GIVEN
from offers.deals.law.words import LawAnswer
from offers.deals.math import Calculation
from offers.deals.shown import words
from offers.deals.shown.estimates import day, money
from offers.deals.taxes.words import Grade, Kind
from wholesale.plumbing.showing import shown_money, shown_rate


@dataclass(frozen=True, slots=True)
class SumLine:
    """A line of a sum: what it is, its amount in words, and what is said of it. A total has a line above it."""

    label: str
    amount: str
    note: str = ""
    is_total: bool = False
    note_lang: str = ""  # of a note that is kept in English


@dataclass(frozen=True, slots=True)
class LawShown:
    """What the law says on a topic, with its sources in English."""

    topic: str
    answer: str
    statements: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class DealShown:
    """The deal around an offer. `grid` has a row for each ARV and a column for each amount of repairs."""

    prices: Sequence[SumLine]
    costs: Sequence[SumLine]
    taxes: Sequence[SumLine]
    fee_taxes: Sequence[SumLine]
    law: Sequence[LawShown]
    grid_repairs: Sequence[str]
    grid: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    warnings: Sequence[str]
    unknown: Sequence[str]
    assumed: Sequence[str]
    closing_on: str


def sum_shown(calc: Calculation, multiplier: Decimal) -> list[SumLine]:
    """Return the calculation of the customer's guide, line by line."""
    return [
        SumLine(_("After-repair value (ARV)"), shown_money(calc.arv)),
        SumLine(
            _("times the policy's multiplier, %(max_arv_multiplier)s") % {"max_arv_multiplier": shown_rate(multiplier, 2)},
            shown_money(calc.arv * multiplier),
        ),
        SumLine(_("less repairs"), shown_money(-calc.repairs)),
        SumLine(_("less the fees buffer"), shown_money(-calc.fees_buffer)),
        SumLine(_("Maximum allowable offer (MAO)"), shown_money(calc.mao)),
        SumLine(_("Recommended offer"), shown_money(calc.recommended_offer), is_total=True),
    ]


def deal_shown(deal: Mapping[str, Any] | None) -> DealShown | None:
    """Return the deal that the evidence keeps. None: it was not asked for."""
    if not deal:
        return None
    tax = deal["transfer_tax"]
    return DealShown(
        prices=_prices(deal),
        costs=_costs(deal),
        taxes=[_charge(part) for part in tax["parts"]],
        fee_taxes=[
            SumLine(one["code"], _or_unknown(one["amount"]), one["detail"], note_lang="en") for one in deal["fee_taxes"]
        ],
        law=[_law(topic, deal["law"][topic]) for topic in words.LAW],
        grid_repairs=[money(cell["repairs"]) for cell in deal["grid"][0]],
        grid=[(money(row[0]["arv"]), [(money(one["mao"]), money(one["profit"])) for one in row]) for row in deal["grid"]],
        warnings=words.of_deals(deal["warnings"]),
        unknown=deal["buyer"]["unknown"],
        assumed=tax["assumed"],
        closing_on=day(tax["closing_on"]),
    )


def _prices(deal: Mapping[str, Any]) -> list[SumLine]:
    paid = deal["prices"]
    lines = [
        SumLine(_("The seller gets"), money(paid["seller_price"])),
        SumLine(_("plus the assignment fee"), money(paid["assignment_fee"])),
        SumLine(_("The buyer pays"), money(paid["buyer_price"]), is_total=True),
    ]
    if deal["value"]["mao_at_low"] is not None:
        lines.append(
            SumLine(_("What the lower bound of the ARV allows the buyer to pay"), money(deal["value"]["mao_at_low"]))
        )
    return lines


def _costs(deal: Mapping[str, Any]) -> list[SumLine]:
    lines = [SumLine(_("The buyer sells for"), money(deal["value"]["arv"]))]
    for cost in deal["costs"]:
        amount = cost["amount"]
        is_assumed = cost["code"] in ("legal", "title_insurance", "holding", "selling") and cost["source"] != GIVEN
        lines.append(
            SumLine(
                _("less: %(cost)s") % {"cost": words.COSTS.get(cost["code"], cost["code"])},
                _or_unknown(None if amount is None else -amount),
                _("assumed") if is_assumed else "",
            )
        )
    buyer = deal["buyer"]
    least = "" if buyer["is_complete"] else _("at most, since not all costs are known")
    lines.append(SumLine(_("The buyer's profit"), money(buyer["profit"]), least, is_total=True))
    if buyer["return"] is not None:
        lines.append(
            SumLine(_("of the cash put in, %(cash)s") % {"cash": money(buyer["cash_in"])}, shown_rate(buyer["return"], 1))
        )
    return lines


def _charge(part: Mapping[str, Any]) -> SumLine:
    kind = Kind(part["kind"]).label if part["kind"] in Kind.values else part["kind"]
    label = f"{kind}, {part['place']}"
    if part["amount"] is None:
        return SumLine(label, _("not known"), part["detail"], note_lang="en")
    grade = part["certainty"]
    return SumLine(label, money(part["amount"]), "" if grade in (None, Grade.OFFICIAL) else str(Grade(grade).label))


def _law(topic: str, found: Mapping[str, Any]) -> LawShown:
    answer = LawAnswer(found["answer"]).label if found["answer"] in LawAnswer.values else found["answer"]
    statements = [{"said": rule["statement"], "source": rule["source"]} for rule in found["rules"]]
    return LawShown(str(words.LAW[topic]), str(answer), statements)


def _or_unknown(amount: float | None) -> str:
    return _("not known") if amount is None else money(amount)
