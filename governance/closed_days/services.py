"""Verbs of closed days."""

from datetime import date
from typing import Unpack

from django.db import transaction

from governance import policies
from governance.closed_days.models import ClosedDay
from governance.decisions import ExecutionClass, verb
from governance.signals import contact_rules_changed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_closed_day(*, day: date, province: str = "", name: str, **change: Unpack[policies.Change]) -> ClosedDay:
    """Contact nobody on this day in a province, or in all of them; one that is there gets this name."""
    closed = policies.put(ClosedDay, key={"day": day, "province": province}, changes={"name": name}, **change)
    _tell_of_closed_day(closed)
    return closed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_closed_day(*, day: date, province: str = "", **change: Unpack[policies.Change]) -> bool:
    """Be open again on this day. Whether it was closed; its history stays."""
    key = {"day": day, "province": province}
    removed = policies.remove(ClosedDay, key=key, **change)
    if removed is None:
        return False
    _tell_of_closed_day(removed)
    return True


def _tell_of_closed_day(closed: ClosedDay) -> None:
    provinces = [closed.province] if closed.province else None
    contact_rules_changed.send(sender=ClosedDay, provinces=provinces, markets=None, now=closed.updated_at)
