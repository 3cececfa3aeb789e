"""Loading the table of words."""

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import Row, Words, prepared


def words_in_force() -> Words:
    """Load the enabled rows of the table of words. Each message loads them anew, so a change counts at the next message."""
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return prepared(tuple(Row(*row) for row in rows))
