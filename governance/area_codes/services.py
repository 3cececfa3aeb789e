"""Verbs of the subscriptions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from governance import policies
from governance.area_codes.models import AreaCodeSubscription
from governance.decisions import ExecutionClass, verb
from governance.signals import contact_rules_changed
from wholesale.plumbing.act import Act


class StoredSubscriptions(NamedTuple):
    """The subscriptions of a list, by area code, and how many of them were written."""

    rows: dict[str, AreaCodeSubscription]
    written: int


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def subscribe(
    *,
    expiries: Mapping[str, date],
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> StoredSubscriptions:
    """Say until when these area codes are subscribed to, by their three digits; the others stay as they are.

    One that is on file with the same day is left alone. They are locked in the order of their digits.
    """
    now = now or timezone.now()
    locked = AreaCodeSubscription.objects.order_by("area_code").select_for_update().filter(area_code__in=list(expiries))
    known = {row.area_code: row for row in locked}
    new = {code: day for code, day in expiries.items() if code not in known or known[code].expires_on != day}
    written = {
        area_code: policies.put(
            AreaCodeSubscription,
            key={"area_code": area_code},
            changes={"expires_on": expires_on},
            act=Act(changed_by, user=user, reason=reason, at=now),
        )
        for area_code, expires_on in sorted(new.items())
    }
    if written:
        _tell(now)
    return StoredSubscriptions(known | written, len(written))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def unsubscribe(
    *, area_code: str, changed_by: str, reason: str = "", user: User | None = None, now: datetime | None = None
) -> bool:
    """Take a subscription off that was entered by mistake. Whether it was there; its history stays."""
    key = {"area_code": area_code}
    removed = policies.remove(AreaCodeSubscription, key=key, act=Act(changed_by, user=user, reason=reason, at=now))
    if removed is None:
        return False
    _tell(removed.updated_at)
    return True


def _tell(now: datetime) -> None:
    contact_rules_changed.send(sender=AreaCodeSubscription, provinces=None, markets=None, now=now)
