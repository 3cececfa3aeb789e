"""A lead as governance knows it."""

from dataclasses import fields

from followups.leads.models import Lead
from governance.leads import LeadFacts

FACTS = tuple(field.name for field in fields(LeadFacts))  # each is a column of a lead


def lead_facts(lead: Lead) -> LeadFacts:
    """The plain values of a lead."""
    return LeadFacts(*(getattr(lead, name) for name in FACTS))
