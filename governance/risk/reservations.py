"""Making, changing, settling, releasing and correcting reservations. Call `reserve` and `change` through `governance.gate`,
which checks go-live.

Every function takes the lock of the risk room first, and reads what it protects later (`governance.risk.models.LOCK_KEY`).
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Q

from governance import policies
from governance.decisions import Decision, ExecutionClass, verb
from governance.risk import ledgers
from governance.risk.errors import (
    AlreadySettled,
    LossAboveReservation,
    NotAnAmount,
    NotSettled,
    OtherReservation,
    ReservationNotFound,
    RiskDenied,
)
from governance.risk.ledgers import business_day
from governance.risk.models import LOCK_KEY, RiskEvent, RiskEventKind, RiskPolicy, RiskReservation
from governance.risk.rules import GLOBAL, Ledger, decide, is_amount
from wholesale.plumbing import locks, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Statement, together
from wholesale.plumbing.mark import MARK_SQL

_SETTLED = ("settled_at", "realized_loss", "settled_by", "settled_user_id", "settle_reason")


def reserve(
    *,
    engine: str,
    amount: Decimal,
    metadata: Any = None,
    is_fact: bool = False,
    act: Act,
    ask: Callable[..., list[Rows]] = together,
) -> tuple[Decision, RiskReservation | None]:
    """Put an amount (CAD) at stake if the caps of GLOBAL and of the engine allow it, within the caller's transaction.

    A denial is not raised but returned: it is stored as an event, and nothing is reserved. What is at stake already
    (`is_fact`) is reserved all the same, and the event says what the caps say of it. `ask` sends the first statements; the
    gate adds its own to them.

    Raises:
        NotAnAmount: the amount is not above 0, or not in whole cents.

    """
    *_, [(mark, new_id)] = ask(*locks.taking(LOCK_KEY), Statement(f"SELECT {MARK_SQL}, {writes.id_sql(RiskReservation)}"))
    if not is_amount(amount) or not amount:
        raise NotAnAmount(attr="amount")
    caps = {name: policy for (name,), policy in policies.kept(RiskPolicy, mark).items()}
    day = business_day(act.now)
    # An engine without a policy gets no risk day, because callers may ask for any name.
    found = ledgers.read(engine, day, names=[name for name in {GLOBAL, engine} if is_fact or name in caps])
    decision = decide(engine, amount, caps, found, day)
    about = {"engine": engine, "day": day, "amount": amount, **_columns(act)}
    if not (decision.allowed or is_fact):
        writes.insert_object(RiskEvent(kind=RiskEventKind.DENIED, message=decision.detail, **about))
        return decision, None
    reservation = RiskReservation(pk=new_id, metadata=metadata or {}, **about)
    with writes.gathered():
        writes.insert_object(reservation)
        ledgers.write(ledger.reserved(amount) for ledger in found if ledger.day == day)
        reserved = {"kind": RiskEventKind.RESERVED, "reservation": reservation, "message": decision.detail}
        writes.insert_object(RiskEvent(**reserved, **about))
    return decision, reservation


def change(reservation_id: int, amount: Decimal, *, act: Act, ask: Callable[..., list[Rows]] = together) -> RiskReservation:
    """Change the amount (CAD) of an open reservation, within the caller's transaction.

    What is more must pass the caps, as exposure and an action of today. What is less is free at once; the exposure of its
    day stays, for it was at stake. For `ask` see `reserve`.

    Raises:
        RiskDenied: a cap does not allow the difference.
        ReservationNotFound: no such reservation.
        AlreadySettled: it is settled or released.
        NotAnAmount: the amount is not above 0, or not in whole cents.

    """
    *_, [(mark,)] = ask(*locks.taking(LOCK_KEY), Statement(f"SELECT {MARK_SQL}"))
    if not is_amount(amount) or not amount:
        raise NotAnAmount(attr="amount")
    reservation = _chosen(reservation_id, settled=False)
    if reservation.settled_at is not None:
        raise AlreadySettled
    more, before = amount - reservation.amount, reservation.amount
    if not more:
        return reservation
    today, day = business_day(act.now), reservation.day
    days = (today, day) if more > 0 else (day,)
    found = ledgers.read(reservation.engine, *days, names=(GLOBAL, reservation.engine))
    if more > 0:
        caps = {name: policy for (name,), policy in policies.kept(RiskPolicy, mark).items()}
        decision = decide(reservation.engine, more, caps, found, today)
        if not decision.allowed:
            raise RiskDenied(decision.detail)
        found = [ledger.exposed(more) if ledger.day == today else ledger for ledger in found]
    reservation.amount = amount
    event = _event(reservation, RiskEventKind.CHANGED, today, Decimal(0), act, f"{before} until then")
    with writes.gathered():
        writes.update(RiskReservation, ("amount",), [(reservation.pk, amount)])
        ledgers.write(ledger.booked(freed=-more) if ledger.day == day else ledger for ledger in found if ledger.day in days)
        writes.insert_object(event)
    return reservation


def _columns(act: Act) -> dict[str, Any]:
    """The columns of a reservation or of a risk event that the act fills."""
    return {**act.signature, "reason": act.reason}


@verb(ExecutionClass.RECORD)
@transaction.atomic
def risk_settle(
    reservation_id: int | None = None,
    realized_loss: Decimal = Decimal(0),
    *,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    act: Act,
) -> RiskReservation:
    """Settle a reservation: free its amount on the day it was made, and book its loss (CAD) today. A second settle changes
    nothing. Without an id it is the oldest open reservation of the engine with this amount.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: the reservation has another engine or amount than the given one.
        LossAboveReservation: the loss is above the amount, and the user may not settle such a loss.
        NotAnAmount: the loss is below 0, or not in whole cents.

    """
    reservation = _chosen(reservation_id, engine, reserved_amount, settled=False)
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    if reservation.settled_at is None:
        user = act.user
        if realized_loss > reservation.amount and not (user and user.has_perm("governance.settle_above_reservation")):
            raise LossAboveReservation(attr="realized_loss")
        _close(reservation, RiskEventKind.SETTLED, realized_loss, act)
    return reservation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_reservation(reservation_id: int, *, act: Act) -> RiskReservation:
    """Release an open reservation: nothing is at stake any more, and no loss is booked.

    Raises:
        ReservationNotFound: no such reservation.
        AlreadySettled: the reservation is settled or released already.

    """
    reservation = _chosen(reservation_id, settled=False)
    if reservation.settled_at is not None:
        raise AlreadySettled
    _close(reservation, RiskEventKind.RELEASED, Decimal(0), act)
    return reservation


def _chosen(
    reservation_id: int | None, engine: str | None = None, reserved_amount: Decimal | None = None, *, settled: bool
) -> RiskReservation:
    """The reservation with this id; it must have the engine and the amount that are not None. Without an id, of those with
    this engine and amount: the oldest open one, or the last settled one if `settled`.

    No other caller changes it, or finds it too, until this transaction ends.
    """
    locks.hold(LOCK_KEY)
    if reservation_id is not None:
        found = RiskReservation.objects.filter(pk=reservation_id)
        missing = f"There is no reservation {reservation_id}."
    else:
        alike = RiskReservation.objects.filter(Q(engine=engine, amount=reserved_amount, settled_at__isnull=not settled))
        found = alike.order_by("-settled_at", "-id") if settled else alike.order_by("id")
        missing = f"{engine} has no {'settled' if settled else 'open'} reservation of {reserved_amount}."
    reservation = found.first()
    if reservation is None:
        raise ReservationNotFound(missing)
    if engine not in (None, reservation.engine):
        raise OtherReservation(attr="engine")
    if reserved_amount not in (None, reservation.amount):
        raise OtherReservation(attr="reserved_amount")
    return reservation


def _close(reservation: RiskReservation, kind: RiskEventKind, realized_loss: Decimal, act: Act) -> None:
    today, day = business_day(act.now), reservation.day
    reservation.settled_at, reservation.realized_loss = act.now, realized_loss
    reservation.settled_by, reservation.settled_user, reservation.settle_reason = act.actor, act.user, act.reason
    changed = [
        ledger.booked(
            freed=reservation.amount if ledger.day == day else Decimal(0),
            loss=realized_loss if ledger.day == today else Decimal(0),
        )
        for ledger in _ledgers(reservation, day, today)
    ]
    _write(reservation, changed, _event(reservation, kind, today, realized_loss, act))


def _ledgers(reservation: RiskReservation, *days: date) -> list[Ledger]:
    """The ledgers of these days in which the reservation counts."""
    found = ledgers.read(reservation.engine, *days, names=(GLOBAL, reservation.engine))
    return [ledger for ledger in found if ledger.day in days]


def _write(reservation: RiskReservation, changed: Iterable[Ledger], event: RiskEvent) -> None:
    with writes.gathered():
        writes.update(RiskReservation, _SETTLED, [(reservation.pk, *attrgetter(*_SETTLED)(reservation))])
        ledgers.write(changed)
        writes.insert_object(event)


def _event(
    reservation: RiskReservation, kind: RiskEventKind, day: date, realized_loss: Decimal, act: Act, message: str = ""
) -> RiskEvent:
    about = {"engine": reservation.engine, "amount": reservation.amount, "reservation": reservation}
    return RiskEvent(kind=kind, day=day, realized_loss=realized_loss, message=message, **about, **_columns(act))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def correct_loss(
    reservation_id: int | None,
    realized_loss: Decimal,
    *,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    act: Act,
) -> RiskReservation:
    """Correct the booked loss (CAD) of a reservation, and the risk days of the day on which it was booked.

    A loss that is equal to the booked one changes nothing. Without an id it is the last settled reservation of the engine
    with this amount.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: the reservation has another engine or amount than the given one.
        NotSettled: the reservation is open.
        NotAnAmount: the loss is below 0, or not in whole cents.

    """
    reservation = _chosen(reservation_id, engine, reserved_amount, settled=True)
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    if reservation.realized_loss is None:
        raise NotSettled
    difference = realized_loss - reservation.realized_loss
    if difference:
        # The event holds the day: the zone of business days may have changed since.
        day = reservation.events.get(kind__in=(RiskEventKind.SETTLED, RiskEventKind.RELEASED)).day
        message = f"the loss is {realized_loss}, not {reservation.realized_loss}"
        reservation.realized_loss = realized_loss
        changed = [ledger.booked(loss=difference) for ledger in _ledgers(reservation, day)]
        _write(reservation, changed, _event(reservation, RiskEventKind.CORRECTED, day, difference, act, message))
    return reservation
