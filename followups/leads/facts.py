"""A lead as governance knows it."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from followups.leads.models import Lead
from governance import gate
from governance.people import LeadFacts

if TYPE_CHECKING:
    from followups.models import FollowupTask

FACTS = LeadFacts._fields[:-1]  # each is a column of a lead; the last fact is its ladder template's


def lead_facts(lead: Lead) -> LeadFacts:
    """The plain values of a lead."""
    return LeadFacts(*(getattr(lead, name) for name in FACTS))


def facts_sql(table: str) -> str:
    """The columns `FACTS` for SQL of our own, as `read_facts` takes them."""
    return ", ".join(f"CAST({table}.{name} AS text)" if name == "score" else f"{table}.{name}" for name in FACTS)


def read_facts(values: Sequence[Any], min_gap_minutes: int = 0) -> LeadFacts | None:
    """The values that SQL of our own read of the columns `FACTS`, the score as text. None where there is no lead."""
    *known, score = values
    facts = (*known, None if score is None else Decimal(score), min_gap_minutes)
    return LeadFacts._make(facts) if known[0] is not None else None


def contact_of(
    lead: LeadFacts | None, *, lead_id: str | None, province: str, market: str, channel: str, gap_minutes: int = 0
) -> gate.Contact:
    """The contact of a step. Of a lead that nobody knows, the place is judged."""
    gap = timedelta(minutes=gap_minutes)
    if lead is not None:
        return gate.Contact(lead, channel, gap=gap)
    somebody = LeadFacts(lead_id=lead_id or "", province=province, market=market)
    return gate.Contact(somebody, channel, is_known=False, gap=gap)


def contact_for(task: "FollowupTask") -> gate.Contact:
    """The contact of a step that was read with its lead."""
    lead = lead_facts(task.lead) if task.lead else None
    return contact_of(
        lead,
        lead_id=task.lead_id,
        province=task.province,
        market=task.market,
        channel=task.channel,
        gap_minutes=task.gap_minutes,
    )
