"""Reading and toggling the go-live state.

On PostgreSQL an acting verb holds a shared advisory lock until it commits, and reads the row once it has the lock. A toggle
takes the exclusive lock first. Engaging the kill switch writes the row first and waits afterwards, so that no lock delays
it: an act that read the row before is waited for, one that reads it later is refused. SQLite's IMMEDIATE transactions come
one after another and need no lock.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from governance.decisions import ExecutionClass, verb
from governance.golive.models import GoLiveState
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select

ROW_WAIT = 2  # seconds that engaging waits for another toggle
LOCK_KEY = 7_301_001  # of PostgreSQL's advisory locks, this product's go-live row


def lock_exclusive() -> None:
    """Wait for every act under way, and hold off new ones until the caller's transaction ends."""
    locks.hold(LOCK_KEY)


# Every acting verb reads these two.
_SWITCHES = Select(lambda: GoLiveState.objects.filter(pk=1).values_list("kill_switch_engaged", "go_live_enabled"))


def switches() -> tuple[bool, bool]:
    """Whether the kill switch is engaged and whether we are live; a missing row means engaged."""
    return _switches_of(_SWITCHES.first())


def held_switches() -> tuple[bool, bool]:
    """The same, and no toggle until the caller's transaction ends."""
    return _switches_of(locks.hold_and_read(LOCK_KEY, _SWITCHES.text))


def _switches_of(row: tuple[Any, ...] | None) -> tuple[bool, bool]:
    return (bool(row[0]), bool(row[1])) if row else (True, False)


def current_state() -> GoLiveState | None:
    """The one row, or None where it is missing, which means engaged."""
    return GoLiveState.objects.filter(pk=1).first()


def locked_state() -> GoLiveState | None:
    """The same, and nobody changes it until the caller's transaction ends."""
    return GoLiveState.objects.select_for_update().filter(pk=1).first()


class Engagement(NamedTuple):
    """What engaging the kill switch came to."""

    state: GoLiveState
    began: bool  # False where it was engaged already
    acts_in_flight: bool  # acts that began before it were still under way when the wait for them was over


@verb(ExecutionClass.CONTROL)
def engage_kill_switch(*, act: Act) -> GoLiveState:
    """Stop everything that acts until released. Engaging it again changes nothing."""
    return engage(act).state


def engage(act: Act) -> Engagement:
    """Engage the kill switch first, then wait for the acts under way, `KILL_SWITCH_WAIT` seconds at most.

    The row is committed before the wait, so that whoever reads it from then on is refused, whatever locks others hold. Call
    it outside any transaction: within one, others see the row when that commits.
    """
    found = _stop(act)
    is_over = locks.is_free_within(LOCK_KEY, settings.KILL_SWITCH_WAIT)
    return Engagement(*found, acts_in_flight=not is_over)


def _stop(act: Act) -> tuple[GoLiveState, bool]:
    """Write the row. No act locks it or its tables; a session that does, and keeps them, is ended."""
    try:
        return _stop_within(ROW_WAIT, act)
    except IntegrityError:  # another made the missing row at this moment
        pass
    except OperationalError:  # somebody keeps the row, or took us for one who does
        connection.close_if_unusable_or_obsolete()
        locks.end_holders_of(GoLiveState(pk=1), GoLiveState.history.model)
    return _stop_within(ROW_WAIT, replace(act))  # its clock is read anew


@transaction.atomic
def _stop_within(seconds: float, act: Act) -> tuple[GoLiveState, bool]:
    locks.wait_for_rows(seconds)
    return _toggle(act, kill_switch_engaged=True)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_kill_switch(*, act: Act) -> GoLiveState:
    """Let the system act again. Releasing it again changes nothing."""
    lock_exclusive()
    return _toggle(act, kill_switch_engaged=False)[0]


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def disable_go_live(*, act: Act) -> GoLiveState:
    """Stop executing where go-live is enforced. Disabling it again changes nothing."""
    lock_exclusive()
    return _toggle(act, go_live_enabled=False)[0]


def enable_go_live(act: Act) -> GoLiveState:
    """Go live, within the caller's transaction: `governance.gate.enable_go_live` asks the runbook first."""
    lock_exclusive()
    return _toggle(act, go_live_enabled=True)[0]


def _toggle(act: Act, **switch: bool) -> tuple[GoLiveState, bool]:
    """The row with its switch so, and whether that changed it. A row that was missing was engaged, and off."""
    state = locked_state()
    if state is not None and all(getattr(state, name) is value for name, value in switch.items()):
        return state, False
    existed = state is not None
    state = state or GoLiveState(pk=1)  # its defaults: off, and engaged
    for name, value in switch.items():
        setattr(state, name, value)
    state.stamp(act)
    state.save()
    return state, existed or not state.kill_switch_engaged
