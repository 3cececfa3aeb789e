"""Verbs of the pool."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from followups.pool.models import PoolAgent
from followups.pool.rules import Member, turn
from followups.pool.vendors.services import REGISTERED_UNTIL, of_ended_vendor
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select, Statement
from wholesale.plumbing.vocabulary import ALL

# The user with the agent's name may not sign in. A name without a user is a label under which somebody works.
IS_INACTIVE = Exists(User.objects.filter(username=OuterRef("agent"), is_active=False))


def working(now: datetime) -> Q:
    """Return the condition for agents who are not paused, whose user is active, and whose vendor is still registered."""
    return (Q(paused_until__isnull=True) | Q(paused_until__lte=now)) & ~Q(IS_INACTIVE) & ~Q(of_ended_vendor(now))


# The agents of these places' pools, and of the pools of the whole provinces. Everybody locks them in this order, markets
# before provinces and each by id, so there is no deadlock.
_AGENTS = Select(
    lambda provinces, markets: (
        PoolAgent.objects.filter(province__among=provinces, market__among=markets)
        .order_by(ExpressionWrapper(Q(market=ALL), output_field=BooleanField()), "pk")
        .values_list(
            *("id", "weight", "credit", "province", "market", "agent"), IS_INACTIVE, "paused_until", REGISTERED_UNTIL
        )
    )
)


def locking_agents(places: Iterable[tuple[str, str]]) -> Statement:
    """Return the statement that locks the pools of these places (province, market), and reads them for `next_agents`."""
    provinces, markets = zip(*places, strict=True)
    return _AGENTS.locking(provinces={*provinces}, markets={ALL, *markets})


def next_agents(agents: Rows, places: Sequence[tuple[str, str]], now: datetime) -> list[str | None]:
    """Return the next agent for each place, in the order of the places: one who works in the market's pool, or else in the
    province's. None if nobody works for a place. `agents` are the rows of `locking_agents`; their turns are stored.
    """
    pools: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in (Member(*row) for row in agents):
        if member.works(now):
            pools[member.province, member.market].append(member)
    chosen: list[str | None] = []
    changed = {}
    for province, market in places:
        place = (province, market) if (province, market) in pools else (province, ALL)
        if place not in pools:
            chosen.append(None)
            continue
        agent_id, pools[place] = changed[place] = turn(pools[place])
        chosen.append(next(member.agent for member in pools[place] if member.id == agent_id))
    # Not written to the history: the credit changes with every ladder, and nobody decides it.
    credits = [(member.id, member.credit) for _, members in changed.values() for member in members]
    writes.update(PoolAgent, ("credit",), credits)
    return chosen


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
