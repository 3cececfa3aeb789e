"""The verbs that put money at stake. The kill switch stops them, and so does go-live being off."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance.decisions import Decision, ExecutionClass, verb
from governance.gate.standing import require
from governance.risk import reservations
from governance.risk.errors import RiskDenied
from governance.risk.models import RiskReservation
from wholesale.plumbing import correlation
from wholesale.plumbing.act import Act


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def risk_reserve(*, act: Act, **reservation: Any) -> tuple[Decision, RiskReservation | None]:
    """Put an amount at stake. Takes the keywords of `governance.risk.reservations.reserve`. If the amount is denied, the
    denial is stored as an event, and the returned reservation is None.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    return reservations.reserve(**reservation, act=act, ask=partial(require, ExecutionClass.EXECUTE))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def risk_record(*, engine: str, amount: Decimal, metadata: Any = None, act: Act) -> RiskReservation:
    """Reserve an amount (CAD) that is at stake already, such as by an answer that came late. No cap refuses a fact. It
    counts in them all the same, so that nothing else fits until it is settled.

    Raises:
        NotAnAmount: the amount is not above 0, or not in whole cents.

    """
    _, reservation = reservations.reserve(engine=engine, amount=amount, metadata=metadata, is_fact=True, act=act)
    assert reservation is not None
    return reservation


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def risk_change(reservation_id: int, amount: Decimal, *, act: Act) -> RiskReservation:
    """Change the amount (CAD) of an open reservation, by `governance.risk.reservations.change`.

    Raises:
        RiskDenied, ReservationNotFound, AlreadySettled, NotAnAmount: as there.
        KillSwitchEngaged: nothing may act now.

    """
    return reservations.change(reservation_id, amount, act=act, ask=partial(require, ExecutionClass.SANDBOX))


def risk_reserve_or_raise(
    engine: str,
    amount: Decimal,
    *,
    actor: str,
    user: User | None = None,
    reason: str = "",
    correlation_id: str | None = None,
    now: datetime | None = None,
    metadata: Any = None,
) -> RiskReservation:
    """Put an amount (CAD) at stake for an engine, or raise an error. The customer's guide prescribes this function.

    Raises:
        RiskDenied: a cap does not allow it. The denial is stored as an event unless the caller's transaction is undone.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    act = Act(actor, user, reason, correlation_id or correlation.current(), now)
    decision, reservation = risk_reserve(engine=engine, amount=amount, metadata=metadata, act=act)
    if reservation is None:
        raise RiskDenied(decision.detail)
    return reservation
