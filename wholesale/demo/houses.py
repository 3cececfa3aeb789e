"""Twenty real house sales in Windsor, Ontario, and the demo's formula for a house's value (README.md names the source)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

SALES = Path(__file__).with_name("windsor_on_sales_1987.csv")
SOURCE = "Anglin and Gencay (1996), R package AER"
IMPROVEMENTS = ("recreation", "fullbase", "aircon")  # what a house may lack, and repairs would add
VALUE_ADDED = Decimal("0.06")  # the value of each added improvement, as a fraction of the price
COST = Decimal("0.04")  # the cost of each added improvement, as a fraction of the price
UPKEEP = Decimal("0.02")  # the repairs that every house needs, as a fraction of the price
RULE = (
    f"arv = price * (1 + {VALUE_ADDED} for each of {', '.join(IMPROVEMENTS)} that the house lacks); "
    f"repairs = price * ({UPKEEP} + {COST} for each of them); rounded to 100 dollars of 1987"
)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class House:
    """A house and its sale. `sale` is the house's row in the file."""

    sale: dict[str, str]

    @property
    def price(self) -> Decimal:
        """The price of the sale in CAD of 1987."""
        return Decimal(self.sale["price"])

    @property
    def lacking(self) -> int:
        """The number of improvements (`IMPROVEMENTS`) that the house lacks."""
        return sum(self.sale[name] == "no" for name in IMPROVEMENTS)

    @property
    def arv(self) -> Decimal:
        """The after-repair value of the house by the demo's formula (`RULE`)."""
        return _rounded(self.price * (1 + VALUE_ADDED * self.lacking))

    @property
    def repairs(self) -> Decimal:
        """The cost of the repairs by the demo's formula (`RULE`)."""
        return _rounded(self.price * (UPKEEP + COST * self.lacking))

    @property
    def comps(self) -> dict[str, Any]:
        """The sale in the form in which the offer's evidence keeps it."""
        return {"source": SOURCE, "sold": "1987, July to September", "place": "Windsor, Ontario", "sales": [self.sale]}

    @property
    def assumptions(self) -> dict[str, Any]:
        """The assumptions behind the figures, for the offer's evidence."""
        return {"rule": RULE, "demo": True}


def houses() -> Iterator[House]:
    """Yield the twenty houses, in the file's order."""
    with SALES.open(newline="") as file:
        for sale in csv.DictReader(file):
            yield House(sale)


def _rounded(amount: Decimal) -> Decimal:
    return (amount / _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP) * _HUNDRED
