"""The facts about a lead that governance decides with."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from followups.leads.models import Lead
from governance import gate
from governance.people import LeadFacts

FACTS = LeadFacts._fields[:-1]  # these are columns of a lead; the last fact, the gap, comes from the ladder template


def lead_facts(lead: Lead) -> LeadFacts:
    """Return the facts of a lead row."""
    return LeadFacts(*(getattr(lead, name) for name in FACTS))


def facts_sql(table: str) -> str:
    """Return the columns `FACTS` for SQL of our own."""
    return ", ".join(f"{table}.{name}" for name in FACTS)


def read_facts(values: Sequence[Any]) -> LeadFacts | None:
    """Return the facts from values of the columns `FACTS`, read in a join with a row that names a lead. None if the lead is
    unknown: its province is null then, and its id may come from the other row."""
    return LeadFacts(*values) if values[1] is not None else None


def contact_of(
    lead: LeadFacts | None, *, lead_id: str | None, province: str, market: str, channel: str, gap_minutes: int = 0
) -> gate.Contact:
    """Return the contact that a step would make. An unknown lead (`lead` is None) is judged by its place alone."""
    gap = timedelta(minutes=gap_minutes)
    if lead is not None:
        return gate.Contact(lead, channel, gap=gap)
    somebody = LeadFacts(lead_id=lead_id or "", province=province, market=market)
    return gate.Contact(somebody, channel, is_known=False, gap=gap)
