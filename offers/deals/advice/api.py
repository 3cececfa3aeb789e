"""The advice on what to offer first, in the API."""

from typing import Any

from rest_framework import serializers

from offers.comps.api.answers import CodeOut
from offers.deals.advice.prices import ENOUGH, AdviceBasis
from wholesale.plumbing.fields import MoneyField, RateField, StrictDecimalField, StrictIntegerField


def _chance() -> StrictDecimalField:
    return StrictDecimalField(max_digits=7, decimal_places=6)


class ChanceOut(serializers.Serializer[Any]):
    """How likely the seller accepts a price (0..1), and the band that holds it with 80%."""

    mean = _chance()
    low = _chance()
    high = _chance()


class ExpectedOut(serializers.Serializer[Any]):
    """The profit to expect of a price in CAD, and the band that holds it with 80%."""

    mean = MoneyField()
    low = MoneyField()
    high = MoneyField()


class PriceOut(serializers.Serializer[Any]):
    """A price that the seller may be offered."""

    price = MoneyField(help_text="CAD")
    share = RateField(help_text="of the ARV")
    profit = MoneyField(help_text="CAD, where the seller accepts: the mao less the price, the assignment fee included")
    acceptance = ChanceOut()
    expected_profit = ExpectedOut(help_text="CAD: the acceptance times the profit")


class AdviceOut(serializers.Serializer[Any]):
    """Advice on what to offer first. It forbids nothing."""

    suggested_opening = MoneyField(help_text="CAD: the price with the largest low figure of the profit to expect")
    basis = serializers.ChoiceField(
        choices=[*AdviceBasis], help_text=f"prior: an assumption, until {ENOUGH} offers are answered"
    )
    n = StrictIntegerField(help_text="answered offers that are known")
    needed = StrictIntegerField(help_text="answered offers from which on they count")
    place = serializers.CharField(help_text="where the answers are from: the province, or CA where it has too few")
    version = StrictIntegerField(help_text="of the method and its prior")
    level = RateField(help_text="of the bands")
    slope = StrictDecimalField(
        max_digits=12, decimal_places=4, help_text="by how much the log odds of acceptance rise from 0 to all of the ARV"
    )
    prices = PriceOut(many=True, help_text="from 90% of the mao to the mao; none where it is not above 0")
    notes = CodeOut(many=True)
