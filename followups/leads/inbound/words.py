"""Loading the table of words."""

from functools import lru_cache

from followups.leads.inbound.models import InboundWord
from followups.leads.inbound.rules import Row, Words
from wholesale.plumbing.mark import Kept


def _load() -> Words:
    rows = InboundWord.objects.filter(enabled=True).order_by("pk").values_list("kind", "phrase", "language")
    return _prepared(tuple(Row(*row) for row in rows))


# To prepare the words takes a tenth of a second, and any governing row changes the mark.
@lru_cache(maxsize=4)
def _prepared(rows: tuple[Row, ...]) -> Words:
    return Words(rows)


# The enabled rows of the table of words under a mark, so a change counts at the next message.
words_in_force = Kept(_load).at
