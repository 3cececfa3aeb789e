"""Lookups of the table of outcomes."""

from typing import Any, NamedTuple

from django.db.models import QuerySet, Subquery

from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import Effect, Outcome, careful
from wholesale.plumbing.compiled import Select


def _rule(outcome: Any, task_id: Any) -> QuerySet[Any, Any]:
    rule = OutcomeRule.objects.filter(outcome=outcome).order_by()
    of_rule = (Subquery(rule.values(name)) for name in OutcomeEffect._fields)
    return FollowupTask.objects.filter(pk=task_id).order_by().values_list(*of_rule, "lead_id", "lead__status")


_RULE = Select(_rule)  # compiled, because each completion reads it


class OutcomeEffect(NamedTuple):
    """What an outcome does to the ladder and to the lead."""

    effect: Effect = Effect.GO_ON
    pause_days: int = 0
    lead_status: str = ""  # to which the lead moves on; empty: the lead keeps its status


GO_ON = OutcomeEffect()


class Applied(NamedTuple):
    """The rule of an outcome of a task, with the id and the present status of the task's lead."""

    rule: OutcomeEffect
    lead_id: str | None = None
    lead_status: str | None = None  # None if the lead is unknown


def applied(outcome: str, task_id: int) -> Applied | None:
    """Return the rule of an outcome (`careful` if it has none) and the task's lead. None if there is no such task."""
    row = _RULE.first(outcome=outcome, task_id=task_id)
    if row is None:
        return None
    effect, pause_days, lead_status, *lead = row
    rule = OutcomeEffect(Effect(effect), pause_days, lead_status) if effect else OutcomeEffect(careful(Outcome(outcome)))
    return Applied(rule, *lead)
