"""Verbs of follow-up. Each locks the ladder's row first, then touches its tasks in step order."""

from datetime import datetime, timedelta
from typing import Any

import tzdata
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups import completing, history, leases
from followups.cancelling import close_steps
from followups.due.services import due_tasks
from followups.errors import NotYourTask, TaskNotFound, TimeOutOfRange
from followups.history import Act
from followups.models import ContactAttempt, FollowupTask, TaskEvent
from followups.outcomes import effects
from followups.outcomes.rules import Effect
from followups.outcomes.services import effect_of
from followups.signals import tasks_completed
from followups.sla.counting import late_at
from followups.starting import create_ladder, start_ladder
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale import many
from wholesale.errors import RequiredParameter

__all__ = [
    "complete_task",
    "create_ladder",
    "due_tasks",
    "sla_snapshot",
    "start_ladder",
]

TOLD_WITHIN = timedelta(days=7)  # a contact is recorded so long after it happened, and no later
SLA_WINDOW = 500


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
