"""Reads the SLA policies."""

from followups.sla.models import SlaPolicy
from followups.sla.rules import Rulebook, SlaRule
from wholesale.plumbing.mark import Kept

_KEPT = Kept(lambda: Rulebook(SlaRule(*row) for row in SlaPolicy.objects.order_by().values_list(*SlaRule._fields)))


def rulebook(mark: int | None) -> Rulebook:
    """All SLA policies under this mark."""
    return _KEPT.at(mark)
