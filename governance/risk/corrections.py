"""Corrections of a booked loss."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from governance.risk.errors import NotAnAmount, NotSettled, ReservationNotFound
from governance.risk.ledgers import locked_days
from governance.risk.models import RiskEvent, RiskEventKind, RiskReservation
from governance.risk.policies import locked_policies, names_of
from governance.risk.reservations import locked_reservation
from governance.risk.rules import is_amount
from wholesale import correlation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def correct_loss(
    reservation_id: int,
    realized_loss: Decimal,
    *,
    actor: str,
    reason: str,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> RiskReservation:
    """Set the booked loss (CAD) of a reservation right, in the ledgers of the day on which it was booked.

    The loss that is booked already changes nothing.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: it has another engine or amount than the caller says.
        NotSettled: it is open.
        NotAnAmount: the loss is none.

    """
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    reservation = locked_reservation(reservation_id, engine=engine, reserved_amount=reserved_amount)
    if reservation.realized_loss is None:
        raise NotSettled
    if realized_loss != reservation.realized_loss:
        now = now or timezone.now()
        _rebook(reservation, realized_loss, actor=actor, reason=reason, user=user, created_at=now)
    return reservation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def correct_by_amount(*, engine: str, reserved_amount: Decimal, **options: Any) -> RiskReservation:
    """Correct the loss of that reservation of an engine with this amount which was settled last.

    Raises:
        ReservationNotFound: none is settled.

    """
    locked_policies(names_of(engine))
    settled = RiskReservation.objects.filter(engine=engine, amount=reserved_amount, settled_at__isnull=False)
    reservation_id = settled.order_by("-settled_at", "-id").values_list("id", flat=True).first()
    if reservation_id is None:
        raise ReservationNotFound(f"{engine} has no settled reservation of {reserved_amount}.")
    return correct_loss(reservation_id, **options)


def _rebook(reservation: RiskReservation, realized_loss: Decimal, **about: Any) -> None:
    assert reservation.realized_loss is not None
    difference = realized_loss - reservation.realized_loss
    # The event knows the day; the zone of business days may be another by now.
    booked = reservation.events.get(kind__in=(RiskEventKind.SETTLED, RiskEventKind.RELEASED))
    for ledger in locked_days(booked.day, names_of(reservation.engine)).values():
        ledger.realized_loss += difference
        ledger.save(update_fields=["realized_loss"])
    RiskEvent.objects.create(
        kind=RiskEventKind.CORRECTED,
        engine=reservation.engine,
        day=booked.day,
        amount=reservation.amount,
        realized_loss=difference,
        reservation=reservation,
        message=f"the loss is {realized_loss}, not {reservation.realized_loss}",
        correlation_id=correlation.current(),
        **about,
    )
    reservation.realized_loss = realized_loss
    reservation.save(update_fields=["realized_loss"])
