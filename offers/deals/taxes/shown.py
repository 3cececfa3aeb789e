"""Land transfer tax as the API shows it and as evidence keeps it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from offers.deals.taxes.rules import Charge, TaxOfTransfer
from offers.deals.taxes.words import Grade
from wholesale.plumbing.days import FIRST
from wholesale.plumbing.texts import number_of


def tax_shown(tax: TaxOfTransfer, assumed: Sequence[str], on: date) -> dict[str, Any]:
    """The tax of a transfer that closes on a day. Amounts are in CAD; null is what is not known."""
    return {
        "closing_on": on.isoformat(),
        **shown_cad({"tax": tax.tax, "total": tax.total, "known": tax.known}),
        "parts": [_part(part) for part in tax.parts],
        "unknown": list(tax.unknown),
        "assumed": [*assumed, *tax.assumed],
    }


def _part(part: Charge) -> dict[str, Any]:
    schedule = part.schedule
    return {
        **shown_cad({"place": part.place, "kind": part.kind, "amount": part.amount, "base": part.base}),
        "detail": part.detail,
        "from_date": schedule and day_of(schedule.from_date),
        "is_official": schedule is not None and schedule.certainty == Grade.OFFICIAL,
        "certainty": schedule.certainty if schedule else None,
        "source": schedule.source if schedule else "",
        "note": schedule.note if schedule else "",
    }


def day_of(begins: date) -> str | None:
    """The first day of a row, None where it is not known."""
    return None if begins == FIRST else begins.isoformat()


def shown_cad(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for JSON: each Decimal as a number with the same digits."""
    return {name: number_of(value) for name, value in values.items()}
