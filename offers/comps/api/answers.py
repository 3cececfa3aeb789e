"""The answer of an estimate as the API shows it."""

from typing import Any

from rest_framework import serializers

from offers.comps.arv.adjust import STEPS
from offers.comps.reading import Way
from wholesale.plumbing.fields import JsonField, MoneyField, StrictDecimalField, StrictIntegerField


class AdjustmentsOut(serializers.Serializer[Any]):
    """What each difference adds to a comp's price, in CAD, in this order; their sum leads to the adjusted price."""

    def get_fields(self) -> dict[str, Any]:
        return {name: MoneyField() for name in STEPS}


class CompUsedOut(serializers.Serializer[Any]):
    """A comp that the estimate weighs."""

    sale_id = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    sold_on = serializers.DateField()
    price = MoneyField()
    property_type = serializers.CharField(allow_blank=True)
    living_area_sqft = StrictIntegerField(allow_null=True)
    lot_sqft = StrictIntegerField(allow_null=True)
    beds = StrictIntegerField(allow_null=True)
    baths = StrictDecimalField(max_digits=4, decimal_places=1, allow_null=True)
    year_built = StrictIntegerField(allow_null=True)
    distance_km = StrictDecimalField(max_digits=9, decimal_places=3, allow_null=True)
    age_days = StrictIntegerField(help_text="from the sale to the day of the estimate")
    adjustments = AdjustmentsOut()
    adjusted_price = MoneyField(help_text="CAD: what the comp would have cost as the subject is, on that day")
    weight = StrictDecimalField(max_digits=7, decimal_places=6)


class CompFlaggedOut(serializers.Serializer[Any]):
    """A sale that does not count as the others do."""

    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    sale_id = serializers.CharField(allow_blank=True)
    code = serializers.ChoiceField(choices=["struck", "not_before", "not_arms_length", "outlying"])
    reason = serializers.CharField()


class CodeOut(serializers.Serializer[Any]):
    """A warning."""

    code = serializers.CharField()
    detail = serializers.CharField()


class StruckOut(serializers.Serializer[Any]):
    """A comp that the operator struck, and why."""

    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    sale_id = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class AddedOut(StruckOut):
    """A comp that the operator added, as it was given or stored, and why."""

    sold_on = serializers.DateField()
    price = MoneyField(help_text="CAD")
    property_type = serializers.CharField(allow_blank=True)
    living_area_sqft = StrictIntegerField(allow_null=True)
    lot_sqft = StrictIntegerField(allow_null=True)
    beds = StrictIntegerField(allow_null=True)
    baths = StrictDecimalField(max_digits=4, decimal_places=1, allow_null=True)
    year_built = StrictIntegerField(allow_null=True)
    latitude = StrictDecimalField(max_digits=9, decimal_places=6, allow_null=True)
    longitude = StrictDecimalField(max_digits=9, decimal_places=6, allow_null=True)
    condition = serializers.CharField(allow_blank=True)
    arms_length = serializers.BooleanField()


class ArvOut(serializers.Serializer[Any]):
    """An estimate of the after-repair value.

    It is the weighted geometric mean of the adjusted prices and, with what is left of the weight, of the market value.
    """

    arv = MoneyField(help_text="CAD")
    low = MoneyField(help_text="CAD: one house in ten sells for less")
    high = MoneyField(help_text="CAD: one house in ten sells for more")
    level = StrictDecimalField(max_digits=3, decimal_places=2, help_text="of the interval: 0.8 is 80%")
    n = StrictIntegerField(help_text="the sales that it rests on")
    effective_n = StrictDecimalField(max_digits=6, decimal_places=2, help_text="as many comps of equal weight say as much")
    comps_used = CompUsedOut(many=True, help_text="those with a weight, the weightiest first")
    comps_flagged = CompFlaggedOut(many=True)
    market_value = MoneyField(help_text="CAD: what the market as a whole says of such a house")
    market_weight = StrictDecimalField(max_digits=7, decimal_places=6, help_text="what the comps leave of the weight")
    method = serializers.CharField()
    version = serializers.CharField()
    warnings = CodeOut(many=True)
    as_of = serializers.DateField(help_text="all sales are from before this day")
    selected_by = serializers.ChoiceField(choices=[way.value for way in Way])
    prior_as_of = serializers.DateField(allow_null=True, help_text="the day of the market's prior that it began with")
    subject = JsonField(help_text="as it was understood")
    struck = StruckOut(many=True)
    added = AddedOut(many=True)
