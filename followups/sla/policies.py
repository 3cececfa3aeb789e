"""Verbs of SLA policies: how late a task may be."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from followups.sla.errors import BreachBeforeWarning
from followups.sla.models import SlaPolicy
from followups.sla.rules import BREACH_AFTER, WARN_AFTER
from followups.tasks.minutes.tasks import enqueue_watched
from governance import policies
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.vocabulary import ALL

_LATENESS = ("warn_after_minutes", "breach_after_minutes")


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    province: str,
    channel: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> SlaPolicy:
    """Create or change the policy of a market and a channel. `changes` may hold `enabled`, `warn_after_minutes` and
    `breach_after_minutes`; what is absent stays. What is a breach already stays one.

    Raises:
        BreachBeforeWarning: a task would be a breach before it is at risk.
        RequiredParameter: a new policy without both times.
        VersionConflict: somebody else changed it first.

    """
    key = {"province": province, "market": market, "channel": channel}
    stored = SlaPolicy.objects.select_for_update().filter(**key).first()
    values: dict[str, Any] = {name: changes.get(name, getattr(stored, name, None)) for name in _LATENESS}
    for name, value in values.items():
        if value is None:
            raise RequiredParameter(attr=name)
    require_sound(**values)
    policy = policies.upsert(
        SlaPolicy,
        key=key,
        changes=changes,
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now),
    )
    enqueue_watched(province, market, channel)
    return policy


def require_sound(*, warn_after_minutes: int, breach_after_minutes: int) -> None:
    """Refuse times that come in the wrong order.

    Raises:
        BreachBeforeWarning: a task would be a breach before it is at risk.

    """
    if warn_after_minutes > breach_after_minutes:
        raise BreachBeforeWarning(attr="warn_after_minutes")


@transaction.atomic
def seed_policies(now: datetime | None = None) -> int:
    """Give each province and channel that has none the guide's times. Returns how many were made; none is overwritten."""
    return sum(
        policies.seed_provinces(
            SlaPolicy,
            upsert_policy,
            reason="safe default",
            now=now,
            key={"channel": channel},
            warn_after_minutes=WARN_AFTER,
            breach_after_minutes=BREACH_AFTER,
        )
        for channel in Channel.values
    )
