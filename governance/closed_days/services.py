"""Verbs of closed days."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from governance import policies
from governance.closed_days.models import ClosedDay
from governance.decisions import ExecutionClass, verb
from governance.signals import contact_rules_changed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_closed_day(
    *,
    day: date,
    province: str = "",
    name: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> ClosedDay:
    """Contact nobody on this day in a province, or in all of them; one that is there gets this name."""
    closed = policies.put(
        ClosedDay,
        key={"day": day, "province": province},
        changes={"name": name},
        user=user,
        changed_by=changed_by,
        reason=reason,
        now=now,
    )
    _tell_of_closed_day(closed)
    return closed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_closed_day(
    *,
    day: date,
    province: str = "",
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> bool:
    """Be open again on this day. Whether it was closed; its history stays."""
    key = {"day": day, "province": province}
    removed = policies.remove(ClosedDay, key=key, user=user, changed_by=changed_by, reason=reason, now=now)
    if removed is None:
        return False
    _tell_of_closed_day(removed)
    return True


def _tell_of_closed_day(closed: ClosedDay) -> None:
    provinces = [closed.province] if closed.province else None
    contact_rules_changed.send(sender=ClosedDay, provinces=provinces, markets=None, now=closed.updated_at)
