"""What the contact gate reads of known leads: their facts, and the gap that the ladder template of their place sets. And who
follows a lead up."""

from collections.abc import Collection

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.patterns import min_gap
from followups.leads.facts import FACTS
from followups.leads.models import Lead
from governance.people import PersonFacts
from wholesale.plumbing.compiled import Select, Statement

# Compiled once: nothing is read more often than this.
_FACTS = Select(lambda lead_ids: Lead.objects.filter(lead_id__among=lead_ids).order_by().values_list(*FACTS, min_gap()))

_OWNERS = Select(lambda lead_id: FollowupLadder.objects.filter(lead_id=lead_id).order_by("-id").values_list("owner"))


def facts_of(lead_ids: Collection[str]) -> dict[str, PersonFacts]:
    """The facts that the contact gate needs of known leads, by lead id, in one query."""
    return {row[0]: PersonFacts(*row) for row in _FACTS.rows(lead_ids=lead_ids)}


def owners_of(lead_id: str) -> Statement:
    """Return the statement that reads the owners of a lead's ladders, that of the last ladder first."""
    return _OWNERS.of(lead_id=lead_id)
