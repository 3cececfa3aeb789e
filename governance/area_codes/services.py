"""Verbs of the subscriptions to the National DNCL."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db import transaction

from governance import policies
from governance.area_codes.models import AreaCodeSubscription
from governance.decisions import ExecutionClass, verb
from governance.signals import rules_changed
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject


class StoredSubscriptions(NamedTuple):
    """The result of `subscribe`: the subscription of each given area code, and how many of them were written."""

    rows: dict[str, AreaCodeSubscription]
    written: int


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def subscribe(*, expiries: Mapping[str, date], act: Act) -> StoredSubscriptions:
    """Store the last day of our subscription for each area code in `expiries`. Other area codes stay as they are.

    A subscription that already has the given day is not written.
    """
    mark.hold()
    known = {row.area_code: row for row in AreaCodeSubscription.objects.filter(area_code__in=list(expiries))}
    new = {code: day for code, day in expiries.items() if code not in known or known[code].expires_on != day}
    written = {
        area_code: policies.put(
            AreaCodeSubscription, key={"area_code": area_code}, changes={"expires_on": expires_on}, act=act
        )
        for area_code, expires_on in sorted(new.items())
    }
    if written:
        _tell(written, act)
    return StoredSubscriptions(known | written, len(written))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def unsubscribe(*, area_code: str, act: Act) -> bool:
    """Remove a subscription that was entered by mistake. Return False if there is none. The subscription's history stays."""
    if policies.remove(AreaCodeSubscription, key={"area_code": area_code}, act=act) is None:
        return False
    _tell([area_code], act)
    return True


def _tell(area_codes: Iterable[str], act: Act) -> None:
    rules_changed(AreaCodeSubscription, *(Subject("area_code", area_code) for area_code in area_codes), act=act)
