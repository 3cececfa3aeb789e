"""How a ladder starts, and starts anew. Whoever starts one holds the lead and its numbers until the transaction ends."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders import prospects
from followups.ladders.cancellations import cancel_open_ladders
from followups.ladders.models import FollowupLadder
from followups.ladders.plans import TASK, ladder_created, ladder_of, plan_of, settled, tasks_of
from followups.ladders.prospects import Held, Prospect
from followups.ladders.refusals import refusal_of
from followups.ladders.templates.patterns import patterns_of
from followups.leads.lookups import points_of_lead
from followups.pool.services import next_agent
from followups.signals import ladders_created
from followups.tasks.models import FollowupTask
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation, many
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL

RESTARTED = "restarted"  # why a step is cancelled where no other reason was given

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class LadderStart:
    """The tasks of a lead's open ladder, by step, and whether this call made them."""

    tasks: list[FollowupTask]
    created: bool


class LeadMoved(Exception):
    """The lead got another number or address while we waited for the locks of those that it had."""


def again_if_moved(act: Callable[P, R]) -> Callable[P, R]:
    """A verb that holds a lead, in a transaction. Where the lead moved meanwhile, it begins anew: that frees the locks."""

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
    """The guide's name for `start_ladder`: the tasks of the lead's open ladder."""
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
    """Start the six steps for a lead; a lead whose ladder is open keeps it, so a retry never doubles the contact.

    With `restart` the open steps are cancelled and a new ladder starts. With a reason too it starts although the lead was
    followed up a short time ago, or its status ends the hunt, but for CLOSED and DEAD. Without `lead_id` it is always a new
    one. Steps of a channel that the lead opted out of are made cancelled. Without an owner the ladder goes to the agent of
    the pool whose turn it is, if there is a pool.

    The steps are those of the place's standard template. Where its first step is a message for which a known lead gave no
    ground, they are those of the COLD template, if one is on.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NoLadder: the first of its kinds that stands in the way, in the order of `followups.ladders.refusals`.

    """
    gate.require(ExecutionClass.EXECUTE)
    prospect, held = hold_lead(lead_id) if lead_id else (Prospect(), {})
    return begin_ladder(
        prospect,
        held,
        lead_id=lead_id,
        province=province,
        market=market,
        owner=owner,
        restart=restart,
        act=act,
    )


def hold_lead(lead_id: str) -> tuple[Prospect, Held]:
    """A lead, and who is followed up at its number or address. Until the transaction ends nobody else starts a ladder there,
    changes the lead, or says that it wants no contact: that came before, and then it is read, or it comes after.

    Raises:
        LeadMoved: it has other points than those that were locked.

    """
    points = points_of_lead(lead_id)
    gate.lock_points([*points, (gate.LEAD, lead_id)])
    prospect, held = prospects.one(lead_id)
    lead = prospect.lead
    if lead and not set(gate.points_of(phone=lead.phone, email=lead.email)) <= set(points):
        raise LeadMoved
    return prospect, held


def cooling_off() -> timedelta:
    """So long after a ladder in which somebody was contacted no new one starts by itself."""
    return timedelta(days=settings.COOLING_OFF_DAYS)


def begin_ladder(
    prospect: Prospect,
    held: Held,
    *,
    lead_id: str | None,
    province: str,
    market: str,
    owner: str | None,
    restart: bool,
    act: Act,
) -> LadderStart:
    """What starting and restarting have in common, within the caller's transaction, which has asked the gate and holds the
    lead. With `restart` the open steps of the lead are cancelled.

    Raises:
        NoLadder: see `start_ladder`.

    """
    if prospect.ladder_id and not restart:
        return LadderStart(list(FollowupTask.objects.filter(ladder=prospect.ladder_id).order_by("step")), created=False)
    place = province, market
    [(plan, minutes)] = settled([plan_of(prospect.lead, lead_id, place, owner, patterns_of(*place))], act)
    # An open ladder that begins anew needs no reason: nobody is contacted who was let alone.
    anew = restart and bool(act.reason or prospect.ladder_id)
    refusal = refusal_of(plan, minutes, prospect, held, anew=anew, cooling_off=cooling_off(), now=act.now)
    if refusal:
        raise refusal
    if prospect.ladder_id and lead_id:
        cancel_open_ladders([lead_id], act.because(act.reason or RESTARTED))
    ladder = ladder_of(plan, minutes, act, reason=act.reason if restart else "")
    # Nobody else begins one for this lead: its lock is held.
    many.insert_object(ladder)
    if owner is None:
        _give_to_the_pool(ladder, act.now)
    tasks = [FollowupTask(**dict(zip(TASK, row, strict=True))) for row in tasks_of(ladder, plan, minutes)]
    many.insert_objects(tasks)
    ladders_created.send(sender=FollowupLadder, envelopes=[ladder_created(ladder, len(tasks), act)])
    return LadderStart(tasks, created=True)


def _give_to_the_pool(ladder: FollowupLadder, now: datetime) -> None:
    """Its owner is whose turn it is. The ladder's row comes before the pool's, so that nobody waits in a circle."""
    ladder.owner = next_agent(ladder.province, ladder.market, now)
    if ladder.owner is not None:
        ladder.save(update_fields=["owner"])
