"""Reading and toggling the go-live state.

On PostgreSQL an acting verb holds a shared advisory lock until it commits, and a toggle takes the exclusive one, so each act
is wholly before an engagement or refused. SQLite's IMMEDIATE transactions are one after another and need none.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from governance.golive.models import GoLiveState
from wholesale import locks

_LOCK_KEY = 7_301_001  # of PostgreSQL's advisory locks, this product's go-live row


def lock_exclusive() -> None:
    """Wait for every act under way, and hold off new ones until the caller's transaction ends."""
    locks.hold(_LOCK_KEY)


_SWITCHES_SQL = f"SELECT kill_switch_engaged, go_live_enabled FROM {GoLiveState._meta.db_table} WHERE id = 1"


def switches() -> tuple[bool, bool]:
    """Whether the kill switch is engaged and whether we are live; a missing row means engaged.

    SQL of its own: every acting verb reads these two, and a query set would cost more than all else that `due` asks.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SWITCHES_SQL)
        return _switches_of(cursor.fetchone())


def held_switches() -> tuple[bool, bool]:
    """The same, and no toggle until the caller's transaction ends."""
    return _switches_of(locks.hold_and_read(_LOCK_KEY, _SWITCHES_SQL))


def _switches_of(row: tuple[Any, ...] | None) -> tuple[bool, bool]:
    return (bool(row[0]), bool(row[1])) if row else (True, False)


def current_state() -> GoLiveState | None:
    """The one row, or None where it is missing, which means engaged."""
    return GoLiveState.objects.filter(pk=1).first()


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def engage_kill_switch(
    *, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> GoLiveState:
    """Stop everything that acts until released. Engaging it again changes nothing."""
    return _toggle(kill_switch_engaged=True, changed_by=changed_by, reason=reason, user=user, now=now)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_kill_switch(
    *, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None
) -> GoLiveState:
    """Let the system act again. Releasing it again changes nothing."""
    return _toggle(kill_switch_engaged=False, changed_by=changed_by, reason=reason, user=user, now=now)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def disable_go_live(*, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None) -> GoLiveState:
    """Stop executing where go-live is enforced. Disabling it again changes nothing."""
    return _toggle(go_live_enabled=False, changed_by=changed_by, reason=reason, user=user, now=now)


def enable_go_live(*, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None) -> GoLiveState:
    """Go live, within the caller's transaction: `governance.gate.enable_go_live` asks the runbook first."""
    return _toggle(go_live_enabled=True, changed_by=changed_by, reason=reason, user=user, now=now)


def _toggle(*, changed_by: str, reason: str, user: User | None, now: datetime | None, **switch: bool) -> GoLiveState:
    lock_exclusive()
    state = GoLiveState.objects.select_for_update().filter(pk=1).first()
    if state is not None and all(getattr(state, name) is value for name, value in switch.items()):
        return state
    state = state or GoLiveState(pk=1)  # its defaults: off, and engaged
    for name, value in switch.items():
        setattr(state, name, value)
    state.stamp(changed_by=changed_by, user=user, reason=reason, now=now or timezone.now())
    state.save()
    return state
