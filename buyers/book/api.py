"""The endpoints `/api/buyers/book`."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from buyers.book import services
from buyers.book.fields import BOX_COLUMNS, BoxesField, BuyerRow
from buyers.book.models import BuyBox, BuyBoxPlace, Buyer
from buyers.liquidity.reliability import Reliability, reliability_of
from governance.clocks.api import MarketFilter
from governance.people import Language
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import (
    EmailAddressField,
    LabelField,
    SpelledChoiceField,
    StrictDecimalField,
    StrictIntegerField,
)
from wholesale.plumbing.listing import Computed, Rows
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.phone_fields import ValidPhoneField
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example


class BuyerParams(ActParams, BuyerRow):
    """The parameters that create or change a buyer. An absent value keeps the stored one."""

    boxes = BoxesField(required=False, help_text="they replace all boxes of the buyer; []: no box; absent: they stay")
    actor = LabelField(required=False, help_text="default: your user name")


class PlaceOut(RowSerializer):
    """A place of a buy box, as the API returns it."""

    class Meta:
        model = BuyBoxPlace
        fields = ("province", "market")


class BoxOut(RowSerializer):
    """A buy box, as the API returns it. A value that is null or empty bounds nothing."""

    places = PlaceOut(many=True, read_only=True, help_text="where the buyer buys")
    property_types = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="none: any")
    computed = {"places": Computed(("id",), lambda _: [])}  # `BuyerViewSet.filled` adds them

    class Meta:
        model = BuyBox
        fields = ("name", *BOX_COLUMNS)


class ReliabilityOut(serializers.Serializer[Any]):
    """What the buyer did about deals, derived from the feedback."""

    deals_closed = StrictIntegerField(help_text="deals that the buyer bought, and did not pass since")
    deals_fell_through = StrictIntegerField(help_text="deals that the buyer bought, and passed since")
    median_days_to_close = StrictDecimalField(
        max_digits=8, decimal_places=1, allow_null=True, help_text="from the first sending; null: no closed deal was sent"
    )


class BuyerOut(RowSerializer):
    """A buyer, as the API returns it."""

    boxes = BoxOut(many=True, read_only=True)
    reliability = ReliabilityOut(read_only=True)
    # `BuyerViewSet.filled` adds both.
    computed = {"boxes": Computed(("id",), lambda _: []), "reliability": Computed(("id",), lambda _: None)}

    class Meta:
        model = Buyer
        fields = (
            "id",
            "buyer_id",
            "name",
            "company",
            "phone",
            "second_phone",
            "email",
            "second_email",
            "province",
            "market",
            "zone",
            "language",
            "status",
            "funds_amount",
            "funds_proved_on",
            "funds_expire_on",
            "source",
            "notes",
            "boxes",
            "reliability",
            "changed_by",
            "created_at",
            "updated_at",
        )


_BOXES = Rows(BoxOut, lambda buyers: BuyBox.objects.filter(buyer__pk__among=buyers).order_by("id"), also=("id", "buyer_id"))
_PLACES = Rows(
    PlaceOut,
    lambda boxes: BuyBoxPlace.objects.filter(box__pk__among=boxes).order_by("province", "market"),
    also=("box_id",),
)


class _EitherFilter(filters.ParamFilter):
    """A filter for the rows of which one of two columns has the value."""

    def __init__(self, serializer_field: Any, *columns: str) -> None:
        super().__init__(serializer_field)
        self.columns = columns

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Return the rows. An index leaves out empty values, so each condition says that the value is not empty."""
        wanted = Q()
        for name in self.columns:
            wanted |= ~Q(**{name: ""}) & Q(**{name: value})
        return rows.filter(wanted)


class BuyerFilter(django_filters.FilterSet):
    """The query parameters that filter the list of buyers."""

    buyer_id = filters.label()
    phone = _EitherFilter(ValidPhoneField(), "phone", "second_phone")
    email = _EitherFilter(EmailAddressField(), "email", "second_email")
    province = filters.province()
    market = MarketFilter()
    status = filters.choice(Buyer.Status.choices)
    source = filters.label()
    language = filters.ParamFilter(serializer_field=SpelledChoiceField(Language.choices))
    since = filters.since("created_at")
    until = filters.until("created_at")


class BuyerViewSet(ResourceViewSet):
    """The endpoints of buyers. The list shows the newest first."""

    queryset = Buyer.objects.all()
    serializer_class = BuyerOut
    filterset_class = BuyerFilter
    permissions = {"upsert": "buyers.change_buyer"}

    def filled(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Add the boxes of these buyers, and how reliable they are. Takes three queries."""
        by_id = {row["id"]: row for row in rows}
        boxes = {}
        for box in _BOXES.dicts(buyers=by_id) if by_id else ():
            by_id[box.pop("buyer_id")]["boxes"].append(box)
            boxes[box.pop("id")] = box
        for place in _PLACES.dicts(boxes=boxes) if boxes else ():
            boxes[place.pop("box_id")]["places"].append(place)
        known = reliability_of([row["buyer_id"] for row in rows]) if by_id else {}
        for row in rows:
            row["reliability"] = known.get(row["buyer_id"], Reliability())._asdict()
        return rows

    @act(
        "upsert",
        BuyerParams,
        {201: BuyerOut, 200: BuyerOut},
        examples=[
            example(
                "A buyer of houses in Toronto",
                {
                    "buyer_id": "B456",
                    "name": "Bo Chen",
                    "phone": "416-555-0123",
                    "province": "ON",
                    "market": "TORONTO",
                    "boxes": [
                        {
                            "places": [{"province": "ON", "market": "TORONTO"}],
                            "property_types": ["SFR"],
                            "max_price": 600000,
                            "max_arv_share": 0.7,
                            "exit": "FLIP",
                        }
                    ],
                },
            )
        ],
    )
    def upsert(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Create a buyer (201), or change the buyer with this `buyer_id` (200). An absent value keeps the stored one.

        A proof of funds is given as a whole: its amount, its date and its expiry. `boxes` replace all boxes of the buyer.
        """
        buyer, outcome = services.upsert_buyer(**params, act=act)
        answer = self.retrieve(request, str(buyer.pk))
        answer.status_code = 201 if outcome is services.StoreResult.CREATED else 200
        return answer
