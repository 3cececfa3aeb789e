"""Start and restart ladders. A start locks the lead and its numbers and addresses until the transaction ends."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders import prospects
from followups.ladders.models import FollowupLadder
from followups.ladders.plans import TASK, ladder_created, ladder_of, plan_of, settled, tasks_of
from followups.ladders.prospects import Held, Prospect, held_by
from followups.ladders.reading import leads_and_ladders
from followups.ladders.refusals import refusal_of
from followups.ladders.templates.patterns import patterns_of
from followups.leads.lookups import asking_points_of, points_in
from followups.pool.services import locking_agents, next_agents
from followups.signals import ladders_created
from followups.tasks.cancellations import OpenSteps, cancel, locking_ladders_of, open_steps
from followups.tasks.models import FollowupTask
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Statement, together
from wholesale.plumbing.vocabulary import ALL

RESTARTED = "restarted"  # the cancel reason if nobody gave a reason for a restart

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class LadderStart:
    """The result of a start: the tasks of the lead's open ladder in step order, and whether this call created them."""

    tasks: list[FollowupTask]
    created: bool


class LeadMoved(Exception):
    """The lead's number or address changed while we waited for the lock of the old number or address."""


def again_if_moved(act: Callable[P, R]) -> Callable[P, R]:
    """Make a verb run in a transaction. If it raises `LeadMoved`, roll back, which frees the locks, and run it again."""

    @wraps(act)
    def acted(*args: P.args, **kwargs: P.kwargs) -> R:
        while True:
            with suppress(LeadMoved), transaction.atomic():
                return act(*args, **kwargs)

    return acted


def create_ladder(
    lead_id: str | None = None,
    province: str = "",
    market: str = ALL,
    owner: str | None = None,
    correlation_id: str | None = None,
    *,
    restart: bool = False,
    reason: str = "",
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
) -> list[FollowupTask]:
    """Do what `start_ladder` does, under the name in the customer's guide. Return the tasks of the lead's open ladder."""
    act = Act(actor, user, reason, correlation_id or correlation.current(), now)
    start = start_ladder(lead_id=lead_id, province=province, market=market, owner=owner, restart=restart, act=act)
    return start.tasks


@verb(ExecutionClass.EXECUTE)
@again_if_moved
def start_ladder(
    *,
    lead_id: str | None = None,
    province: str,
    market: str = ALL,
    owner: str | None = None,
    restart: bool = False,
    act: Act,
) -> LadderStart:
    """Start a ladder for a lead. A lead with an open ladder keeps it, so a retry never doubles the contact.

    `restart` cancels the open steps and starts a new ladder. If there is a reason or an open ladder, `restart` also
    overrides the cooling-off and a status that ends the hunt, except CLOSED and DEAD. Without `lead_id` a new ladder always
    starts. Steps of a channel that the lead opted out of are created as cancelled. Without an owner the next agent of the
    pool gets the ladder, if there is a pool.

    The steps come from the place's standard template. If its first step is a message for which a known lead gave no ground,
    they come from the COLD template, provided that it is on.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NoLadder: the first refusal that applies, in the order of `followups.ladders.refusals`.

    """
    (known,) = gate.require(ExecutionClass.EXECUTE, asking_points_of(lead_id))
    cancelling = locking_ladders_of(lead_ids=[lead_id]) if restart and lead_id else []
    found = hold_lead(lead_id, points_in(known), cancelling, pool_of=None if owner is not None else (province, market))
    return begin_ladder(found, lead_id, (province, market), owner, restart=restart, act=act)


@dataclass(frozen=True, slots=True)
class HeldLead:
    """A lead who is locked, and everything that the start of a ladder depends on, read after the locks."""

    prospect: Prospect
    held: Held  # the leads with an open ladder at the lead's numbers and addresses
    cancelled: OpenSteps  # the steps that the new ladder replaces
    facts: gate.GateFacts  # with an id for the new ladder
    agents: Rows  # of the pool that gives the ladder an owner


def hold_lead(
    lead_id: str | None,
    known: Sequence[gate.Point],
    cancelling: Sequence[Statement],
    *,
    pool_of: tuple[str, str] | None,
) -> HeldLead:
    """Lock a lead and its `known` numbers and addresses until the transaction ends, then the ladders and steps that the
    statements `cancelling` lock, and the pool of the place `pool_of`. Until then nobody else starts a ladder at them,
    changes the lead or records its opt-out.

    Raises:
        LeadMoved: the lead has a number or address that was not locked.

    """
    points = {*known, (gate.LEAD, lead_id)} if lead_id else set(known)
    taking = gate.taking_points(points)
    agents = [locking_agents([pool_of])] if pool_of else []
    question = leads_and_ladders([lead_id] if lead_id else [])
    asking = gate.asking_facts(question, points, standing_counts=False, new=FollowupLadder)
    *locked, answer = together(*taking, *cancelling, *agents, asking)[len(taking) :]
    facts, rows = gate.facts_in(question, answer)
    found = prospects.found_in(rows)
    prospect = found.prospects[lead_id] if lead_id else Prospect()
    lead = prospect.lead
    if lead and not set(gate.points_of(phone=lead.phone, email=lead.email)) <= points:
        raise LeadMoved
    cancelled = open_steps(*locked[: len(cancelling)]) if cancelling else OpenSteps([], [])
    return HeldLead(prospect, held_by(found.ladders), cancelled, facts, locked[-1] if pool_of else [])


def cooling_off() -> timedelta:
    """How long a lead gets no new ladder after a ladder with a contact has ended, unless a restart gives a reason."""
    return timedelta(days=settings.COOLING_OFF_DAYS)


def begin_ladder(
    found: HeldLead, lead_id: str | None, place: tuple[str, str], owner: str | None, *, restart: bool, act: Act
) -> LadderStart:
    """Start or restart a ladder in the caller's transaction. The caller has asked the gate and locked the lead. If the lead
    has an open ladder, `restart` cancels its open steps; without `restart` the lead keeps the ladder.

    Raises:
        NoLadder: see `start_ladder`.

    """
    prospect = found.prospect
    if prospect.ladder_id and not restart:
        return LadderStart(list(FollowupTask.objects.filter(ladder=prospect.ladder_id).order_by("step")), created=False)
    planned = plan_of(prospect.lead, lead_id, place, owner, patterns_of(found.facts.mark, *place))
    [(plan, minutes)] = settled([planned], act, found.facts)
    # Restarting an open ladder needs no reason: the lead is being contacted already.
    anew = restart and bool(act.reason or prospect.ladder_id)
    refusal = refusal_of(plan, minutes, prospect, found.held, anew=anew, cooling_off=cooling_off(), now=act.now)
    if refusal:
        raise refusal
    ladder = ladder_of(plan, minutes, act, reason=act.reason if restart else "")
    ladder.pk = found.facts.new_id
    with writes.gathered():
        if ladder.owner is None:
            (ladder.owner,) = next_agents(found.agents, [place], act.now)
        if found.cancelled.ladders:
            cancel(found.cancelled, act.because(act.reason or RESTARTED))
        writes.insert_object(ladder)
        tasks = writes.insert_new(FollowupTask, TASK, tasks_of(ladder, plan, minutes))
        ladders_created.send(sender=FollowupLadder, envelopes=[ladder_created(ladder, len(tasks), act)])
    return LadderStart(tasks, created=True)
