"""Serializer fields for the values of a sale. Imports, the API and the admin share them, so their errors are the same."""

from decimal import Decimal
from typing import Any, NamedTuple

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from offers.bounds import ARV_MAX
from offers.comps.models import Sale
from wholesale.plumbing.fields import (
    DayField,
    LabelField,
    MoneyField,
    ProvinceField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import Params

LARGEST_AREA = 2_000_000_000  # square feet, below what the column holds
CENT = Decimal("0.01")
_PLACE = ("latitude", "longitude")
_ARMS_LENGTH = "ARMS_LENGTH"
_OF_THE_SALE = {_ARMS_LENGTH: "Market sale", "OTHER": "No market sale"}


class SaleKey(NamedTuple):
    """What names a sale: its source, and its id there."""

    source: str
    sale_id: str


def _degrees(most: int) -> StrictDecimalField:
    return StrictDecimalField(
        required=False, max_digits=9, decimal_places=6, min_value=Decimal(-most), max_value=Decimal(most)
    )


def _square_feet() -> StrictIntegerField:
    return StrictIntegerField(required=False, min_value=1, max_value=LARGEST_AREA, help_text="square feet")


class HouseRow(Params):
    """What is known of a house. Each value may be absent; the place is given as a whole."""

    property_type = WordField(required=False, help_text="such as SFR, TOWNHOUSE, CONDO or MULTI")
    living_area_sqft = _square_feet()
    lot_sqft = _square_feet()
    beds = StrictIntegerField(required=False, min_value=0, max_value=1_000)
    baths = StrictDecimalField(
        required=False, max_digits=4, decimal_places=1, min_value=Decimal(0), help_text="2.5 has a half bath"
    )
    year_built = StrictIntegerField(required=False, min_value=1600, max_value=2100)
    latitude = _degrees(90)
    longitude = _degrees(180)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a place."""
        attrs = super().validate(attrs)
        given = [name for name in _PLACE if name in attrs]
        if len(given) == 1:
            (missing,) = set(_PLACE) - set(given)
            raise ValidationError({missing: ["A place needs its latitude and its longitude."]})
        return {**attrs, **{name: float(attrs[name]) for name in given}}


class SaleRow(HouseRow):
    """The serializer of a sale. An absent or empty value keeps the stored one."""

    sale_id = LabelField()
    source = LabelField(required=False, default="", help_text="who reports the sale; a sale is known by both")  # type: ignore[assignment]
    property_id = LabelField(required=False, help_text="the house: a roll number, a parcel or an address")
    province = ProvinceField(required=False, help_text="required for a new sale")
    market = WordField(required=False, help_text="new sales: ALL")
    postal_code = LabelField(required=False, max_length=16)
    sold_on = DayField(required=False, help_text="required for a new sale")
    price = MoneyField(required=False, min_value=CENT, max_value=ARV_MAX, help_text="CAD; required for a new sale")
    arms_length = serializers.BooleanField(required=False, help_text="a market sale; new sales: true")
    condition = UpperChoiceField(choices=Sale.Condition.choices, required=False, help_text="of the house")


COLUMNS = (
    "sale_id",
    "source",
    "property_id",
    "province",
    "market",
    "postal_code",
    "latitude",
    "longitude",
    "sold_on",
    "price",
    "arms_length",
    "property_type",
    "living_area_sqft",
    "lot_sqft",
    "beds",
    "baths",
    "year_built",
    "condition",
)
SETTINGS = COLUMNS[2:]
NEEDED = ("province", "sold_on", "price", "property_type")  # of a new sale


class SaleFileRow(SaleRow):
    """The serializer of a file's row. Its `sale_id` becomes the whole key, a `SaleKey`.

    In many files the column `condition` speaks of the sale: ARMS_LENGTH, or OTHER for a sale that is no market sale.
    """

    condition = UpperChoiceField(choices=[*Sale.Condition.choices, *_OF_THE_SALE.items()], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs.get("condition") in _OF_THE_SALE:
            attrs.setdefault("arms_length", attrs.pop("condition") == _ARMS_LENGTH)
        return {**attrs, "sale_id": SaleKey(attrs.pop("source"), attrs["sale_id"])}
