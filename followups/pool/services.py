"""Verbs of the pool."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from followups.pool.models import PoolAgent
from followups.pool.rules import Member, turn
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.vocabulary import ALL


def working(now: datetime) -> Q:
    """The condition of agents who are not paused."""
    return Q(paused_until__isnull=True) | Q(paused_until__lte=now)


def next_agent(province: str, market: str, now: datetime) -> str | None:
    """Whose turn it is in the pool of a market, else of its province; None where nobody is in it or all are paused.

    The turn is taken within the caller's transaction, and others wait for its end. The market's rows are locked before the
    province's and each by id, so that nobody waits in a circle.
    """
    for place in dict.fromkeys((market, ALL)):
        pool = PoolAgent.objects.filter(working(now), province=province, market=place)
        agents = {agent.pk: agent for agent in pool.order_by("pk").select_for_update().only("agent", "weight", "credit")}
        if agents:
            chosen, members = turn([Member(pk, agent.weight, agent.credit) for pk, agent in agents.items()])
            for member in members:
                agents[member.id].credit = member.credit
            # Past the history: whose turn it is changes with every ladder, and is no decision of anybody.
            PoolAgent.objects.bulk_update(agents.values(), ["credit"])
            return agents[chosen].agent
    return None


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_agent(
    *,
    agent: str,
    province: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> PoolAgent:
    """Put an agent into the pool of a market, or change it there. `changes` may hold `weight` and `paused_until`; what is
    absent stays, and `paused_until=None` ends a pause."""
    return policies.put(
        PoolAgent,
        key={"province": province, "market": market, "agent": agent},
        changes=changes,
        user=user,
        changed_by=changed_by,
        reason=reason,
        now=now or timezone.now(),
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_agent(
    *,
    agent: str,
    province: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> bool:
    """Take an agent out of the pool of a market. It keeps the ladders that it has; history stays. Whether it was there."""
    row = PoolAgent.objects.select_for_update().filter(province=province, market=market, agent=agent).first()
    if row is None:
        return False
    row.stamp(changed_by=changed_by, user=user, reason=reason, now=now or timezone.now())
    row.delete()
    return True
