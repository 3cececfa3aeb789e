"""Verbs of closed days."""

from datetime import date

from django.db import transaction

from governance import policies
from governance.closed_days.models import ClosedDay
from governance.decisions import ExecutionClass, verb
from governance.signals import rules_changed
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_closed_day(*, day: date, province: str = "", name: str, act: Act) -> ClosedDay:
    """Close a day in a province, or in all if `province` is empty. If the day is closed already, its name is replaced."""
    closed = policies.put(ClosedDay, key={"day": day, "province": province}, changes={"name": name}, act=act)
    _tell(closed, act)
    return closed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_closed_day(*, day: date, province: str = "", act: Act) -> bool:
    """Open a closed day, so that it counts as an ordinary day. Return False if it was not closed. The history stays."""
    key = {"day": day, "province": province}
    removed = policies.remove(ClosedDay, key=key, act=act)
    if removed is None:
        return False
    _tell(removed, act)
    return True


def _tell(closed: ClosedDay, act: Act) -> None:
    rules_changed(ClosedDay, Subject("closed_day", str(closed.day), province=closed.province or None), act=act)
