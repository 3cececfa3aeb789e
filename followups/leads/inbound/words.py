"""The table of words as it is read."""

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import Row, Words, prepared


def words_in_force() -> Words:
    """The table as it is now: read for each message, so that a change counts from the next one on."""
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return prepared(tuple(Row(*row) for row in rows))
