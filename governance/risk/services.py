"""Verbs of the risk room. `governance.gate` puts the kill switch before those that act.

Whoever touches a ledger first locks the policies, GLOBAL before the engine: so all arithmetic on an engine's ledger is one
after another, also across midnight, and two engines never wait for each other in a circle.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from governance import policies
from governance.decisions import Decision, ExecutionClass, verb
from governance.risk.errors import (
    AlreadySettled,
    LossAboveReservation,
    NotAnAmount,
    NotSettled,
    OtherReservation,
    ReservationNotFound,
)
from governance.risk.models import RiskDay, RiskEvent, RiskEventKind, RiskPolicy, RiskReservation
from governance.risk.rules import GLOBAL, NOBODYS, NOTHING, Caps, Standing, is_amount, judge
from wholesale.plumbing import correlation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    engine: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> RiskPolicy:
    """Create or change the risk policy of an engine; what `changes` leaves out keeps its value.

    Raises:
        VersionConflict: somebody else changed it first.

    """
    return policies.upsert(
        RiskPolicy,
        key={"engine": engine},
        changes=changes,
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
    )


def business_day(now: datetime) -> date:
    """The day that an instant belongs to, by the zone of `RISK_BUSINESS_ZONE` (default UTC, as in the guide)."""
    return now.astimezone(ZoneInfo(settings.RISK_BUSINESS_ZONE)).date()


def reserve(
    *,
    engine: str,
    amount: Decimal,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    metadata: Any = None,
    user: User | None = None,
    now: datetime | None = None,
) -> tuple[Decision, RiskReservation | None]:
    """Put an amount (CAD) at stake if GLOBAL and the engine both allow it, within the caller's transaction.

    A denial is an answer: it is kept as an event, and nothing is reserved.

    Raises:
        NotAnAmount: not above 0, or not in whole cents.

    """
    if not is_amount(amount) or not amount:
        raise NotAnAmount(attr="amount")
    names = _names(engine)
    caps = {policy.engine: policy.caps for policy in _locked_policies(names)}
    now = now or timezone.now()
    day = business_day(now)
    # An engine without a policy gets no ledger: any name may be asked for.
    ledgers = _locked_days(day, [name for name in names if name in caps])
    decision = _judged(engine, amount, caps, ledgers)
    about = {
        "engine": engine,
        "day": day,
        "amount": amount,
        "actor": actor,
        "user": user,
        "reason": reason,
        "correlation_id": correlation_id or correlation.current(),
        "created_at": now,
    }
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


def _judged(engine: str, amount: Decimal, caps: dict[str, Caps], ledgers: dict[str, RiskDay]) -> Decision:
    if engine == GLOBAL:
        return NOBODYS
    for name in _names(engine):
        standing = _standing(ledgers[name]) if name in ledgers else NOTHING
        decision = judge(caps.get(name), standing, amount, engine=name)
        if not decision.allowed:
            break
    return decision


@verb(ExecutionClass.RECORD)
@transaction.atomic
def risk_settle(
    reservation_id: int,
    realized_loss: Decimal = Decimal(0),
    *,
    actor: str,
    engine: str | None = None,
    reserved_amount: Decimal | None = None,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> RiskReservation:
    """Release a reservation on the day it was made and book its loss (CAD) today. A second settle changes nothing.

    Raises:
        ReservationNotFound: no such reservation.
        OtherReservation: it has another engine or amount than the caller says.
        LossAboveReservation: the loss is above the reservation, and the user may not settle that.
        NotAnAmount: the loss is none.

    """
    if not is_amount(realized_loss):
        raise NotAnAmount(attr="realized_loss")
    reservation = _locked_reservation(reservation_id, engine=engine, reserved_amount=reserved_amount)
    if reservation.settled_at is None:
        if realized_loss > reservation.amount and not (user and user.has_perm("governance.settle_above_reservation")):
            raise LossAboveReservation(attr="realized_loss")
        _close(
            reservation,
            RiskEventKind.SETTLED,
            realized_loss=realized_loss,
            actor=actor,
            reason=reason,
            correlation_id=correlation_id or correlation.current(),
            user=user,
            now=now or timezone.now(),
        )
    return reservation


@verb(ExecutionClass.RECORD)
@transaction.atomic
def settle_by_amount(*, engine: str, reserved_amount: Decimal, **options: Any) -> RiskReservation:
    """Settle the oldest open reservation of an engine with this amount, as the older API does.

    Raises:
        ReservationNotFound: none is open.

    """
    _locked_policies(_names(engine))  # first, so that of two at once each finds a reservation of its own
    oldest = RiskReservation.objects.filter(engine=engine, amount=reserved_amount, settled_at__isnull=True)
    reservation_id = oldest.order_by("id").values_list("id", flat=True).first()
    if reservation_id is None:
        raise ReservationNotFound(f"{engine} has no open reservation of {reserved_amount}.")
    return risk_settle(reservation_id, **options)


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
    reservation = _locked_reservation(reservation_id, engine=engine, reserved_amount=reserved_amount)
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
    _locked_policies(_names(engine))
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
    for ledger in _locked_days(booked.day, _names(reservation.engine)).values():
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


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_reservation(
    reservation_id: int, *, actor: str, reason: str, user: User | None = None, now: datetime | None = None
) -> RiskReservation:
    """Release a reservation that nobody settled, without a loss.

    Raises:
        ReservationNotFound: no such reservation.
        AlreadySettled: somebody settled it.

    """
    reservation = _locked_reservation(reservation_id)
    if reservation.settled_at is not None:
        raise AlreadySettled
    _close(
        reservation,
        RiskEventKind.RELEASED,
        realized_loss=Decimal(0),
        actor=actor,
        reason=reason,
        correlation_id=correlation.current(),
        user=user,
        now=now or timezone.now(),
    )
    return reservation


def _locked_reservation(
    reservation_id: int, *, engine: str | None = None, reserved_amount: Decimal | None = None
) -> RiskReservation:
    """The reservation, which has this engine and amount where the caller names them."""
    found = RiskReservation.objects.filter(pk=reservation_id)
    its_engine = found.values_list("engine", flat=True).first()
    if its_engine is None:
        raise ReservationNotFound(f"There is no reservation {reservation_id}.")
    _locked_policies(_names(its_engine))
    reservation = found.select_for_update().get()
    if engine not in (None, reservation.engine):
        raise OtherReservation(attr="engine")
    if reserved_amount not in (None, reservation.amount):
        raise OtherReservation(attr="reserved_amount")
    return reservation


def _close(
    reservation: RiskReservation,
    kind: RiskEventKind,
    *,
    realized_loss: Decimal,
    actor: str,
    reason: str,
    correlation_id: str,
    user: User | None,
    now: datetime,
) -> None:
    today = business_day(now)
    for day in sorted({reservation.day, today}):
        for ledger in _locked_days(day, _names(reservation.engine)).values():
            if day == reservation.day:
                ledger.open_risk_reserved -= reservation.amount
            if day == today:
                ledger.realized_loss += realized_loss
            ledger.save(update_fields=["open_risk_reserved", "realized_loss"])
    reservation.settled_at, reservation.realized_loss = now, realized_loss
    reservation.settled_by, reservation.settled_user, reservation.settle_reason = actor, user, reason
    reservation.save(update_fields=["settled_at", "realized_loss", "settled_by", "settled_user", "settle_reason"])
    RiskEvent.objects.create(
        kind=kind,
        engine=reservation.engine,
        day=today,
        amount=reservation.amount,
        realized_loss=realized_loss,
        reservation=reservation,
        actor=actor,
        user=user,
        reason=reason,
        correlation_id=correlation_id,
        created_at=now,
    )


def ledger_of(day: date) -> list[RiskDay]:
    """The ledgers of a day, GLOBAL first, then the engines by name."""
    return sorted(RiskDay.objects.filter(day=day), key=lambda ledger: (ledger.engine != GLOBAL, ledger.engine))


def open_risk(engine: str) -> Decimal:
    """What the engine has at stake now (CAD): its reservations that nobody settled, whatever day they were made."""
    open_days = RiskDay.objects.filter(engine=engine, open_risk_reserved__gt=0)
    # Summed here: SQLite adds decimals in floating point.
    return sum(open_days.values_list("open_risk_reserved", flat=True), Decimal(0))


def policy_of(engine: str) -> RiskPolicy | None:
    """The engine's policy as it is now; None where it has none."""
    return RiskPolicy.objects.filter(engine=engine).first()


def _names(engine: str) -> list[str]:
    return [GLOBAL] if engine == GLOBAL else [GLOBAL, engine]


def _locked_policies(names: list[str]) -> list[RiskPolicy]:
    # One statement for each, since the order in which a single one locks its rows is the planner's choice.
    locked = RiskPolicy.objects.select_for_update(no_key=True)
    return [policy for name in names if (policy := locked.filter(engine=name).first())]


def _locked_days(day: date, names: list[str]) -> dict[str, RiskDay]:
    RiskDay.objects.bulk_create([RiskDay(engine=name, day=day) for name in names], ignore_conflicts=True)
    locked = RiskDay.objects.select_for_update(no_key=True).filter(day=day)
    return {name: locked.get(engine=name) for name in names}


def _standing(ledger: RiskDay) -> Standing:
    return Standing(
        exposure_used=ledger.exposure_used,
        realized_loss=ledger.realized_loss,
        actions_count=ledger.actions_count,
        open_risk=open_risk(ledger.engine),
    )


def locked_policy(engine: str) -> RiskPolicy | None:
    """The engine's policy, held until the caller's transaction ends; None where it has none."""
    return next(iter(_locked_policies([engine])), None)
