"""How much may we risk: the risk room's acts behind the kill switch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from governance.decisions import Decision, ExecutionClass, verb
from governance.gate.standing import require
from governance.risk import reservations
from governance.risk.errors import RiskDenied
from governance.risk.models import RiskReservation


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def risk_reserve(**reservation: Any) -> tuple[Decision, RiskReservation | None]:
    """Put an amount at stake (`governance.risk.reservations.reserve` says how). A denial is an answer, kept as an event.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return reservations.reserve(**reservation)


def risk_reserve_or_raise(engine: str, amount: Decimal, *, actor: str, **options: Any) -> RiskReservation:
    """The guide's reservation for Python callers.

    Raises:
        RiskDenied: a cap does not allow it. The denial's event stays unless the caller's own transaction is undone.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    decision, reservation = risk_reserve(engine=engine, amount=amount, actor=actor, **options)
    if reservation is None:
        raise RiskDenied(decision.detail)
    return reservation


@dataclass(slots=True)
class AtStake:
    """A reservation in use; set `realized_loss` (CAD) to what was lost."""

    reservation: RiskReservation
    realized_loss: Decimal = Decimal(0)


@contextmanager
def risk_reserved(engine: str, amount: Decimal, *, actor: str, **options: Any) -> Iterator[AtStake]:
    """Hold a reservation for a block, and settle it however the block ends.

    Raises:
        LossAboveReservation: more was lost than was reserved, and the user may not settle that; it stays open.
        RiskDenied, KillSwitchEngaged, GoLiveDisabled: see `risk_reserve_or_raise`.

    """
    at_stake = AtStake(risk_reserve_or_raise(engine, amount, actor=actor, **options))
    try:
        yield at_stake
    finally:
        reservations.risk_settle(
            at_stake.reservation.pk,
            at_stake.realized_loss,
            actor=actor,
            correlation_id=at_stake.reservation.correlation_id,
            user=options.get("user"),
            now=options.get("now"),
        )
