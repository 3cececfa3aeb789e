"""Verbs of follow-up. Each locks the ladder's row first, then touches its tasks in step order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import tzdata
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from followups import completing, history, leases
from followups.cancelling import cancel_open_ladders, close_steps
from followups.due.services import due_tasks
from followups.errors import NotYourTask, TaskNotFound, TimeOutOfRange
from followups.history import Act
from followups.leads.facts import FACTS
from followups.leads.models import Lead
from followups.making import TASK, Plan, ladder_of, minutes_of, tasks_of
from followups.models import ContactAttempt, FollowupLadder, FollowupTask, TaskEvent
from followups.outcomes import effects
from followups.outcomes.rules import Effect
from followups.outcomes.services import effect_of
from followups.pool.services import next_agent
from followups.signals import ladders_created, tasks_completed
from followups.sla.counting import late_at
from followups.steps.rules import parsed
from followups.steps.services import template_for
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.leads import LeadFacts
from wholesale import many
from wholesale.errors import RequiredParameter
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
TOLD_WITHIN = timedelta(days=7)  # a contact is recorded so long after it happened, and no later
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


@verb(ExecutionClass.RECORD)
@transaction.atomic
def complete_task(
    task_id: int,
    actor: str,
    correlation_id: str | None = None,
    *,
    contacted_at: datetime | None = None,
    outcome: str | None = None,
    note: str = "",
    force: bool = False,
    user: User | None = None,
    now: datetime | None = None,
) -> FollowupTask:
    """Record that a task was done. Doing so twice changes nothing; a cancelled task may be completed, for it happened.

    `contacted_at` (default: now) is when: the rules are judged at it, and what they say is kept as the task's `attempt`,
    whatever it is, for a fact is not refused. The SLA stays on `completed_at`, which is now. With a `user`, one who may not
    complete anybody's task completes only unowned tasks and those of its own name. What an `outcome` does to the ladder, the
    table of outcomes says. A task under another's live claim is recorded with `force` and a `note`, and its history says so.

    Raises:
        TaskNotFound: no such task.
        NotYourTask: the user may not complete this one.
        TimeOutOfRange: `contacted_at` lies in the future, or more than 7 days back.
        RequiredParameter: `force` without a `note`.
        TaskLeased: somebody else holds a live claim of the task.

    """
    if force and not note:
        raise RequiredParameter(attr="note")
    effect, pause_days = effect_of(outcome) if outcome else (Effect.GO_ON, 0)
    opting_out = effects.hold_opt_out(task_id) if effect == Effect.OPT_OUT else None
    found = completing.locked(task_id)
    if found is None:
        raise TaskNotFound
    task = found.task  # as it was before the wait for the ladder's lock, so believe only the updates' counts
    if user is not None and task.owner not in (None, user.get_username()) and not may_work_any(user):
        raise NotYourTask
    now = now or timezone.now()
    contacted_at = contacted_at or now
    # A repetition is answered as the first was, however late it comes.
    if task.completed_at is None and not now - TOLD_WITHIN <= contacted_at <= now:
        raise TimeOutOfRange("Must not lie in the future, nor more than 7 days back.", attr="contacted_at")
    detail: dict[str, Any] = {"outcome": outcome} if outcome else {}
    said = {"outcome": outcome or "", "note": note}
    was_open = completing.complete_open(task_id, actor=actor, user=user, now=now, **said)
    done = {"completed_at": now, "completed_by": actor, "completed_user": user, **said}
    if not was_open:
        # Completed, cancelled or claimed by somebody else: under the task's own lock it stays what it is now.
        this_task = FollowupTask.objects.filter(pk=task_id)
        stored = this_task.select_for_update().get()
        if stored.completed_at is not None:
            stored.ladder = task.ladder
            return stored
        was_open = stored.cancelled_at is None
        if was_open:
            if not force:
                raise leases.leased_to(stored)
            detail |= {"forced": True, "leased_by": stored.leased_by}
        this_task.update(late_for=late_at(now), **done)
    for name, value in done.items():
        setattr(task, name, value)
    if was_open:
        close_steps(task.ladder, 1, now)
    act = Act.of(actor, user, correlation_id, now)
    history.write(TaskEvent.Kind.COMPLETED, [task_id], act, details={task_id: detail})
    signature = {"actor": actor, "user": user, "correlation_id": act.correlation_id}
    attempt = _attempt(found, contacted_at, **signature, created_at=now)
    many.insert_object(attempt)
    tasks_completed.send(sender=FollowupTask, tasks=[task], attempts=[attempt], **signature)
    if outcome:
        effects.take(effect, task, act, pause_days=pause_days, opting_out=opting_out, said_at=contacted_at)
    return task


def _attempt(found: completing.Found, contacted_at: datetime, **signature: Any) -> ContactAttempt:
    """The contact by which a task was done, under the decision of its own instant. Of no known lead the place is judged."""
    task = found.task
    # Whether the system was live matters to what may be done, not to whether it was lawful.
    [answer] = gate.decide_contacts([found.contact], at=contacted_at, standing_counts=False)
    verdict, local_time = answer.verdict, answer.local_time
    return ContactAttempt(
        task=task,
        lead_id=task.lead_id,
        channel=task.channel,
        contacted_at=contacted_at,
        allowed=verdict.allowed,
        reasons=[reason.value for reason in verdict.reasons],
        warnings=[reason.value for reason in verdict.warnings],
        legal_ok=verdict.legal_ok,
        policy_ok=verdict.policy_ok,
        zone=verdict.zone.key if verdict.zone else "",
        zone_source=answer.zones.source,
        local_time=local_time.isoformat(timespec="seconds") if local_time else "",
        tz_version=tzdata.__version__,
        matched_market=answer.matched_market,
        policy_version=answer.policy_version,
        **signature,
    )


def may_work_any(user: User) -> bool:
    """Whether somebody else's tasks are theirs to work too."""
    return user.has_perm("followups.complete_any_task")


@verb(ExecutionClass.READ)
def sla_snapshot(window: int = SLA_WINDOW) -> dict[str, Any]:
    """Over the last `window` completed tasks: `count`, and the fractions `within_30m` and `within_2h` (None at count 0).

    They are the guide's: by the clock on the wall, from `due_at`. `within_30m_permitted` and `within_2h_permitted` count
    permitted minutes only.
    """
    return FollowupTask.objects.all().lateness(window)
