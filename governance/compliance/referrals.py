"""How often a referral was used: it is a ground for the first message alone (SOR/2013-221, 4)."""

from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from governance.compliance.grounds import Basis
from governance.compliance.models import ContactRecord
from governance.compliance.rules import Entry


def with_uses(records: "QuerySet[ContactRecord]") -> "QuerySet[Any]":
    """Lines of the ledger, each referral with the number of messages that went out since; null of any other line."""
    uses = ContactRecord.objects.filter(
        point=OuterRef("point"), entry=Entry.USED, effective_at__gte=OuterRef("effective_at")
    )
    counted = uses.order_by().values("point").annotate(n=Count("pk")).values("n")
    return records.annotate(
        uses=Case(When(basis=Basis.REFERRAL, then=Coalesce(Subquery(counted), 0)), default=None, output_field=IntegerField())
    )


def uses_of(record: ContactRecord) -> int | None:
    """The number of messages that went out since a referral; None of any other line. It is asked for, unless `with_uses`
    read the line."""
    if record.basis != Basis.REFERRAL:
        return None
    known: int | None = getattr(record, "uses", None)
    if known is not None:
        return known
    later = ContactRecord.objects.filter(point=record.point_id, entry=Entry.USED, effective_at__gte=record.effective_at)
    return later.count()
