"""Verbs of follow-up. Each locks the ladder's row first, then touches its tasks in step order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from followups.cancelling import cancel_open_ladders
from followups.completions import complete_task
from followups.due.services import due_tasks
from followups.history import Act
from followups.leads.facts import FACTS
from followups.leads.models import Lead
from followups.making import TASK, Plan, ladder_of, minutes_of, tasks_of
from followups.models import FollowupLadder, FollowupTask
from followups.pool.services import next_agent
from followups.signals import ladders_created
from followups.steps.rules import parsed
from followups.steps.services import template_for
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.leads import LeadFacts
from wholesale.vocabulary import ALL

__all__ = [
    "begin_ladder",
    "complete_task",
    "create_ladder",
    "due_tasks",
    "sla_snapshot",
    "start_ladder",
]

RESTARTED = "restarted"  # why a step is cancelled
SLA_WINDOW = 500
INSERT_ATTEMPTS = 10  # far more often than a lead's ladder can close between two statements


@dataclass(frozen=True, slots=True)
class LadderStart:
    """The tasks of a lead's open ladder, by step, and whether this call made them."""

    tasks: list[FollowupTask]
    created: bool


def create_ladder(
    lead_id: str | None = None,
    province: str = "",
    market: str = ALL,
    owner: str | None = None,
    correlation_id: str | None = None,
    **options: Any,
) -> list[FollowupTask]:
    """The guide's name for `start_ladder`: the tasks of the lead's open ladder."""
    return start_ladder(
        lead_id=lead_id, province=province, market=market, owner=owner, correlation_id=correlation_id, **options
    ).tasks


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def start_ladder(
    *,
    lead_id: str | None = None,
    province: str,
    market: str = ALL,
    owner: str | None = None,
    correlation_id: str | None = None,
    restart: bool = False,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
) -> LadderStart:
    """Start the six steps for a lead; a lead whose ladder is open keeps it, so a retry never doubles the contact.

    With `restart` the open steps are cancelled and a new ladder starts. Without `lead_id` it is always a new one. Steps of a
    channel that the lead opted out of are made cancelled. The steps are those of the place's template; without an owner the
    ladder goes to the agent of the pool whose turn it is, if there is a pool.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        LadderTemplateDisabled: no template of the place is on.
        LeadOptedOut: of every channel of the ladder.

    """
    gate.require(ExecutionClass.EXECUTE)
    lead = holding_off_opt_outs(lead_id) if lead_id else None
    return begin_ladder(
        lead,
        lead_id=lead_id,
        province=province,
        market=market,
        owner=owner,
        restart_reason=RESTARTED if restart else None,
        act=Act.of(actor, user, correlation_id, now or timezone.now()),
    )


def begin_ladder(
    lead: LeadFacts | None,
    *,
    lead_id: str | None,
    province: str,
    market: str,
    owner: str | None,
    restart_reason: str | None,
    act: Act,
) -> LadderStart:
    """What starting and restarting have in common, within the caller's transaction, which has asked the gate and holds off
    opt-outs of the lead. With a `restart_reason` the open steps of the lead are cancelled for it.

    Raises:
        LadderTemplateDisabled: no template of the place is on.
        LeadOptedOut: of every channel of the ladder.

    """
    template = template_for(province, market)
    plan = Plan(lead, lead_id, province, market, owner, template, parsed(template.steps))
    [minutes] = minutes_of([plan], act)
    ladder = ladder_of(plan, minutes, act)
    if restart_reason is not None:
        _cancel_open_ladder(lead_id, act=act, reason=restart_reason)
    for attempt in range(1, INSERT_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                ladder.save(force_insert=True)
            break
        except IntegrityError:
            # The lead has an open ladder. Whoever held its row may have closed it since: then there is none, and we try
            # again; but where none is ever found, or one that no cancelling closes, a row breaks a rule.
            existing = FollowupLadder.objects.open().select_for_update().filter(lead_id=lead_id).first()
            if existing is not None:
                if restart_reason is None:
                    return LadderStart(list(existing.tasks.order_by("step")), created=False)
                _cancel_open_ladder(lead_id, act=act, reason=restart_reason)
            if attempt == INSERT_ATTEMPTS:
                raise
    if owner is None:
        _give_to_the_pool(ladder, act.now)
    tasks = FollowupTask.objects.bulk_create(
        FollowupTask(**dict(zip(TASK, row, strict=True))) for row in tasks_of(ladder, plan, minutes)
    )
    ladders_created.send(sender=FollowupLadder, ladders=[(ladder, len(tasks))])
    return LadderStart(tasks, created=True)


def _give_to_the_pool(ladder: FollowupLadder, now: datetime) -> None:
    """Its owner is whose turn it is. The ladder's row comes before the pool's, so that nobody waits in a circle."""
    ladder.owner = next_agent(ladder.province, ladder.market, now)
    if ladder.owner is not None:
        ladder.save(update_fields=["owner"])


def holding_off_opt_outs(lead_id: str) -> LeadFacts | None:
    """The lead, if it exists; until the transaction ends nobody's opt-out of it, its number or its address is recorded.

    So an opt-out in flight comes before the ladder, and then it is read, or after it, and then it cancels the ladder.
    """
    row = Lead.objects.filter(lead_id=lead_id).values_list(*FACTS).first()
    lead = LeadFacts(*row) if row else None
    points = gate.points_of(phone=lead.phone, email=lead.email) if lead else []
    gate.lock_points([*points, (gate.LEAD, lead_id)])
    return lead


def _cancel_open_ladder(lead_id: str | None, *, act: Act, reason: str) -> None:
    if lead_id:
        cancel_open_ladders([lead_id], act=act, reason=reason)


@verb(ExecutionClass.READ)
def sla_snapshot(window: int = SLA_WINDOW) -> dict[str, Any]:
    """Over the last `window` completed tasks: `count`, and the fractions `within_30m` and `within_2h` (None at count 0).

    `within_30m_actionable` and `within_2h_actionable` measure from the first permitted minute instead.
    """
    return FollowupTask.objects.all().lateness(window)
