"""Leads as the contact gate knows them: their own facts, and the gap that their place's ladder template wants."""

from collections.abc import Collection

from django.db import connection

from followups.ladders.templates.patterns import min_gap_sql
from followups.leads.facts import facts_sql, read_facts
from followups.leads.models import Lead
from governance.people import LeadFacts
from wholesale.plumbing.lookups import among_sql

# SQL of its own: the gate is asked about a lead more often than anything else.
_FACTS_SQL = f"SELECT {facts_sql('l')}, {min_gap_sql('l')} FROM {Lead._meta.db_table} AS l WHERE l.lead_id {{}}"


def facts_of(lead_ids: Collection[str]) -> dict[str, LeadFacts]:
    """What the contact gate needs of the leads that exist, by id, in one query."""
    among, values = among_sql(lead_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS_SQL.format(among), [values])
        return {lead.lead_id: lead for *facts, gap in cursor.fetchall() if (lead := read_facts(facts, gap))}
