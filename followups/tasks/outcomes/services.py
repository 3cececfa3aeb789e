"""Lookups of the table of outcomes."""

from typing import NamedTuple

from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import Effect, Outcome, careful
from wholesale.plumbing.compiled import Select, together
from wholesale.plumbing.mark import VALUE, Kept


class OutcomeEffect(NamedTuple):
    """What an outcome does to the ladder and to the lead."""

    effect: Effect = Effect.GO_ON
    pause_days: int = 0
    lead_status: str = ""  # to which the lead moves on; empty: the lead keeps its status


GO_ON = OutcomeEffect()


_KEPT = Kept(
    lambda: {
        outcome: OutcomeEffect(Effect(effect), *others)
        for outcome, effect, *others in OutcomeRule.objects.order_by().values_list("outcome", *OutcomeEffect._fields)
    }
)


def effect_of(mark: int | None, outcome: str) -> OutcomeEffect:
    """The rule of an outcome under this mark. An outcome without a rule does what is `careful`."""
    return _KEPT.at(mark).get(outcome) or OutcomeEffect(careful(Outcome(outcome)))


class Applied(NamedTuple):
    """The rule of an outcome of a task, with the task's ladder and lead."""

    rule: OutcomeEffect
    ladder_id: int
    lead_id: str | None
    lead_status: str | None  # None if the lead is unknown, as are the next two
    phone: str | None
    email: str | None


# Compiled, because each completion reads it.
_LEAD = Select(
    lambda task_id: (
        FollowupTask.objects.filter(pk=task_id)
        .order_by()
        .values_list(VALUE, "ladder_id", "lead_id", "lead__status", "lead__phone", "lead__email")
    )
)


def applied(outcome: str, task_id: int) -> Applied | None:
    """Return the rule of an outcome and the task's lead. None if there is no such task."""
    (rows,) = together(_LEAD.of(task_id=task_id))
    if not rows:
        return None
    ((mark, *others),) = rows
    return Applied(effect_of(mark, outcome), *others)
