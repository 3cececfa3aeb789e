"""Reading and toggling the go-live state.

On PostgreSQL a verb of class SANDBOX or EXECUTE takes a shared advisory lock, reads the row, and keeps the lock until it
commits. Whoever sets a switch takes the exclusive lock first. Engaging the kill switch is different, so that no lock delays
it: it writes the row first, and every verb that reads the row later is refused. Then it waits for the verbs that read the
row before. SQLite's IMMEDIATE transactions come one after another and need no lock.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from governance.decisions import ExecutionClass, verb
from governance.golive.models import GoLiveState
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select, Statement, together

ROW_WAIT = 2  # seconds that engaging waits for another toggle
LOCK_KEY = 7_301_001  # PostgreSQL's advisory lock of the go-live row


def lock_exclusive() -> None:
    """Wait until every running verb has ended, and let no other begin until the caller's transaction ends."""
    locks.hold(LOCK_KEY)


# The two switches, which every acting verb reads.
_SWITCHES = Select(lambda: GoLiveState.objects.filter(pk=1).values_list("kill_switch_engaged", "go_live_enabled"))


def switches(*questions: Statement) -> tuple[bool, bool, list[Rows]]:
    """Whether the kill switch is engaged, and whether go-live is on. A missing row means engaged and not live.

    Within a transaction it takes the shared lock first: until the transaction ends, only engaging can change a switch. The
    rows of further questions are read in the same message.
    """
    held = locks.taking(shared=[LOCK_KEY]) if connection.in_atomic_block else []
    found, *answers = together(*held, _SWITCHES.of(), *questions)[len(held) :]
    engaged, live = map(bool, found[0]) if found else (True, False)
    return engaged, live, answers


def current_state() -> GoLiveState | None:
    """The go-live state, or None if its row is missing, which means that the kill switch is engaged."""
    return GoLiveState.objects.filter(pk=1).first()


def kill_switch_toggles(since: datetime) -> list[tuple[datetime, bool]]:
    """When the kill switch was engaged (True) or released since then, the earliest first."""
    rows = GoLiveState.history.order_by("history_date", "history_id").values_list("history_date", "kill_switch_engaged")
    before = rows.filter(history_date__lt=since).last()
    engaged = before[1] if before else None  # the first row of all is what the installation began with
    found = []
    for at, is_engaged in rows.filter(history_date__gte=since):
        if engaged is not None and is_engaged != engaged:
            found.append((at, is_engaged))
        engaged = is_engaged
    return found


def locked_state() -> GoLiveState | None:
    """The go-live state, locked until the caller's transaction ends. None if its row is missing."""
    return GoLiveState.objects.select_for_update().filter(pk=1).first()


class Engagement(NamedTuple):
    """The result of engaging the kill switch: the state, whether this call engaged it, and whether verbs still run."""

    state: GoLiveState
    began: bool  # False where it was engaged already
    acts_in_flight: bool  # acts that began before were still running when the wait was over


@verb(ExecutionClass.CONTROL)
def engage_kill_switch(*, act: Act) -> GoLiveState:
    """Engage the kill switch: until its release no verb of class SANDBOX or EXECUTE acts. A second time changes nothing."""
    return engage(act).state


def engage(act: Act) -> Engagement:
    """Engage the kill switch, then wait for the running verbs, at most `KILL_SWITCH_WAIT` seconds.

    The row is committed before the wait, so every verb that reads the row later is refused, whoever has a lock. Call
    `engage` outside any transaction: inside a transaction, others would see the row only after the commit.
    """
    found = _stop(act)
    is_over = locks.is_free_within(LOCK_KEY, settings.KILL_SWITCH_WAIT)
    return Engagement(*found, acts_in_flight=not is_over)


def _stop(act: Act) -> tuple[GoLiveState, bool]:
    """Engage the kill switch in the go-live row. Return the row, and whether it changed. A database session that keeps the
    row locked is ended, because no verb locks this row except to set a switch."""
    try:
        return _stop_within(ROW_WAIT, act)
    except IntegrityError:  # somebody else made the missing row just now
        pass
    except OperationalError:  # a session keeps the row locked, or another engaging ended our session
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
    """Release the kill switch: the system may act again. Releasing it again changes nothing."""
    lock_exclusive()
    return _toggle(act, kill_switch_engaged=False)[0]


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def disable_go_live(*, act: Act) -> GoLiveState:
    """Disable go-live: where it is enforced, no verb of the class EXECUTE acts. Disabling it again changes nothing."""
    lock_exclusive()
    return _toggle(act, go_live_enabled=False)[0]


def enable_go_live(act: Act) -> GoLiveState:
    """Enable go-live, within the caller's transaction. Call it through `governance.gate`, which asks the runbook first."""
    lock_exclusive()
    return _toggle(act, go_live_enabled=True)[0]


def _toggle(act: Act, **switch: bool) -> tuple[GoLiveState, bool]:
    """Set the given switch. Return the go-live row, and whether it changed. A missing row means engaged and not live."""
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
