"""`/api/deals/offers`: computing offers, and their evidence."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from governance.clocks.api import MarketFilter, PlaceParams
from governance.clocks.markets import one_market
from offers.bounds import ARV_MAX
from offers.comps.api.answers import ArvOut
from offers.comps.api.parameters import CompsField, EstimateParams, SubjectParams, asked_of, subject_of
from offers.deals import services
from offers.deals.advice.api import AdviceOut
from offers.deals.around.api import DealOut, TermsParams
from offers.deals.around.terms import Terms
from offers.deals.math import REPAIRS_MAX_SHARE
from offers.deals.models import OfferEvidence
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import (
    IdField,
    JsonField,
    MoneyField,
    ProvinceField,
    RateField,
    StrictIntegerField,
    WordField,
)
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.vocabulary import ALL

_CENT = Decimal("0.01")


_comps = CompsField()


class ComputeParams(EstimateParams, PlaceParams, ActParams):
    """The parameters of an offer to compute: the property, its value and its repairs.

    Without `arv` the value is estimated, as `/api/deals/arv` does: of the `subject`, from the `comps` or from stored sales.
    """

    province = ProvinceField()
    market = WordField(default=ALL)
    arv = MoneyField(
        required=False,
        min_value=_CENT,
        max_value=ARV_MAX,
        help_text="after-repair value, CAD; required unless there are comps or a subject, over which it wins",
    )
    repairs = MoneyField(min_value=Decimal(0), max_value=ARV_MAX * REPAIRS_MAX_SHARE, help_text="CAD; at most twice the arv")
    comps = JsonField(
        required=False,
        default=None,
        help_text="comparable sales; kept with the evidence. Without arv: those of the estimate",
    )
    assumptions = JsonField(required=False, default=None, help_text="kept with the evidence")
    subject = SubjectParams(required=False, help_text="the house to estimate, where no arv is given")
    deal = serializers.BooleanField(default=False, help_text="adds the deal around the offer")
    terms = TermsParams(required=False, help_text="of the deal")
    advice = serializers.BooleanField(default=False, help_text="adds what to offer first")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the question for the ARV into one value, `estimate`. Comps beside an ARV are only kept, whatever they hold."""
        attrs = super().validate(attrs)
        if "terms" in attrs:
            attrs["terms"] = self._terms(attrs["terms"], attrs["province"])
        question = {name: attrs.pop(name, None) for name in ("subject", "as_of", "strike", "add")}
        if question["subject"] is None and "arv" in attrs:
            return attrs
        if question["subject"] is None and attrs["comps"] is None:
            raise ValidationError({"arv": [ErrorDetail("This field is required.", "required")]})
        subject = subject_of(question["subject"] or {}, attrs["province"], attrs["market"])
        attrs["estimate"] = asked_of({**question, "comps": self._as_comps(attrs["comps"])}, subject)
        return attrs

    @staticmethod
    def _terms(given: Mapping[str, Any], province: str) -> Terms:
        terms = Terms(**given)
        return replace(terms, municipality=one_market(province, terms.municipality)) if terms.municipality else terms

    @staticmethod
    def _as_comps(given: Any) -> Any:
        if given is None:
            return None
        try:
            return _comps.run_validation(given)
        except ValidationError as error:
            raise ValidationError({"comps": error.detail}) from error


class OfferPolicyValuesOut(serializers.Serializer[Any]):
    """The offer policy's values at the time when the offer was computed, as the API shows them."""

    id = IdField()
    province = serializers.CharField()
    market = serializers.CharField()
    version = StrictIntegerField()
    max_arv_multiplier = RateField()
    default_assignment_fee = MoneyField()
    default_fees_buffer = MoneyField()


class CalculationOut(serializers.Serializer[Any]):
    """The calculation of an offer as the API shows it, in CAD."""

    arv = MoneyField()
    repairs = MoneyField()
    fees_buffer = MoneyField()
    mao = MoneyField(help_text="maximum allowable offer: arv * multiplier - repairs - fees_buffer; may be negative")
    recommended_offer = MoneyField(help_text="the mao, but not below 0")


class OfferOut(serializers.Serializer[Any]):
    """A computed offer as the API shows it, with the id of its evidence."""

    policy = OfferPolicyValuesOut()
    calc = CalculationOut()
    evidence_id = IdField()
    estimate = ArvOut(required=False, help_text="where the ARV was estimated")
    deal = DealOut(required=False, help_text="where it was asked for")
    advice = AdviceOut(required=False, help_text="where it was asked for")


class OfferViewSet(ApiViewSet):
    """The endpoint that computes offers."""

    permissions = {"compute": "offers.compute_offer"}

    @act(
        "compute",
        ComputeParams,
        {201: OfferOut},
        examples=[
            example("The guide's offer: 262,500", {"province": "ON", "market": "TORONTO", "arv": 450000, "repairs": 50000}),
            example(
                "The same with the deal around it",
                {
                    **{"province": "ON", "market": "TORONTO", "arv": 450000, "repairs": 50000, "deal": True},
                    "terms": {"repairs_inspected": True, "closing_on": "2026-12-15", "home_is_new": False},
                },
            ),
        ],
    )
    def compute(self, request: Request, act: Act, **params: Any) -> Response:
        """Compute the offer that the market's policy allows, and store its evidence."""
        return Response(services.offer_summary(services.make_offer(**params, act=act)), status=201)


class EvidenceOut(RowSerializer):
    """The evidence of an offer as the API shows it: the offer as it was computed."""

    comps_json = JsonField(allow_null=True, read_only=True)
    arv_json = JsonField(allow_null=True, read_only=True)
    assumptions_json = JsonField(allow_null=True, read_only=True)
    deal_json = JsonField(allow_null=True, read_only=True)
    advice_json = JsonField(allow_null=True, read_only=True)

    class Meta:
        model = OfferEvidence
        fields = (
            "id",
            "policy",
            "policy_version",
            "province",
            "market",
            "max_arv_multiplier",
            "default_assignment_fee",
            "arv",
            "repairs",
            "fees_buffer",
            "mao",
            "recommended_offer",
            "comps_json",
            "arv_json",
            "assumptions_json",
            "deal_json",
            "advice_json",
            "correlation_id",
            "actor",
            "created_at",
        )


class EvidenceFilter(django_filters.FilterSet):
    """The filters of the list of offer evidence."""

    policy = filters.row_id()
    province = filters.province()
    market = MarketFilter()
    correlation_id = filters.label()
    since = filters.since("created_at")
    until = filters.until("created_at")


class EvidenceViewSet(ResourceViewSet):
    """The endpoint of offer evidence, newest first."""

    queryset = OfferEvidence.objects.all()
    serializer_class = EvidenceOut
    filterset_class = EvidenceFilter
