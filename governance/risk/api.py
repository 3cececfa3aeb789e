"""`/api/governance/risk`: the endpoints of the risk room."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from governance import gate
from governance.policies_api import policy_endpoints
from governance.risk import ledgers, reservations
from governance.risk.models import RiskDay, RiskPolicy, RiskReservation
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    JsonField,
    LabelField,
    MoneyField,
    NoteField,
    WordField,
)
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response

_ZERO = Decimal(0)
_CENT = Decimal("0.01")


class LedgerOut(RowSerializer):
    """What an engine used and lost on one business day."""

    class Meta:
        model = RiskDay
        fields = ("engine", "day", "exposure_used", "open_risk_reserved", "realized_loss", "actions_count")


_LEDGER = Rows(LedgerOut, ledgers.ledger_of)


class ReserveParams(ActParams):
    """Parameters of an amount to put at stake."""

    engine = WordField()
    amount = MoneyField(min_value=_CENT, help_text="CAD")
    actor = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    metadata = JsonField(required=False, default=None)


class ReserveOut(serializers.Serializer[Any]):
    """The answer to a request to reserve. If it is a denial, `ok` is false, `reserved` is 0, and `message` says why."""

    ok = serializers.BooleanField()
    engine = serializers.CharField()
    reserved = MoneyField()
    reservation_id = IdField(allow_null=True)
    message = serializers.CharField()


class ReservationParams(ActParams):
    """Parameters that name a reservation by its id, or by its engine and amount."""

    reservation_id = IdField(required=False)
    engine = WordField(required=False)
    reserved_amount = MoneyField(required=False, min_value=_CENT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "reservation_id" not in attrs and not {"engine", "reserved_amount"} <= attrs.keys():
            message = "Give reservation_id, or engine and reserved_amount."
            raise ValidationError({"reservation_id": [message]}, code="required")
        return attrs


class SettleParams(ReservationParams):
    """Parameters to settle the reservation with this id, else the oldest open reservation of an engine and amount."""

    realized_loss = MoneyField(default=_ZERO, min_value=_ZERO, help_text="CAD")
    actor = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class CorrectParams(ReservationParams):
    """Parameters to correct a loss: of the reservation with this id, else of the last settled of an engine and amount."""

    realized_loss = MoneyField(min_value=_ZERO, help_text="the right loss, CAD")
    actor = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class SettleOut(serializers.Serializer[Any]):
    """The reservation after it was settled or its loss was corrected."""

    ok = serializers.BooleanField()
    reservation_id = IdField()
    engine = serializers.CharField()
    released = MoneyField(help_text="CAD, on the day of the reservation")
    realized_loss = MoneyField(help_text="the booked loss, CAD")
    settled_at = AwareDateTimeField()


@policy_endpoints(RiskPolicy)
class RiskViewSet(ApiViewSet):
    """The endpoints of the risk room."""

    permissions = {
        "ledger_today": "governance.view_riskday",
        "reserve": "governance.reserve_risk",
        "settle": "governance.settle_risk",
        "correct": "governance.correct_loss",
    }

    @ask("ledger/today", Params, LedgerOut(many=True))
    def ledger_today(self, request: Request) -> Response:
        """What each engine used and lost on today's business day, GLOBAL first."""
        return Response(_LEDGER.dicts(day=ledgers.business_day(timezone.now())))

    @act("check-and-reserve", ReserveParams, ReserveOut)
    def reserve(self, request: Request, act: Act, **params: Any) -> Response:
        """Put an amount at stake if the caps of the engine and those of GLOBAL, the sum of all engines, allow it."""
        decision, reservation = gate.risk_reserve(**params, act=act)
        return Response(
            {
                "ok": decision.allowed,
                "engine": params["engine"],
                "reserved": reservation.amount if reservation else _ZERO,
                "reservation_id": reservation.pk if reservation else None,
                "message": decision.detail,
            }
        )

    @act("settle", SettleParams, SettleOut)
    def settle(self, request: Request, act: Act, **params: Any) -> Response:
        """Settle a reservation: free its amount and book its loss today. Settling it a second time changes nothing."""
        return Response(_settled_out(reservations.risk_settle(**params, act=act)))

    @act("correct", CorrectParams, SettleOut)
    def correct(self, request: Request, act: Act, reservation_id: int | None = None, **params: Any) -> Response:
        """Correct a reservation's booked loss, in the risk day on which it was booked. An equal loss changes nothing."""
        return Response(_settled_out(reservations.correct_loss(reservation_id, **params, act=act)))


def _settled_out(reservation: RiskReservation) -> dict[str, Any]:
    return {
        "ok": True,
        "reservation_id": reservation.pk,
        "engine": reservation.engine,
        "released": reservation.amount,
        "realized_loss": reservation.realized_loss,
        "settled_at": reservation.settled_at,
    }
