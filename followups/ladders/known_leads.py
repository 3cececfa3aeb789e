"""Leads as the contact gate knows them: their own facts, and the gap that their place's ladder template wants."""

from collections.abc import Collection

from followups.ladders.templates.patterns import min_gap
from followups.leads.facts import FACTS
from followups.leads.models import Lead
from governance.people import LeadFacts
from wholesale.plumbing.compiled import Select

# The gate is asked about a lead more often than anything else.
_FACTS = Select(lambda lead_ids: Lead.objects.filter(lead_id__among=lead_ids).order_by().values_list(*FACTS, min_gap()))


def facts_of(lead_ids: Collection[str]) -> dict[str, LeadFacts]:
    """What the contact gate needs of the leads that exist, by id, in one query."""
    return {row[0]: LeadFacts(*row) for row in _FACTS.rows(lead_ids=lead_ids)}
