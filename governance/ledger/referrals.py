"""Counting the uses of a referral. A referral is a ground for the first message only (SOR/2013-221, 4)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from governance.decisions import ExecutionClass, verb
from governance.grounds import Basis
from governance.ledger.lines import record_lines
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import Point, digest
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act


def with_uses(records: "QuerySet[ContactRecord]") -> "QuerySet[Any]":
    """Annotate ledger lines with `uses`: how many messages went out since a referral. It is null for any other line."""
    uses = ContactRecord.objects.filter(
        point=OuterRef("point"), entry=Entry.USED, effective_at__gte=OuterRef("effective_at")
    )
    counted = uses.order_by().values("point").annotate(n=Count("pk")).values("n")
    return records.annotate(
        uses=Case(When(basis=Basis.REFERRAL, then=Coalesce(Subquery(counted), 0)), default=None, output_field=IntegerField())
    )


def uses_of(record: ContactRecord) -> int | None:
    """The number of messages that went out since a referral. None for any other line. It takes a query unless the line was
    read by `with_uses`."""
    if record.basis != Basis.REFERRAL:
        return None
    known: int | None = getattr(record, "uses", None)
    if known is not None:
        return known
    later = ContactRecord.objects.filter(point=record.point_id, entry=Entry.USED, effective_at__gte=record.effective_at)
    return later.count()


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_use(*, points: Collection[Point], channel: str, sent_at: datetime, act: Act) -> list[ContactRecord]:
    """Record that a message went out to a person referred to us: a line for each of the points with a referral on file.

    No new contact point is made, to avoid a deadlock: the caller has locked a ladder, and others who make points may wait.
    """
    referred = ContactRecord.objects.filter(point__digest__in=[digest(point) for point in points], basis=Basis.REFERRAL)
    rows = ContactPoint.objects.filter(pk__in=referred.values("point")).order_by("pk")
    return record_lines([(row, channel) for row in rows], Entry.USED, effective_at=sent_at, act=act)
