"""Lookups of the table of outcomes."""

from typing import NamedTuple

from django.db import connection

from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import Effect, Outcome, careful

# SQL of its own: it is asked at each contact, and a query set costs more to build than to carry out.
_RULE = f"""
SELECT o.effect, o.pause_days, o.lead_status, t.lead_id, l.status
FROM {FollowupTask._meta.db_table} AS t
LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id
LEFT JOIN {OutcomeRule._meta.db_table} AS o ON o.outcome = %s
WHERE t.id = %s
"""


class Rule(NamedTuple):
    """What an outcome does."""

    effect: Effect = Effect.GO_ON
    pause_days: int = 0
    lead_status: str = ""  # to which the lead moves on; empty leaves it


GO_ON = Rule()


class Applied(NamedTuple):
    """The rule of an outcome, and the lead that it is about."""

    rule: Rule
    lead_id: str | None = None
    lead_status: str | None = None  # None where nobody knows the lead


def applied(outcome: str, task_id: int) -> Applied | None:
    """What an outcome of this task does, and to whom. Without its row it does what is most careful. None: no such task."""
    with connection.cursor() as cursor:
        cursor.execute(_RULE, [outcome, task_id])
        row = cursor.fetchone()
    if row is None:
        return None
    effect, pause_days, lead_status, *lead = row
    rule = Rule(Effect(effect), pause_days, lead_status) if effect else Rule(careful(Outcome(outcome)))
    return Applied(rule, *lead)
