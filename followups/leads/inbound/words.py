"""Loading the table of words."""

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import Row, Words
from wholesale.plumbing.mark import Kept


def _load() -> Words:
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return Words(Row(*row) for row in rows)


# The enabled rows of the table of words under a mark, so a change counts at the next message.
words_in_force = Kept(_load).at
