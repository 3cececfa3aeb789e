"""`/api/buyers`: the endpoints of liquidity and feedback."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from buyers.liquidity import deals, scores, services
from buyers.liquidity.figures import SFR, Event, Liquidity
from buyers.liquidity.models import INVENTED, LIQUIDITY_FIELDS, BuyerFeedbackEvent, BuyerLiquidityNode, DealSent
from governance.channels import Channel
from governance.clocks.api import MarketFilter, PlaceParams
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, SignedSerializer, act, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    ProvinceField,
    RateField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.listing import Computed, Rows
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown
from wholesale.plumbing.vocabulary import ALL


class NodeParams(PlaceParams):
    """The parameters that name a liquidity node: the property type, the province and the market."""

    province = ProvinceField()
    market = WordField(default=ALL)
    property_type = WordField(default=SFR)


class FeedbackParams(NodeParams, ActParams):
    """The parameters of a feedback event to record."""

    event = UpperChoiceField(choices=Event.choices)
    buyer_id = LabelField(required=False, default=None)
    deal_ref = LabelField(required=False, default=None, help_text="the deal that the buyer answered to")
    actor = LabelField(required=False, help_text="default: your user name")


class PosteriorRateOut(serializers.Serializer[Any]):
    """What is known of a rate: its mean, its 90% interval, and the number of events that it rests on, less as they age."""

    mean = serializers.FloatField(min_value=0, max_value=1)
    low = serializers.FloatField(min_value=0, max_value=1, help_text="5% of the probability lies below")
    high = serializers.FloatField(min_value=0, max_value=1, help_text="5% of the probability lies above")
    events = serializers.FloatField(min_value=0, help_text="an event of a half-life ago counts a half")


class PosteriorOut(serializers.Serializer[Any]):
    """What is known of a node's true rates."""

    response = PosteriorRateOut(help_text="of the deals that are offered, the share that is answered")
    close = PosteriorRateOut(help_text="of the deals that buyers decide about, the share that is bought")


class ScoreOut(serializers.Serializer[Any]):
    """The answer that says how liquid a property type is in a market. `known` is false if no feedback was ever recorded."""

    province = serializers.CharField()
    market = serializers.CharField()
    property_type = serializers.CharField()
    buyer_count = StrictIntegerField(help_text="distinct buyers with an event")
    active_buyer_count = StrictIntegerField(help_text="buyers who responded or bought")
    avg_response_rate = RateField()
    avg_close_rate = RateField()
    updated_at = AwareDateTimeField(allow_null=True)
    score = StrictDecimalField(max_digits=14, decimal_places=4, help_text="active * 0.5 + both rates * 50")
    known = serializers.BooleanField()
    posterior = PosteriorOut()
    posterior_score = serializers.FloatField(
        min_value=0,
        max_value=100,
        help_text="the probability in per cent that an active buyer whose box fits buys: "
        "100 * (1 - product(1 - response * close)) over these buyers",
    )


class NodeOut(RowSerializer):
    """A liquidity node as the API shows it."""

    score = StrictDecimalField(max_digits=14, decimal_places=4, read_only=True)
    computed = {"score": Computed(LIQUIDITY_FIELDS, lambda *figures: Liquidity(*figures).score)}

    class Meta:
        model = BuyerLiquidityNode
        fields = (
            "id",
            "province",
            "market",
            "property_type",
            "buyer_count",
            "active_buyer_count",
            "avg_response_rate",
            "avg_close_rate",
            "updated_at",
            "score",
        )


_NODES = Rows(NodeOut, lambda: BuyerLiquidityNode.objects.exclude(INVENTED))


class FeedbackRecordedOut(NodeOut):
    """The answer to feedback: the id of the recorded event, and the liquidity node in which the event is counted."""

    event_id = IdField()
    actor = serializers.CharField()
    user = serializers.CharField(help_text="the user who was signed in")

    class Meta:
        model = BuyerLiquidityNode
        fields = ("event_id", "actor", "user", *NodeOut.Meta.fields)


class SendDealParams(NodeParams, ActParams):
    """The parameters of a deal that is offered to a buyer. The place is that of the deal."""

    buyer_id = LabelField()
    deal_ref = LabelField(help_text="your name of the deal; feedback about it names it too")
    channel = UpperChoiceField(choices=Channel.choices)
    actor = LabelField(required=False, help_text="default: your user name")


