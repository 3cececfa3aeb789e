"""Verbs of the pool."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from followups.pool.models import PoolAgent
from followups.pool.rules import Member, turn
from followups.pool.vendors.services import of_ended_vendor
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL

# A user of the agent's name who may not sign in. A name that is no user's is a label: somebody works under it.
IS_INACTIVE = Exists(User.objects.filter(username=OuterRef("agent"), is_active=False))


def working(now: datetime) -> Q:
    """The condition of agents who are neither paused nor inactive as users, and may claim."""
    return (Q(paused_until__isnull=True) | Q(paused_until__lte=now)) & ~Q(IS_INACTIVE) & ~Q(of_ended_vendor(now))


def next_agent(province: str, market: str, now: datetime) -> str | None:
    """Whose turn it is in the pool of a market, else of its province; None where nobody works in it."""
    return next_agents([(province, market)], now)[0]


def next_agents(places: Sequence[tuple[str, str]], now: datetime) -> list[str | None]:
    """Whose turn it is at each of these ladders, each of a province and market, in their order; see `next_agent`.

    The turns are taken within the caller's transaction, and others wait for its end. The markets' rows are locked before the
    provinces' and each by id, so that nobody waits in a circle.
    """
    pools = _locked({place for place in places if place[1] != ALL}, now)
    pools |= _locked({(province, ALL) for province, market in places if (province, market) not in pools}, now)
    chosen: list[str | None] = []
    for province, market in places:
        pool = pools.get((province, market)) or pools.get((province, ALL))
        if pool is None:
            chosen.append(None)
            continue
        agent_id, members = turn([Member(pk, agent.weight, agent.credit) for pk, agent in pool.items()])
        for member in members:
            pool[member.id].credit = member.credit
        chosen.append(pool[agent_id].agent)
    # Past the history: whose turn it is changes with every ladder, and is no decision of anybody.
    PoolAgent.objects.bulk_update([agent for pool in pools.values() for agent in pool.values()], ["credit"])
    return chosen


def _locked(places: Collection[tuple[str, str]], now: datetime) -> dict[tuple[str, str], dict[int, PoolAgent]]:
    """The agents at work in the pools of these places, by place and id."""
    if not places:
        return {}
    provinces, markets = {province for province, _ in places}, {market for _, market in places}
    agents = PoolAgent.objects.filter(working(now), province__in=provinces, market__in=markets)
    pools: dict[tuple[str, str], dict[int, PoolAgent]] = defaultdict(dict)
    for agent in agents.order_by("pk").select_for_update().only("province", "market", "agent", "weight", "credit"):
        pools[agent.province, agent.market][agent.pk] = agent
    return pools


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_agent(*, agent: str, province: str, market: str = ALL, act: Act, **changes: Any) -> PoolAgent:
    """Put an agent into the pool of a market, or change it there. `changes` may hold `weight` and `paused_until`; what is
    absent stays, and `paused_until=None` ends a pause."""
    key = {"province": province, "market": market, "agent": agent}
    return policies.put(PoolAgent, key=key, changes=changes, act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_agent(*, agent: str, province: str, market: str = ALL, act: Act) -> bool:
    """Take an agent out of the pool of a market. It keeps the ladders that it has; history stays. Whether it was there."""
    key = {"province": province, "market": market, "agent": agent}
    return policies.remove(PoolAgent, key=key, act=act) is not None
