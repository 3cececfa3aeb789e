"""The facts about a lead that governance uses for its decisions."""

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
    """Return the columns `FACTS`, each with the table's name, as text for a hand-written SQL statement."""
    return ", ".join(f"{table}.{name}" for name in FACTS)


def read_facts(values: Sequence[Any]) -> LeadFacts | None:
    """Return the facts from the values of the columns `FACTS`, or None if the lead is unknown. The values come from an
    outer join: the province of an unknown lead is null, but its id may be there, from the row that names the lead."""
    return LeadFacts(*values) if values[1] is not None else None


def contact_of(
    lead: LeadFacts | None, *, lead_id: str | None, province: str, market: str, channel: str, gap_minutes: int = 0
) -> gate.Contact:
    """Return the contact of a ladder's step, for the gate. An unknown lead (`lead` is None) is judged by its place alone."""
    gap = timedelta(minutes=gap_minutes)
    if lead is not None:
        return gate.Contact(lead, channel, gap=gap)
    somebody = LeadFacts(lead_id=lead_id or "", province=province, market=market)
    return gate.Contact(somebody, channel, is_known=False, gap=gap)


def contact_at(step: Any, lead: LeadFacts | None) -> gate.Contact:
    """Return the contact of a step, given as a task or as a row with the same columns."""
    place = {"lead_id": step.lead_id, "province": step.province, "market": step.market}
    return contact_of(lead, **place, channel=step.channel, gap_minutes=step.gap_minutes)
