"""The facts about a lead that governance decides with."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from followups.leads.models import Lead
from governance import gate
from governance.people import LeadFacts

if TYPE_CHECKING:
    pass


FACTS = LeadFacts._fields[:-1]  # these are columns of a lead; the last fact, the gap, comes from the ladder template


def lead_facts(lead: Lead) -> LeadFacts:
    """Return the facts of a lead row."""
    return LeadFacts(*(getattr(lead, name) for name in FACTS))


def facts_sql(table: str) -> str:
    """Return the SQL that selects the columns `FACTS` from this table, in the form that `read_facts` expects."""
    return ", ".join(f"CAST({table}.{name} AS text)" if name == "score" else f"{table}.{name}" for name in FACTS)


def read_facts(values: Sequence[Any], min_gap_minutes: int = 0) -> LeadFacts | None:
    """Return the facts from values that `facts_sql` selected, the score as text. None if there is no lead."""
    *known, score = values
    facts = (*known, None if score is None else Decimal(score), min_gap_minutes)
    return LeadFacts._make(facts) if known[0] is not None else None


def contact_of(
    lead: LeadFacts | None, *, lead_id: str | None, province: str, market: str, channel: str, gap_minutes: int = 0
) -> gate.Contact:
    """Return the contact that a step would make. An unknown lead (`lead` is None) is judged by its place alone."""
    gap = timedelta(minutes=gap_minutes)
    if lead is not None:
        return gate.Contact(lead, channel, gap=gap)
    somebody = LeadFacts(lead_id=lead_id or "", province=province, market=market)
    return gate.Contact(somebody, channel, is_known=False, gap=gap)