class DealSentOut(SignedSerializer):
    """A deal that was offered to a buyer."""

    class Meta:
        model = DealSent
        fields = (
            "id",
            "buyer_id",
            "deal_ref",
            "channel",
            "province",
            "market",
            "property_type",
            "sent_at",
            "correlation_id",
            "actor",
            "user",
        )


class DealSentFilter(django_filters.FilterSet):
    """The filters of the list of deals that were sent."""

    buyer_id = filters.label()
    deal_ref = filters.label()
    channel = filters.choice(Channel.choices)
    province = filters.province()
    market = MarketFilter()
    property_type = filters.word()
    since = filters.since("sent_at")
    until = filters.until("sent_at")


class DealSentViewSet(ResourceViewSet):
    """The endpoints of deals that were sent to buyers, newest first."""

    queryset = DealSent.objects.all()
    serializer_class = DealSentOut
    filterset_class = DealSentFilter
    permissions = {"send": "buyers.send_deal"}

    @act(
        "send",
        SendDealParams,
        {201: DealSentOut},
        examples=[
            example(
                "Offer a deal by e-mail",
                {"buyer_id": "B456", "deal_ref": "D-12", "channel": "EMAIL", "province": "ON", "market": "TORONTO"},
            )
        ],
    )
    def send(self, request: Request, act: Act, **params: Any) -> Response:
        """Record that a deal is offered to a buyer now, if the contact gate permits it. If the buyer stays silent for
        `BUYER_SILENCE_HOURS`, NO_RESPONSE is recorded."""
        sent = deals.send_deal(**params, act=act)
        return Response({**shown(sent, DealSentOut.Meta.fields[:-1]), "user": request.user.get_username()}, status=201)


class LiquidityViewSet(ApiViewSet):
    """The endpoints of liquidity nodes."""

    permissions = {
        "nodes": "buyers.view_buyerliquiditynode",
        "score": "buyers.view_buyerliquiditynode",
        "feedback": "buyers.record_feedback",
    }

    @ask("nodes", Params, NodeOut(many=True))
    def nodes(self, request: Request) -> Response:
        """All liquidity nodes except those of walkthroughs, ordered by province, market and property type."""
        return Response(_NODES.dicts())

    @ask("score", NodeParams, ScoreOut)
    def score(self, request: Request, **params: Any) -> Response:
        """Return how liquid a property type is in a market. Nothing is written."""
        return Response(scores.liquidity_score(**params))

    @act(
        "feedback",
        FeedbackParams,
        {201: FeedbackRecordedOut},
        examples=[
            example("A buyer responded", {"province": "ON", "market": "TORONTO", "event": "RESPONDED", "buyer_id": "B456"})
        ],
    )
    def feedback(self, request: Request, act: Act, **params: Any) -> Response:
        """Record what a buyer did. The answer shows the liquidity node in which the event is counted."""
        recorded = services.take_feedback(**params, act=act)
        who = {"actor": recorded.actor, "user": request.user.get_username()}
        return Response({"event_id": recorded.pk, **who, **shown(recorded.node, NodeOut.Meta.fields)}, status=201)


class FeedbackOut(SignedSerializer):
    """A feedback event as the API shows it."""

    class Meta:
        model = BuyerFeedbackEvent
        fields = (
            "id",
            "buyer_id",
            "province",
            "market",
            "property_type",
            "event",
            "deal_ref",
            "is_derived",
            "correlation_id",
            "actor",
            "user",
            "created_at",
        )


class FeedbackFilter(django_filters.FilterSet):
    """The filters of the list of feedback events."""

    buyer_id = filters.label()
    province = filters.province()
    market = MarketFilter()
    property_type = filters.word()
    event = filters.choice(Event.choices)
    deal_ref = filters.label()
    correlation_id = filters.label()
    since = filters.since("created_at")
    until = filters.until("created_at")


class FeedbackViewSet(ResourceViewSet):
    """The endpoint of feedback events, newest first."""

    queryset = BuyerFeedbackEvent.objects.all()
    serializer_class = FeedbackOut
    filterset_class = FeedbackFilter
