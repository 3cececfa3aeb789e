"""Ledger lines with a retired ground, which is no longer accepted. A person reviews each line; none is rewritten."""

from django.db.models import QuerySet

from governance.grounds import RETIRED
from governance.ledger.models import ContactRecord
from governance.ledger.rules import Entry

WHAT_TO_DO = "Read the proof. Record PURCHASE_BY_LEAD or CONTRACT where it shows one, and nothing where it shows neither."


def retired_lines() -> "QuerySet[ContactRecord]":
    """The lines of the ledger with a retired ground, the oldest first."""
    lines = ContactRecord.objects.filter(entry=Entry.CONSENT, basis__in=RETIRED)
    return lines.select_related("point", "words").order_by("id")
