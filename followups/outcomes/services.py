"""Verbs and lookups of the table of outcomes."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from followups.errors import OptOutStays, PauseNeedsDays
from followups.outcomes.models import OutcomeRule
from followups.outcomes.rules import SEEDED, Effect, Outcome, careful
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.errors import RequiredParameter

# SQL of its own: it is asked at each contact, and a query set costs more to build than to carry out.
_RULE = f"SELECT effect, pause_days FROM {OutcomeRule._meta.db_table} WHERE outcome = %s"


def effect_of(outcome: str) -> tuple[Effect, int]:
    """What an outcome does to the ladder, and the days of a pause. Without its row it does what is most careful."""
    with connection.cursor() as cursor:
        cursor.execute(_RULE, [outcome])
        rule = cursor.fetchone()
    return (Effect(rule[0]), rule[1]) if rule else (careful(Outcome(outcome)), 0)


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
    """Say what an outcome does to the ladder; what `changes` leaves out keeps its value. Days belong to a pause: any other
    effect sets them to 0.

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
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
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
            changed_by=policies.SEEDED_BY,
            reason="safe default",
            expected_version=0,
            now=now,
        )
    return len(absent)
