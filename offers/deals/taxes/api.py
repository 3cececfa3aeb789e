"""`/api/deals/land-transfer-tax`: what a sale is charged."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from governance.clocks.markets import one_market
from offers.bounds import ARV_MAX
from offers.deals.taxes import services
from offers.deals.taxes.models import MOST_UNITS
from offers.deals.taxes.rules import Transfer
from offers.deals.taxes.words import BuyerKind, Grade, Kind
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import (
    DayField,
    MoneyField,
    ProvinceField,
    RateField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response


def amount(help_text: str) -> MoneyField:
    """An optional amount in CAD."""
    return MoneyField(required=False, min_value=Decimal(0), max_value=ARV_MAX, help_text=help_text)


class TransferRow(Params):
    """What is known of a sale for its land transfer tax, beside its place and its price."""

    municipality = WordField(required=False)
    district = WordField(required=False, help_text="the regional district, such as METRO_VANCOUVER")
    residential = serializers.BooleanField(required=False)
    units = StrictIntegerField(required=False, min_value=0, max_value=MOST_UNITS, help_text="residences on the land")
    closing_on = DayField(required=False, help_text="the day of closing; default: today")
    assessed_value = amount("CAD; it counts where the law takes the greater of it and the price")
    comparative_factor = StrictDecimalField(
        required=False,
        max_digits=5,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=Decimal(9),
        help_text="of the assessed value, in Quebec",
    )
    market_value = amount("CAD; it counts where the law takes the greater of it and the price")
    last_value = amount("CAD, at the last transfer, in Yukon")
    mortgage = amount("CAD: its principal, where registering it has a fee by its amount")
    buyer = UpperChoiceField(choices=BuyerKind.choices, default=BuyerKind.RESIDENT, help_text="who buys")
    buyer_share = RateField(default=Decimal(1), help_text="of the buyers who pay a surcharge")


class TransferParams(TransferRow):
    """A sale whose land transfer tax is asked for."""

    province = ProvinceField()
    price = MoneyField(min_value=Decimal(0), max_value=ARV_MAX, help_text="CAD: what the buyer pays, the assignment fee too")
    municipality = WordField(required=False, help_text="without it, what a municipality may add is not known")
    residential = serializers.BooleanField(default=True)
    units = StrictIntegerField(default=1, min_value=0, max_value=MOST_UNITS, help_text="residences on the land")


class TransferPartOut(serializers.Serializer[Any]):
    """One charge of a sale."""

    place = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    amount = MoneyField(allow_null=True, help_text="CAD; null: not known")
    base = MoneyField(allow_null=True, help_text="CAD: what it is charged on")
    detail = serializers.CharField()
    from_date = serializers.DateField(allow_null=True, help_text="the first day of the schedule; null: not known")
    is_official = serializers.BooleanField(help_text="whether the schedule is from an official text")
    certainty = serializers.ChoiceField(choices=Grade.choices, allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    note = serializers.CharField(allow_blank=True)


class TransferTaxOut(serializers.Serializer[Any]):
    """The land transfer tax of a sale, in CAD. What is not known is null, and never counts as 0."""

    closing_on = serializers.DateField()
    tax = MoneyField(allow_null=True, help_text="the tax with surcharges; null: a part of it is not known")
    total = MoneyField(allow_null=True, help_text="all charges, fees too; null: a part of it is not known")
    known = MoneyField(help_text="the sum of what is known")
    parts = TransferPartOut(many=True)
    unknown = serializers.ListField(child=serializers.CharField())
    assumed = serializers.ListField(child=serializers.CharField(), help_text="what was taken for want of a value")


def today() -> date:
    """The day of a sale that gives none."""
    return timezone.now().date()


class TransferTaxViewSet(ApiViewSet):
    """The endpoint of land transfer tax."""

    permissions = {"land_transfer_tax": "offers.view_transfertax"}

    @ask("land-transfer-tax", TransferParams, TransferTaxOut)
    def land_transfer_tax(self, request: Request, **given: Any) -> Response:
        """Compute the land transfer tax of a sale. Nothing is stored."""
        on, is_residential = given.pop("closing_on", None) or today(), given.pop("residential")
        if given.get("municipality"):
            given["municipality"] = one_market(given["province"], given["municipality"])
        return Response(services.transfer_tax(Transfer(on=on, is_residential=is_residential, **given)))
