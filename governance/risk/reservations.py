"""Making, settling, releasing and correcting reservations. Call `reserve` through `governance.gate`, which checks go-live.

Every function locks the policies first (`locked_policies` says why).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from governance.decisions import Decision, ExecutionClass, verb
from governance.risk.errors import (
    AlreadySettled,
    LossAboveReservation,
    NotAnAmount,
    NotSettled,
    OtherReservation,
    ReservationNotFound,
)
from governance.risk.ledgers import business_day, locked_days, usage_of
from governance.risk.models import RiskDay, RiskEvent, RiskEventKind, RiskReservation
from governance.risk.policies import locked_policies, names_of
from governance.risk.rules import GLOBAL, NOBODYS, NOTHING, Caps, is_amount, judge
from wholesale.plumbing.act import Act


def reserve(*, engine: str, amount: Decimal, metadata: Any = None, act: Act) -> tuple[Decision, RiskReservation | None]:
    """Put an amount (CAD) at stake if the caps of GLOBAL and of the engine allow it, within the caller's transaction.

    A denial is not raised but returned: it is stored as an event, and nothing is reserved.

    Raises:
        NotAnAmount: the amount is not above 0, or not in whole cents.

    """
    if not is_amount(amount) or not amount:
        raise NotAnAmount(attr="amount")
    names = names_of(engine)
    caps = {policy.engine: policy.caps for policy in locked_policies(names)}
    day = business_day(act.now)
    # An engine without a policy gets no risk day, because callers may ask for any name.
    ledgers = locked_days(day, [name for name in names if name in caps])
    decision = _judged(engine, amount, caps, ledgers)
    about = {"engine": engine, "day": day, "amount": amount, **_columns(act)}
    if not decision.allowed:
        RiskEvent.objects.create(kind=RiskEventKind.DENIED, message=decision.detail, **about)
        return decision, None
    reservation = RiskReservation.objects.create(metadata=metadata or {}, **about)
    for ledger in ledgers.values():
        ledger.exposure_used += amount
        ledger.open_risk_reserved += amount
        ledger.actions_count += 1
        ledger.save(update_fields=["exposure_used", "open_risk_reserved", "actions_count"])
    RiskEvent.objects.create(kind=RiskEventKind.RESERVED, reservation=reservation, message=decision.detail, **about)
    return decision, reservation


def _columns(act: Act) -> dict[str, Any]:
    """The columns of a reservation or of a risk event that the act fills."""
    return {**act.signature, "reason": act.reason}


def _judged(engine: str, amount: Decimal, caps: dict[str, Caps], ledgers: dict[str, RiskDay]) -> Decision:
    if engine == GLOBAL:
        return NOBODYS
    for name in names_of(engine):
        usage = usage_of(ledgers[name]) if name in ledgers else NOTHING
        decision = judge(caps.get(name), usage, amount, engine=name)
        if not decision.allowed:
            break
    return decision


@verb(ExecutionClass.RECORD)
@transaction.atomic
def risk_settle(
    reservation_id: int,
    realized_loss: Decimal = Decimal(0),
    *,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    act: Act,
) -> RiskReservation:
    """Settle a reservation: free its amount on the day it was made, and book its loss (CAD) today. A second settle changes
    nothing.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: the reservation has another engine or amount than the given one.
        LossAboveReservation: the loss is above the amount, and the user may not settle such a loss.
        NotAnAmount: the loss is below 0, or not in whole cents.

    """
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    reservation = locked_reservation(reservation_id, engine=engine, reserved_amount=reserved_amount)
    if reservation.settled_at is None:
        user = act.user
        if realized_loss > reservation.amount and not (user and user.has_perm("governance.settle_above_reservation")):
            raise LossAboveReservation(attr="realized_loss")
        _close(reservation, RiskEventKind.SETTLED, realized_loss, act)
    return reservation


@verb(ExecutionClass.RECORD)
@transaction.atomic
def settle_by_amount(
    *, engine: str, reserved_amount: Decimal, realized_loss: Decimal = Decimal(0), act: Act
) -> RiskReservation:
    """Settle the oldest open reservation of an engine with this amount, for callers that give no id of a reservation.

    Raises:
        ReservationNotFound: the engine has no open reservation of this amount.

    """
    locked_policies(names_of(engine))  # locked first, so that two callers at once find two reservations
    oldest = RiskReservation.objects.filter(engine=engine, amount=reserved_amount, settled_at__isnull=True)
    reservation_id = oldest.order_by("id").values_list("id", flat=True).first()
    if reservation_id is None:
        raise ReservationNotFound(f"{engine} has no open reservation of {reserved_amount}.")
    return risk_settle(reservation_id, realized_loss, act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_reservation(reservation_id: int, *, act: Act) -> RiskReservation:
    """Release an open reservation: nothing is at stake any more, and no loss is booked.

    Raises:
        ReservationNotFound: no such reservation.
        AlreadySettled: the reservation is settled or released already.

    """
    reservation = locked_reservation(reservation_id)
    if reservation.settled_at is not None:
        raise AlreadySettled
    _close(reservation, RiskEventKind.RELEASED, Decimal(0), act)
    return reservation


def locked_reservation(
    reservation_id: int, *, engine: str | None = None, reserved_amount: Decimal | None = None
) -> RiskReservation:
    """The reservation with this id, locked. If `engine` or `reserved_amount` is not None, the reservation must have it."""
    found = RiskReservation.objects.filter(pk=reservation_id)
    its_engine = found.values_list("engine", flat=True).first()
    if its_engine is None:
        raise ReservationNotFound(f"There is no reservation {reservation_id}.")
    locked_policies(names_of(its_engine))
    reservation = found.select_for_update().get()
    if engine not in (None, reservation.engine):
        raise OtherReservation(attr="engine")
    if reserved_amount not in (None, reservation.amount):
        raise OtherReservation(attr="reserved_amount")
    return reservation


def _close(reservation: RiskReservation, kind: RiskEventKind, realized_loss: Decimal, act: Act) -> None:
    today = business_day(act.now)
    for day in sorted({reservation.day, today}):
        for ledger in locked_days(day, names_of(reservation.engine)).values():
            if day == reservation.day:
                ledger.open_risk_reserved -= reservation.amount
            if day == today:
                ledger.realized_loss += realized_loss
            ledger.save(update_fields=["open_risk_reserved", "realized_loss"])
    reservation.settled_at, reservation.realized_loss = act.now, realized_loss
    reservation.settled_by, reservation.settled_user, reservation.settle_reason = act.actor, act.user, act.reason
    reservation.save(update_fields=["settled_at", "realized_loss", "settled_by", "settled_user", "settle_reason"])
    _tell(reservation, kind, today, realized_loss, act)


def _tell(
    reservation: RiskReservation, kind: RiskEventKind, day: date, realized_loss: Decimal, act: Act, message: str = ""
) -> None:
    RiskEvent.objects.create(
        kind=kind,
        engine=reservation.engine,
        day=day,
        amount=reservation.amount,
        realized_loss=realized_loss,
        reservation=reservation,
        message=message,
        **_columns(act),
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def correct_loss(
    reservation_id: int,
    realized_loss: Decimal,
    *,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    act: Act,
) -> RiskReservation:
    """Correct the booked loss (CAD) of a reservation, and the risk days of the day on which it was booked.

    A loss that is equal to the booked one changes nothing.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: the reservation has another engine or amount than the given one.
        NotSettled: the reservation is open.
        NotAnAmount: the loss is below 0, or not in whole cents.

    """
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    reservation = locked_reservation(reservation_id, engine=engine, reserved_amount=reserved_amount)
    if reservation.realized_loss is None:
        raise NotSettled
    if realized_loss != reservation.realized_loss:
        _rebook(reservation, realized_loss, act)
    return reservation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def correct_by_amount(*, engine: str, reserved_amount: Decimal, realized_loss: Decimal, act: Act) -> RiskReservation:
    """Correct the booked loss of the last settled reservation of an engine with this amount.

    Raises:
        ReservationNotFound: the engine has no settled reservation of this amount.

    """
    locked_policies(names_of(engine))
    settled = RiskReservation.objects.filter(engine=engine, amount=reserved_amount, settled_at__isnull=False)
    reservation_id = settled.order_by("-settled_at", "-id").values_list("id", flat=True).first()
    if reservation_id is None:
        raise ReservationNotFound(f"{engine} has no settled reservation of {reserved_amount}.")
    return correct_loss(reservation_id, realized_loss, act=act)


def _rebook(reservation: RiskReservation, realized_loss: Decimal, act: Act) -> None:
    assert reservation.realized_loss is not None
    difference = realized_loss - reservation.realized_loss
    # The event holds the day: the zone of business days may have changed since.
    booked = reservation.events.get(kind__in=(RiskEventKind.SETTLED, RiskEventKind.RELEASED))
    for ledger in locked_days(booked.day, names_of(reservation.engine)).values():
        ledger.realized_loss += difference
        ledger.save(update_fields=["realized_loss"])
    message = f"the loss is {realized_loss}, not {reservation.realized_loss}"
    _tell(reservation, RiskEventKind.CORRECTED, booked.day, difference, act, message)
    reservation.realized_loss = realized_loss
    reservation.save(update_fields=["realized_loss"])
