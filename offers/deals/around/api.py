"""The deal around an offer in the API: its terms, and the answer."""

from typing import Any

from rest_framework import serializers

from offers.comps.api.answers import CodeOut
from offers.deals.law.words import LawAnswer
from offers.deals.taxes.api import TransferRow, TransferTaxOut, amount
from offers.deals.taxes.words import Grade
from wholesale.plumbing.fields import JsonField, MoneyField, RateField, StrictDecimalField, StrictIntegerField
from wholesale.plumbing.params import ObjectParams


class TermsParams(ObjectParams, TransferRow):
    """What is known of the deal around an offer. What is absent is assumed, and the answer says so."""

    repairs_inspected = serializers.BooleanField(default=False)
    home_is_new = serializers.BooleanField(required=False, help_text="new or substantially renovated: the fee has sales tax")
    fee = amount("CAD: the assignment fee that we hope for; default: the policy's")
    offer = amount("CAD: what the seller is offered; default: what the policy allows, less the assignment fee")
    legal = amount("CAD")
    title_insurance = amount("CAD")
    holding_months = StrictIntegerField(required=False, min_value=0, max_value=120)
    holding_per_month = amount("CAD: tax, insurance, utilities, interest")
    selling_rate = RateField(required=False, help_text="of the ARV, when the buyer sells")


class PricesOut(serializers.Serializer[Any]):
    """Who pays whom, in CAD."""

    seller_price = MoneyField(help_text="what the seller gets: the buyer's price less the assignment fee")
    assignment_fee = MoneyField()
    buyer_price = MoneyField()
    computed_on = serializers.ChoiceField(choices=["ARV", "LOW"], help_text="LOW: on the lower bound of the ARV")
    mao = MoneyField(help_text="what the policy allows the buyer to pay; may be negative")


class ValueOut(serializers.Serializer[Any]):
    """What the offer rests on, in CAD. Null: no estimate gave it."""

    arv = MoneyField(help_text="what the offer is computed on")
    low = MoneyField(allow_null=True)
    high = MoneyField(allow_null=True)
    mao_at_low = MoneyField(allow_null=True, help_text="what the policy allows the buyer to pay at the lower bound")
    comps = StrictIntegerField()


class RuleOut(serializers.Serializer[Any]):
    """What the law says, with its source. This is not legal advice."""

    code = serializers.CharField()
    statement = serializers.CharField()
    rate = StrictDecimalField(max_digits=6, decimal_places=5, allow_null=True, help_text="a fraction of the fee")
    from_date = serializers.DateField(allow_null=True, help_text="null: not known")
    until = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    certainty = serializers.ChoiceField(choices=Grade.choices)
    checked_on = serializers.DateField(allow_null=True)


class TopicOut(serializers.Serializer[Any]):
    """What the law says on one topic."""

    answer = serializers.ChoiceField(choices=LawAnswer.choices, help_text="UNKNOWN until counsel answered it")
    rules = RuleOut(many=True)


class LawOut(serializers.Serializer[Any]):
    """What the province says of licences, of assignments and of who may buy."""

    licence = TopicOut()
    assignment = TopicOut()
    buyer = TopicOut()


class FeeTaxOut(RuleOut):
    """A tax on the assignment fee."""

    amount = MoneyField(allow_null=True, help_text="CAD; null: not known")
    detail = serializers.CharField()


class CostOut(serializers.Serializer[Any]):
    """A cost of the buyer."""

    code = serializers.CharField()
    amount = MoneyField(allow_null=True, help_text="CAD; null: not known")
    source = serializers.CharField(help_text="`given`, or where the assumed figure is from")  # type: ignore[assignment]


class OutcomeOut(serializers.Serializer[Any]):
    """What the buyer is left with after selling for the ARV. If it is not complete, the profit is at most this."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "cash_in": MoneyField(help_text="CAD: all costs but those of selling"),
            "profit": MoneyField(help_text="CAD"),
            "return": StrictDecimalField(
                max_digits=14, decimal_places=4, allow_null=True, help_text="the profit as a fraction of the cash put in"
            ),
            "is_complete": serializers.BooleanField(help_text="whether all costs are known"),
            "unknown": serializers.ListField(child=serializers.CharField(), help_text="the costs that are not known"),
        }


class CellOut(serializers.Serializer[Any]):
    """The deal at another ARV and at other repairs, at the same prices. CAD."""

    arv = MoneyField()
    repairs = MoneyField()
    mao = MoneyField()
    profit = MoneyField()


class DealOut(serializers.Serializer[Any]):
    """The deal around an offer. Amounts are in CAD; null is what is not known."""

    prices = PricesOut()
    value = ValueOut()
    transfer_tax = TransferTaxOut()
    law = LawOut()
    fee_taxes = FeeTaxOut(many=True)
    costs = CostOut(many=True)
    buyer = OutcomeOut()
    grid = serializers.ListField(
        child=CellOut(many=True), help_text="rows: ARV -10%, as it is, +10%; columns: repairs as they are, +20%, +40%"
    )
    warnings = CodeOut(many=True)
    terms = JsonField(help_text="those that were given: the deal can be computed again from them")
