"""Verbs and lookups of the table of outcomes."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Subquery

from followups.tasks.errors import OptOutStays, PauseNeedsDays
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.outcomes.rules import SEEDED, SEEDED_STATUSES, Effect, Outcome, careful
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.seeds import SEEDED_BY


def _rule(outcome: Any, task_id: Any) -> QuerySet[Any, Any]:
    rule = OutcomeRule.objects.filter(outcome=outcome).order_by()
    of_rule = (Subquery(rule.values(name)) for name in Rule._fields)
    return FollowupTask.objects.filter(pk=task_id).order_by().values_list(*of_rule, "lead_id", "lead__status")


_RULE = Select(_rule)  # each contact asks it


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
    row = _RULE.first(outcome=outcome, task_id=task_id)
    if row is None:
        return None
    effect, pause_days, lead_status, *lead = row
    rule = Rule(Effect(effect), pause_days, lead_status) if effect else Rule(careful(Outcome(outcome)))
    return Applied(rule, *lead)


def require_sound(outcome: str, effect: str, pause_days: int) -> None:
    """Refuse a rule that contradicts itself or what somebody asked for.

    Raises:
        OptOutStays: who wants no more contact would be contacted.
        PauseNeedsDays: a pause without days, or days without a pause.

    """
    if outcome == Outcome.OPTED_OUT and effect != Effect.OPT_OUT:
        raise OptOutStays(attr="effect")
    if (effect == Effect.PAUSE) is not (pause_days > 0):
        raise PauseNeedsDays(attr="pause_days")


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_rule(
    *,
    outcome: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> OutcomeRule:
    """Say what an outcome does to the ladder and to the lead; what `changes` leaves out keeps its value. Days belong to a
    pause: any other effect sets them to 0.

    Raises:
        OptOutStays: who wants no more contact would be contacted.
        PauseNeedsDays: a pause without days, or days without a pause.
        RequiredParameter: the row is missing, and so is its effect.
        VersionConflict: somebody else changed it first.

    """
    stored = OutcomeRule.objects.select_for_update().filter(outcome=outcome).first()
    effect = changes.get("effect", stored.effect if stored else None)
    if effect is None:
        raise RequiredParameter(attr="effect")
    if effect != Effect.PAUSE:
        changes.setdefault("pause_days", 0)
    days = changes.get("pause_days", stored.pause_days if stored else 0)
    require_sound(outcome, effect, days)
    return policies.upsert(
        OutcomeRule,
        key={"outcome": outcome},
        changes=changes,
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now),
    )


def seed_rules(now: datetime | None = None) -> int:
    """Give each outcome that has none its rule. Returns how many were made; none is overwritten."""
    present = set(OutcomeRule.objects.values_list("outcome", flat=True))
    absent = {outcome: rule for outcome, rule in SEEDED.items() if outcome not in present}
    for outcome, (effect, pause_days) in absent.items():
        upsert_rule(
            outcome=outcome.value,
            effect=effect.value,
            pause_days=pause_days,
            lead_status=SEEDED_STATUSES.get(outcome, ""),
            changed_by=SEEDED_BY,
            reason="safe default",
            expected_version=0,
            now=now,
        )
    return len(absent)
