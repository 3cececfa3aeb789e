"""A lead as governance knows it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from followups.leads.models import Lead
from governance import gate
from governance.leads import LeadFacts

if TYPE_CHECKING:
    from followups.models import FollowupTask

FACTS = LeadFacts._fields  # each is a column of a lead


def lead_facts(lead: Lead) -> LeadFacts:
    """The plain values of a lead."""
    return LeadFacts(*(getattr(lead, name) for name in FACTS))


def read_facts(values: Sequence[Any]) -> LeadFacts | None:
    """The values that SQL of our own read of the columns `FACTS`, the score as text. None where there is no lead."""
    *known, score = values
    return LeadFacts._make((*known, None if score is None else Decimal(score))) if known[0] is not None else None


def contact_of(lead: LeadFacts | None, *, lead_id: str | None, province: str, market: str, channel: str) -> gate.Contact:
    """The contact of a step. Of a lead that nobody knows, the place is judged."""
    if lead is not None:
        return gate.Contact(lead, channel)
    return gate.Contact(LeadFacts(lead_id=lead_id or "", province=province, market=market), channel, is_known=False)


def contact_for(task: "FollowupTask") -> gate.Contact:
    """The contact of a step that was read with its lead."""
    lead = lead_facts(task.lead) if task.lead else None
    return contact_of(lead, lead_id=task.lead_id, province=task.province, market=task.market, channel=task.channel)
