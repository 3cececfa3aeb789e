"""Reads the SLA policies."""

from collections.abc import Collection

from followups.sla.models import SlaPolicy
from followups.sla.rules import Rulebook, SlaRule
from wholesale.plumbing.compiled import Select

# Compiled once, because each start of a ladder runs the second.
_RULES = Select(lambda: SlaPolicy.objects.order_by().values_list(*SlaRule._fields))
_RULES_OF = Select(
    lambda provinces: SlaPolicy.objects.filter(province__among=provinces).order_by().values_list(*SlaRule._fields)
)


def rulebook(provinces: Collection[str] | None = None) -> Rulebook:
    """The SLA policies of these provinces, or of all provinces, in one query."""
    rows = _RULES.rows() if provinces is None else _RULES_OF.rows(provinces=provinces)
    return Rulebook(SlaRule(*row) for row in rows)
