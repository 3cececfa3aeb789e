"""What an offer's deal is asked with, beside the offer itself."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from offers.deals.taxes.rules import Transfer
from offers.deals.taxes.words import BuyerKind
from wholesale.plumbing.texts import number_of
from wholesale.plumbing.vocabulary import ALL

# How many residences stand on the land by type of property; None: it depends.
UNITS: dict[str, int | None] = {
    **dict.fromkeys(("SFR", "TOWNHOUSE", "CONDO"), 1),
    **{"DUPLEX": 2, "TRIPLEX": 3, "FOURPLEX": 4, "MF": None, "MULTI": None},
}
NOT_RESIDENTIAL = frozenset({"COMMERCIAL", "INDUSTRIAL", "LAND", "FARM"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of the deal. Amounts are in CAD. None is what is not given; then the defaults of `costs` count."""

    # The transfer
    municipality: str | None = None  # default: the market
    district: str | None = None  # the regional district
    residential: bool | None = None  # default: by the type of property, else residential
    units: int | None = None  # residences on the land; default: by the type of property, else 1
    closing_on: date | None = None  # default: today
    assessed_value: Decimal | None = None
    comparative_factor: Decimal | None = None  # of the assessed value
    market_value: Decimal | None = None
    last_value: Decimal | None = None  # at the last transfer
    mortgage: Decimal | None = None  # the principal of the buyer's
    buyer: str = BuyerKind.RESIDENT
    buyer_share: Decimal = Decimal(1)  # of the buyers who pay a surcharge
    # The house
    repairs_inspected: bool = False
    home_is_new: bool | None = None  # new or substantially renovated
    # The money
    fee: Decimal | None = None  # the assignment fee that is hoped for; default: the policy's
    offer: Decimal | None = None  # what the seller is offered; default: what the policy allows, less the fee
    legal: Decimal | None = None
    title_insurance: Decimal | None = None
    holding_months: int | None = None
    holding_per_month: Decimal | None = None
    selling_rate: Decimal | None = None  # of the ARV, when the buyer sells

    def given(self) -> dict[str, Any]:
        """The values that differ from the defaults, as the evidence keeps them: the deal can be computed again from them."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return {name: value.isoformat() if isinstance(value, date) else number_of(value) for name, value in values.items()}


class AskedTransfer(NamedTuple):
    """A transfer as the terms describe it, and what was assumed of it."""

    transfer: Transfer
    assumed: list[str]


def transfer_of(
    terms: Terms, *, province: str, market: str, property_type: str, price: Decimal, today: date
) -> AskedTransfer:
    """The sale to the buyer for a price in CAD that includes the assignment fee."""
    assumed = []
    municipality = terms.municipality
    if municipality is None and market != ALL:
        municipality = market
        assumed.append(f"The house is in the municipality of {market}.")
    is_residential = terms.residential
    if is_residential is None:
        is_residential = property_type not in NOT_RESIDENTIAL
    units = terms.units
    if units is None and is_residential:
        units = UNITS.get(property_type) if property_type else 1
        if not property_type:
            assumed.append("One residence stands on the land.")
    if terms.closing_on is None:
        assumed.append(f"The deal closes on {today}.")
    of_terms = ("district", "assessed_value", "comparative_factor", "market_value", "last_value", "mortgage", "buyer")
    transfer = Transfer(
        province=province,
        on=terms.closing_on or today,
        price=price,
        municipality=municipality,
        is_residential=is_residential,
        units=units,
        buyer_share=terms.buyer_share,
        **{name: getattr(terms, name) for name in of_terms},
    )
    return AskedTransfer(transfer, assumed)
