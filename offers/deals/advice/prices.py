"""What each price that may be offered is worth, and the one to begin with. No database here."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from offers.deals.advice.acceptance import BAND, PRIOR, VERSION, Chances, SellerAnswer, fitted
from offers.deals.math import CENT, Calculation
from offers.deals.taxes.shown import shown_cad
from wholesale.plumbing.texts import number_of

ENOUGH = 100  # answers; fewer, and the prior is shown
OPENING = Decimal("0.9")  # of the MAO: the least price that is looked at
STEPS = 20  # between the opening and the MAO


class AdviceBasis(StrEnum):
    """What advice rests on."""

    PRIOR = "prior"
    ANSWERS = "answers"


class KnownAnswers(NamedTuple):
    """The answers that the advice rests on, and where they are from: a province, or Canada."""

    answers: Sequence[SellerAnswer]
    place: str


def prices(mao: Decimal) -> list[Decimal]:
    """The prices from the opening to the MAO, in CAD and to the cent. None where the MAO leaves nothing to offer."""
    if mao <= 0:
        return []
    steps = (OPENING + (1 - OPENING) * step / STEPS for step in range(STEPS + 1))
    return sorted({(mao * step).quantize(CENT, ROUND_DOWN) for step in steps})


def advised(calc: Calculation, known: KnownAnswers) -> dict[str, Any]:
    """The advice as the API shows it and as the evidence keeps it. Amounts are in CAD, chances are fractions.

    What is earned where the seller accepts is the MAO less the price: a buyer pays at most the MAO, and what lies between is
    the assignment fee and whatever the price lies below the rest. Where the seller does not accept, it is 0.
    """
    n = len(known.answers)
    is_known = n >= ENOUGH
    model = fitted(known.answers) if is_known else PRIOR
    of_mao = prices(calc.mao)
    chances = model.chances([float(price / calc.arv) for price in of_mao])
    rows = [_row(price, calc, chances, at) for at, price in enumerate(of_mao)]
    best = max(rows, key=lambda row: row["expected_profit"]["low"], default=None)
    return {
        "suggested_opening": best["price"] if best else 0,
        "basis": (AdviceBasis.ANSWERS if is_known else AdviceBasis.PRIOR).value,
        "n": n,
        "needed": ENOUGH,
        "place": known.place,
        "version": VERSION,
        "level": BAND,
        "slope": round(model.slope, 4),
        "prices": rows,
        "notes": [{"code": code, "detail": detail} for code, detail in _notes(n, is_known=is_known, is_offer=bool(rows))],
    }


def _row(price: Decimal, calc: Calculation, chances: Chances, at: int) -> dict[str, Any]:
    earned = calc.mao - price
    chance = {name: round(float(figure[at]), 6) for name, figure in chances._asdict().items()}
    expected = {name: (earned * Decimal(str(share))).quantize(CENT, ROUND_HALF_UP) for name, share in chance.items()}
    return {
        **shown_cad({"price": price, "profit": earned}),
        "share": number_of((price / calc.arv).quantize(Decimal("0.0001"))),
        "acceptance": chance,
        "expected_profit": shown_cad(expected),
    }


def _notes(n: int, *, is_known: bool, is_offer: bool) -> list[tuple[str, str]]:
    found = []
    if not is_known:
        found.append(("prior", f"{n} offers are answered; under {ENOUGH} the figures are assumptions, not your sellers'."))
    if not is_offer:
        found.append(("no_offer", "The policy allows no price above 0."))
    return found
