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

# The user with the agent's name may not sign in. A name without a user is a label under which somebody works.
IS_INACTIVE = Exists(User.objects.filter(username=OuterRef("agent"), is_active=False))


def working(now: datetime) -> Q:
    """Return the condition for agents who are not paused, whose user is active, and whose vendor is still registered."""
    return (Q(paused_until__isnull=True) | Q(paused_until__lte=now)) & ~Q(IS_INACTIVE) & ~Q(of_ended_vendor(now))


def next_agent(province: str, market: str, now: datetime) -> str | None:
    """Return the next agent who works in the market's pool, or else in the province's. None if nobody works in either."""
    return next_agents([(province, market)], now)[0]


def next_agents(places: Sequence[tuple[str, str]], now: datetime) -> list[str | None]:
    """Return the next agent for each place (province, market), in the order of the places. None if nobody works for a place.

    The turns are taken within the caller's transaction; other callers wait for its end. Market pools are locked before
    province pools, each by id, so there is no deadlock.
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
    # Not written to the history: the credit changes with every ladder, and nobody decides it.
    PoolAgent.objects.bulk_update([agent for pool in pools.values() for agent in pool.values()], ["credit"])
    return chosen


def _locked(places: Collection[tuple[str, str]], now: datetime) -> dict[tuple[str, str], dict[int, PoolAgent]]:
    """Lock the working agents in the pools of these places, and return them by place and id."""
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
    """Put an agent into the pool of a market, or change the agent's settings there. `changes` may hold `weight` and
    `paused_until`. An absent setting keeps its value; `paused_until=None` ends a pause."""
    key = {"province": province, "market": market, "agent": agent}
    return policies.put(PoolAgent, key=key, changes=changes, act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_agent(*, agent: str, province: str, market: str = ALL, act: Act) -> bool:
    """Remove an agent from the pool of a market; its ladders and history stay. Return whether the agent was in the pool."""
    key = {"province": province, "market": market, "agent": agent}
    return policies.remove(PoolAgent, key=key, act=act) is not None
