"""Loading the table of words."""

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import Row, Words, prepared


def words_in_force() -> Words:
    """Load the enabled words. They are read for each message, so a change counts from the next message on."""
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return prepared(tuple(Row(*row) for row in rows))
