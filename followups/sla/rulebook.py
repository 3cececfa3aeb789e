"""Reads the SLA policies."""

from followups.sla.models import SlaPolicy
from followups.sla.rules import Rulebook, SlaRule
from wholesale.plumbing.mark import Kept

# All SLA policies under a mark.
rulebook = Kept(lambda: Rulebook(SlaRule(*row) for row in SlaPolicy.objects.order_by().values_list(*SlaRule._fields))).at
