"""`/api/buyers/match`: which buyers to offer a deal to."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from buyers.book.models import Buyer
from buyers.liquidity.api import NodeParams, PosteriorRateOut
from buyers.liquidity.graph.api import GraphNodeOut, GraphPlaceOut
from buyers.matching import services
from buyers.matching.fitting import fitting_deals
from buyers.matching.rules import CRITERIA, BoxVerdict, Deal, Funds
from governance.people import Language
from wholesale.plumbing.api import ROW_ID, ApiViewSet, act, ask, path_id
from wholesale.plumbing.errors import NotFound
from wholesale.plumbing.fields import AwareDateTimeField, MoneyField, RateField, StrictDecimalField, StrictIntegerField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example

_CENT, _CAD_MAX, _SQUARE_FEET_MAX = Decimal("0.01"), Decimal(100_000_000), 1_000_000_000


def _said(field: type[serializers.Field[Any, Any, Any, Any]], **options: Any) -> Any:
    return field(required=False, default=None, **options)


class MatchParams(NodeParams, ActParams):
    """The parameters of a deal to offer. What is left out makes the criteria about it UNKNOWN."""

    price = _said(MoneyField, min_value=_CENT, max_value=_CAD_MAX, help_text="asked of the buyer, CAD")
    arv = _said(MoneyField, min_value=_CENT, max_value=_CAD_MAX, help_text="after-repair value, CAD")
    repairs = _said(MoneyField, min_value=Decimal(0), max_value=_CAD_MAX, help_text="CAD")
    beds = _said(StrictIntegerField, min_value=0, max_value=1_000)
    baths = _said(StrictDecimalField, max_digits=4, decimal_places=1, min_value=Decimal(0), help_text="2.5 has a half bath")
    area = _said(StrictIntegerField, min_value=0, max_value=_SQUARE_FEET_MAX, help_text="living area, square feet")
    lot = _said(StrictIntegerField, min_value=0, max_value=_SQUARE_FEET_MAX, help_text="square feet")
    year_built = _said(StrictIntegerField, min_value=1_000, max_value=2_999)
    include_paused = serializers.BooleanField(default=False)
    explore = RateField(default=Decimal(0), help_text="share of the places for buyers of whom little is known")
    limit = StrictIntegerField(default=services.LIMIT, min_value=1, max_value=services.LIMIT_MAX)


_DEAL = tuple(field.name for field in fields(Deal))


class ProbabilityOut(serializers.Serializer[Any]):
    """The probability that a buyer responds to the deal and buys it, with its 90% interval."""

    mean = serializers.FloatField(min_value=0, max_value=1)
    low = serializers.FloatField(min_value=0, max_value=1, help_text="5% of the probability lies below")
    high = serializers.FloatField(min_value=0, max_value=1, help_text="5% of the probability lies above")


def _criteria_fields() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {name: serializers.ChoiceField(choices=BoxVerdict.choices, required=False) for name in CRITERIA}


CriteriaOut = type(
    "CriteriaOut",
    (serializers.Serializer,),
    {"__doc__": "The criteria that the buyer's best box bounds: whether the deal meets each.", **_criteria_fields()},
)


class MatchOut(serializers.Serializer[Any]):
    """A buyer in the answer of a match."""

    rank = StrictIntegerField(help_text="1 is the first")
    buyer_id = serializers.CharField()
    name = serializers.CharField(allow_blank=True, help_text="or the company")
    status = serializers.ChoiceField(choices=Buyer.Status.choices)
    fits = serializers.BooleanField(help_text="no criterion is missed")
    criteria = CriteriaOut()
    probability = ProbabilityOut()
    response = PosteriorRateOut()
    close = PosteriorRateOut()
    last_contacted_at = AwareDateTimeField(allow_null=True, help_text="when a deal was last sent to the buyer")
    funds = serializers.ChoiceField(choices=Funds.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    reachable = serializers.BooleanField(help_text="there is a number or an address")
    explored = serializers.BooleanField(help_text="ranked by a draw, because little is known of the buyer")


class MatchesOut(serializers.Serializer[Any]):
    """The answer of a match."""

    candidates = StrictIntegerField(help_text="buyers with a box for the place and the property type, in all")
    matches = MatchOut(many=True)


class FittingDealOut(GraphPlaceOut):
    """A deal that was sent to others, at a place that the buyer's boxes cover."""

    id = None  # type: ignore[assignment]  # a deal has no row of its own
    deal_ref = serializers.CharField()
    buyers = StrictIntegerField(help_text="to whom it was sent")
    last_sent_at = AwareDateTimeField()


class FittingOut(serializers.Serializer[Any]):
    """What fits a buyer."""

    nodes = GraphNodeOut(many=True, help_text="that the boxes cover, the highest score first")
    deals = FittingDealOut(many=True, help_text="of the last 90 days, that the buyer was not sent and nobody bought")


class MatchViewSet(ApiViewSet):
    """The endpoints that bring deals and buyers together."""

    permissions = {"match": "buyers.match_buyers", "fitting": "buyers.match_buyers"}

    @ask(f"book/{ROW_ID}/fitting", Params, FittingOut, parameters=[path_id("buyer")])
    def fitting(self, request: Request, id: str) -> Response:
        """What fits the buyer: the nodes that the boxes cover, and the deals there that the buyer was not sent."""
        buyer = Buyer.objects.filter(pk=int(id)).first()
        if buyer is None:
            raise NotFound(f"There is no such buyer: {int(id)}.")
        return Response(fitting_deals(buyer))

    @act(
        "match",
        MatchParams,
        MatchesOut,
        examples=[
            example(
                "A house in Toronto",
                {
                    **{"province": "ON", "market": "TORONTO", "price": 420000, "arv": 640000, "repairs": 45000},
                    **{"beds": 3, "baths": 1.5, "area": 1400, "year_built": 1962, "limit": 20},
                },
            )
        ],
    )
    def match(self, request: Request, limit: int, explore: Decimal, include_paused: bool, **params: Any) -> Response:
        """Which buyers to offer a deal to, the best first. Nothing is written and nobody is contacted."""
        deal = Deal(**{name: params[name] for name in _DEAL})
        return Response(services.match(deal, limit=limit, explore=explore, include_paused=include_paused))
