"""Twenty real house sales of Windsor, Ontario, and the rule by which the demo values them (README.md names the source)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

SALES = Path(__file__).with_name("windsor_on_sales_1987.csv")
SOURCE = "Anglin and Gencay (1996), R package AER"
IMPROVEMENTS = ("recreation", "fullbase", "aircon")  # what a house may lack, and the work adds
VALUE_ADDED = Decimal("0.06")  # of the price, for each of them
COST = Decimal("0.04")  # of the price, for each of them
UPKEEP = Decimal("0.02")  # of the price, for every house
RULE = (
    f"arv = price * (1 + {VALUE_ADDED} for each of {', '.join(IMPROVEMENTS)} that the house lacks); "
    f"repairs = price * ({UPKEEP} + {COST} for each of them); rounded to 100 dollars of 1987"
)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class House:
    """A sale, as the file has it."""

    sale: dict[str, str]

    @property
    def price(self) -> Decimal:
        """What it sold for, CAD of 1987."""
        return Decimal(self.sale["price"])

    @property
    def lacking(self) -> int:
        """How many of the improvements it lacks."""
        return sum(self.sale[name] == "no" for name in IMPROVEMENTS)

    @property
    def arv(self) -> Decimal:
        """The after-repair value by the demo's rule."""
        return _rounded(self.price * (1 + VALUE_ADDED * self.lacking))

    @property
    def repairs(self) -> Decimal:
        """The repairs by the demo's rule."""
        return _rounded(self.price * (UPKEEP + COST * self.lacking))

    @property
    def comps(self) -> dict[str, Any]:
        """The sale as the evidence keeps it."""
        return {"source": SOURCE, "sold": "1987, July to September", "place": "Windsor, Ontario", "sales": [self.sale]}

    @property
    def assumptions(self) -> dict[str, Any]:
        """How the figures came to be."""
        return {"rule": RULE, "demo": True}


def houses() -> Iterator[House]:
    """The twenty, in the file's order."""
    with SALES.open(newline="") as file:
        for sale in csv.DictReader(file):
            yield House(sale)


def _rounded(amount: Decimal) -> Decimal:
    return (amount / _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP) * _HUNDRED
