"""The facts about a lead that governance uses for its decisions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from followups.leads.models import Lead
from governance import gate
from governance.people import PersonFacts

# These facts are columns of a lead. The rest are not: the gap comes from the ladder template, and the kind is LEAD.
FACTS = ("lead_id", *PersonFacts._fields[1:-4])


def lead_facts(lead: Lead) -> PersonFacts:
    """Return the facts of a lead row."""
    return PersonFacts(*(getattr(lead, name) for name in FACTS))


def facts_sql(table: str) -> str:
    """Return the columns `FACTS`, each with the table's name, as text for a hand-written SQL statement."""
    return ", ".join(f"{table}.{name}" for name in FACTS)


def read_facts(values: Sequence[Any]) -> PersonFacts | None:
    """Return the facts from the values of the columns `FACTS`, or None if the lead is unknown. The values come from an
    outer join: the province of an unknown lead is null, but its id may be there, from the row that names the lead."""
    return PersonFacts(*values) if values[1] is not None else None


def contact_of(
    lead: PersonFacts | None, *, lead_id: str | None, province: str, market: str, channel: str, gap_minutes: int = 0
) -> gate.Contact:
    """Return the contact of a ladder's step, for the gate. An unknown lead (`lead` is None) is judged by its place alone."""
    gap = timedelta(minutes=gap_minutes)
    if lead is not None:
        return gate.Contact(lead, channel, gap=gap)
    somebody = PersonFacts(person_id=lead_id or "", province=province, market=market)
    return gate.Contact(somebody, channel, is_known=False, gap=gap)


def contact_at(step: Any, lead: PersonFacts | None) -> gate.Contact:
    """Return the contact of a step, given as a task or as a row with the same columns."""
    place = {"lead_id": step.lead_id, "province": step.province, "market": step.market}
    return contact_of(lead, **place, channel=step.channel, gap_minutes=step.gap_minutes)
