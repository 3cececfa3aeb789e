"""`/api/deals/offers`: offers to sellers, and what becomes of them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from buyers.liquidity.figures import SFR
from governance.clocks.api import MarketFilter
from offers.bounds import ARV_MAX
from offers.deals.life import services
from offers.deals.life.models import DOCUMENTS_MAX, Offer, OfferEvent
from offers.deals.life.states import State
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ResourceViewSet, RowSerializer, SignedSerializer, act, path_id
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    ManyField,
    MoneyField,
    NoteField,
    WordField,
)
from wholesale.plumbing.listing import Computed, Rows
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example

_ZERO, _CENT = Decimal(0), Decimal("0.01")
_EXPIRES = "when it expires, at most a year ahead; default: after the days that the offer policy says"


class OfferEventOut(SignedSerializer):
    """A transition of an offer as the API shows it."""

    documents = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = OfferEvent
        fields = (
            *("seq", "from_state", "to_state", "amount", "asked", "at", "reason", "documents"),
            *("actor", "user", "correlation_id"),
        )


class SellerOfferOut(RowSerializer):
    """An offer to a seller as the API shows it, with its events in their order. Amounts are in CAD."""

    late = serializers.BooleanField(read_only=True, help_text="whether it was accepted after it had expired")
    events = OfferEventOut(many=True, read_only=True)
    computed = {
        "late": Computed(("accepted_at", "expires_at"), lambda accepted, expired: bool(accepted and accepted >= expired)),
        "events": Computed(("id",), lambda _: []),  # `SellerOfferViewSet.filled` adds them
    }

    class Meta:
        model = Offer
        fields = (
            *("id", "state", "state_since", "late", "amount", "fee", "arv", "stake", "reservation"),
            *("evidence", "recommendation", "province", "market", "property_type", "lead_id", "deal_ref", "buyer_id"),
            *("drafted_at", "sent_at", "expires_at", "answered_at", "accepted_at", "contracted_at", "closed_at"),
            *("realized_profit", "realized_loss", "actor", "correlation_id", "created_at", "events"),
        )


_EVENTS = Rows(
    OfferEventOut,
    lambda offers: OfferEvent.objects.filter(offer__pk__among=offers).order_by("offer_id", "seq"),
    also=("offer_id",),
)


class SellerOfferFilter(django_filters.FilterSet):
    """The query parameters that filter the list of offers."""

    state = filters.choice(State.choices)
    province = filters.province()
    market = MarketFilter()
    lead_id = filters.label()
    evidence = filters.row_id()
    since = filters.since("created_at")
    until = filters.until("created_at")


class DraftParams(ActParams):
    """The parameters of an offer to draft: the evidence that it rests on, and what it is about."""

    evidence_id = IdField()
    amount = MoneyField(
        required=False, min_value=_CENT, max_value=ARV_MAX, help_text="CAD; default, and at most: the recommended offer"
    )
    fee = MoneyField(
        required=False, min_value=_ZERO, max_value=ARV_MAX, help_text="assignment fee, CAD; default: that of the evidence"
    )
    property_type = WordField(default=SFR)
    lead_id = LabelField(required=False, help_text="the seller")
    deal_ref = LabelField(default="", help_text="the deal's name towards buyers")
    recommendation_id = IdField(
        required=False, help_text="the AI's advice on which the offer rests; Heimdall judges it when the offer is sent"
    )


class MoveParams(ActParams):
    """The parameters of everything that happens to an offer."""

    reason = NoteField(default="")
    documents = ManyField(
        child=LabelField(), max_length=DOCUMENTS_MAX, default=list, help_text="references, such as a contract's number"
    )


class SendParams(MoveParams):
    """The parameters of sending an offer."""

    expires_at = AwareDateTimeField(required=False, help_text=_EXPIRES)


class CounterParams(SendParams):
    """The parameters of a counter: what the seller asked, what we offer now, or both."""

    amount = MoneyField(
        required=False, min_value=_CENT, max_value=ARV_MAX, help_text="what we offer now, CAD; at most the recommended offer"
    )
    asked = MoneyField(required=False, min_value=_CENT, max_value=ARV_MAX, help_text="what the seller asked, CAD")


class AssignParams(MoveParams):
    """The parameters of assigning the contract."""

    buyer_id = LabelField(help_text="a buyer of the book")


class CloseParams(MoveParams):
    """The parameters of a deal that closed."""

    realized_profit = MoneyField(min_value=-ARV_MAX, max_value=ARV_MAX, help_text="CAD; below 0 for a loss")


class FailParams(MoveParams):
    """The parameters of an offer that fell through."""

    realized_loss = MoneyField(default=_ZERO, min_value=_ZERO, max_value=ARV_MAX, help_text="CAD, such as a deposit")


_ID = [path_id("offer")]


class SellerOfferViewSet(ResourceViewSet):
    """The endpoints of offers to sellers. The list shows the newest first."""

    queryset = Offer.objects.all()
    serializer_class = SellerOfferOut
    filterset_class = SellerOfferFilter
    permissions = {
        "create": "offers.draft_offer",
        "counter": "offers.draft_offer",
        "send": "offers.send_offer",
        "assign": "offers.send_offer",
        **dict.fromkeys(("accept", "reject", "contract", "close", "fall_through"), "offers.record_offer"),
    }

    def filled(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Add the events of these offers. Takes one query."""
        by_id = {row["id"]: row for row in rows}
        for event in _EVENTS.dicts(offers=by_id) if by_id else ():
            by_id[event.pop("offer_id")]["events"].append(event)
        return rows

    def _answer(self, request: Request, offer: Offer, status: int = 200) -> Response:
        answer = self.retrieve(request, str(offer.pk))
        answer.status_code = status
        return answer

    @act(
        None,
        DraftParams,
        {201: SellerOfferOut},
        examples=[example("What the evidence recommends", {"evidence_id": 1, "lead_id": "L123", "deal_ref": "MAPLE-12"})],
    )
    def create(self, request: Request, act: Act, **params: Any) -> Response:
        """Draft an offer from its evidence. The answer's `id` is what the other endpoints take."""
        return self._answer(request, services.draft_offer(**params, act=act), 201)

    @act(f"{ROW_ID}/send", SendParams, SellerOfferOut, parameters=_ID)
    def send(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Send a draft, in one transaction: the policy must be on, the market liquid, the advice eligible, the risk free.

        A refusal leaves nothing behind: the offer stays a draft, nothing is reserved, and nothing is counted.
        """
        return self._answer(request, services.send_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/counter", CounterParams, SellerOfferOut, parameters=_ID)
    def counter(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record what the seller asked, and what we offer now. The reservation changes with it, or nothing does."""
        return self._answer(request, services.counter_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/accept", MoveParams, SellerOfferOut, parameters=_ID)
    def accept(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that the seller accepted. After the expiry it is recorded too, and `late` says so."""
        return self._answer(request, services.accept_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/reject", MoveParams, SellerOfferOut, parameters=_ID)
    def reject(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that the seller rejected the offer."""
        return self._answer(request, services.reject_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/contract", MoveParams, SellerOfferOut, parameters=_ID)
    def contract(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that the contract was signed."""
        return self._answer(request, services.contract_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/assign", AssignParams, SellerOfferOut, parameters=_ID)
    def assign(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Assign the contract to a buyer of the book. It may be assigned again while the deal has not closed."""
        return self._answer(request, services.assign_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/close", CloseParams, SellerOfferOut, parameters=_ID)
    def close(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that the deal closed, and what it brought. The reservation is settled."""
        return self._answer(request, services.close_offer(offer_id=int(id), **params, act=act))

    @act(f"{ROW_ID}/fall-through", FailParams, SellerOfferOut, parameters=_ID)
    def fall_through(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that we dropped or withdrew the offer, or that the deal failed. The loss settles the reservation."""
        return self._answer(request, services.fail_offer(offer_id=int(id), **params, act=act))
