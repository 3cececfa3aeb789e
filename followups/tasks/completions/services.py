"""The verb that completes a task: it records the contact, asks the gate about it, and applies the outcome."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_noop

from followups.leads.lookups import lead_ids_at
from followups.signals import tasks_completed
from followups.sla.lateness import late_for, spans
from followups.sla.rulebook import rulebook
from followups.tasks import history, leases
from followups.tasks.cancellations import close_steps, holding
from followups.tasks.completions import reading
from followups.tasks.completions.attempts import attempt_of
from followups.tasks.completions.reading import LockedTask, OpenStep
from followups.tasks.errors import NotYourTask, TaskNotFound, TimeOutOfRange
from followups.tasks.locking import locking_task
from followups.tasks.minutes.services import STORED, put_right
from followups.tasks.minutes.tasks import enqueue_leads
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from followups.tasks.outcomes import effects
from followups.tasks.outcomes.effects import Held, Planned
from followups.tasks.outcomes.rules import Effect, Outcome, is_answered_call
from governance import gate
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.gate import Judged
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.users import label_of

DONE = ("completed_at", "completed_by", "completed_user_id", "outcome", "note", "late_for")
TOLD_WITHIN = timedelta(days=7)  # a contact must be recorded within this time after it happened


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
    """Do what `record_completion` does, under the name in the customer's guide."""
    act = Act(actor, user, "", correlation_id or correlation.current(), now)
    return record_completion(task_id, contacted_at=contacted_at, outcome=outcome, note=note, force=force, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_completion(
    task_id: int,
    *,
    contacted_at: datetime | None = None,
    outcome: str | None = None,
    note: str = "",
    force: bool = False,
    act: Act,
) -> FollowupTask:
    """Record that a task was done. A repetition changes nothing. A cancelled task may be completed: the contact happened.

    The gate judges the contact by the rules of `contacted_at` (default: now). Its answer is stored as the task's `attempt`.
    A refused contact is recorded too, because it is a fact. The SLA counts `completed_at`, which is now. A user who may not
    work other people's tasks completes unowned tasks and its own, always under the user's name. The table of outcomes says
    what an `outcome` does to the ladder. If somebody else has claimed the task, `force` and a `note` are needed, and the
    history names the claimant.

    An OPTED_OUT is refused only to a user who may not complete the task. It needs no `force`, and any `contacted_at` is
    accepted: a future one counts as now. If the task is completed already, it stays as it is, and the opt-out is recorded.

    Raises:
        TaskNotFound: no such task.
        NotYourTask: the user may not complete this task.
        TimeOutOfRange: `contacted_at` lies in the future, or more than 7 days back.
        RequiredParameter: `force` without a `note`.
        TaskLeased: somebody else holds a live claim of the task.

    """
    opting_out = outcome == Outcome.OPTED_OUT
    if force and not note and not opting_out:
        raise RequiredParameter(attr="note")
    user, works_any = act.user, act.user is None or leases.may_work_any(act.user)
    if user is not None and not works_any:
        act = replace(act, actor=label_of(user))
    plan = effects.plan(task_id, outcome) if outcome else Planned()
    held, locked = effects.hold(plan, locking_task(task_id))
    found = reading.locked(locked)
    if found is None:
        raise TaskNotFound
    task, now = found.task, act.now
    effects.of_task(held, task)
    if user is not None and task.owner not in (None, user.get_username()) and not works_any:
        raise NotYourTask
    contacted_at = min(contacted_at or now, now) if opting_out else contacted_at or now
    # A repetition gets the answer of the first call, however late it comes.
    if task.completed_at is not None:
        return _repeated(task, held, act, opting_out_at=contacted_at if opting_out else None)
    if not opting_out and not now - TOLD_WITHIN <= contacted_at <= now:
        raise TimeOutOfRange(gettext_noop("Must not lie in the future, nor more than 7 days back."), attr="contacted_at")
    detail = ({"outcome": outcome} if outcome else {}) | leases.taken_over(task, act, force=force or opting_out)
    task.completed_at, task.completed_by, task.completed_user = now, act.actor, user
    task.outcome, task.note, task.late_for = outcome or "", note, late_for(task, now)
    facts, following = reading.following(found)
    judged, following, changed = _judged(found, contacted_at, following, held, facts, now)
    is_answered = is_answered_call(task.channel, task.outcome)
    if held.open:  # the outcome may change the same rows again
        _change(changed)
        changed = {}
    with writes.gathered(), holding(held.open):
        writes.update(FollowupTask, DONE, [(task_id, *(getattr(task, name) for name in DONE))])
        if task.cancelled_at is None:
            close_steps([task.ladder], {task.ladder_id: 1}, now)
        _change(changed)
        attempt = attempt_of(task, contacted_at, judged, act)
        history.write(TaskEvent.Kind.COMPLETED, [task_id], act, details={task_id: detail})
        writes.insert_object(attempt)
        tasks_completed.send(sender=FollowupTask, envelopes=_envelopes(task, attempt, act))
        effects.take(held, task, facts, act, said_at=contacted_at)
        gate.note_contact(found.reached, contacted_at, is_answered_call=is_answered)
    following = [step for step in following if held.holds(step.id)]
    if held.rule.effect == Effect.PAUSE:
        following = reading.open_steps(task)
    if is_answered and found.contact.person.phone and judged.answer.is_one_call_in_30_days:
        following = _with_later_calls(found, following, now)
    if gate.note_use(judged.answer, contacted_at, act):
        following = _with_minutes_of((Channel.SMS, Channel.EMAIL), found, following, now)
    return _with_next(task, following, now)


def _envelopes(task: FollowupTask, attempt: ContactAttempt, act: Act) -> list[Envelope]:
    """Return the envelope of a completion, and one more if the rules did not allow the contact."""
    facts = {"task_id": task.pk, "step": task.step, "channel": task.channel}
    if task.outcome:
        facts["outcome"] = task.outcome
    told = [Envelope("followup_completed", task.subject, act, facts, act.now)]
    if not attempt.allowed:
        facts = {"task_id": task.pk, "channel": task.channel, "reasons": attempt.reasons}
        told.append(Envelope("contact_outside_rules", task.subject, act, facts, attempt.contacted_at))
    return told


def _repeated(task: FollowupTask, held: Held, act: Act, *, opting_out_at: datetime | None) -> FollowupTask:
    """Return a task that is completed already, as it stands. If `opting_out_at` is given, record an opt-out at that time."""
    stored = FollowupTask.objects.get(pk=task.pk)
    stored.ladder = task.ladder
    if opting_out_at is not None:
        effects.opt_out_afterwards(held, stored, act, said_at=opting_out_at)
    assert stored.completed_at is not None
    return _with_next(stored, reading.open_steps(stored), stored.completed_at)


Changed = dict[tuple[str, ...], list[tuple[Any, ...]]]  # new values of tasks by their columns, each row with its id


def _change(changed: Changed) -> None:
    for columns, rows in changed.items():
        writes.update(FollowupTask, columns, rows)


def _judged(
    found: LockedTask,
    contacted_at: datetime,
    following: Sequence[OpenStep],
    held: Held,
    facts: gate.GateFacts,
    now: datetime,
) -> tuple[Judged, list[OpenStep], Changed]:
    """Return the gate's answer about the contact, the open steps of the ladder, and what changes in them. Steps that would
    come too soon after the contact get new minutes, unless the outcome moves or cancels the steps anyway."""
    task, known = found.task, following
    following = [_after(task, step) for step in known]
    soon = [step for step in following if step.comes_too_soon(contacted_at, now)] if held.rule.effect == Effect.GO_ON else []
    asked = [(found.contact._replace(channel=step.channel, gap=step.gap), step.due_at) for step in soon]
    rules = rulebook(facts.mark)
    left = [spans(rules.of(task.province, task.market, step.channel)) for step in soon]
    judged = gate.judge_contact(found.contact, contacted_at, asked, now=now, facts=facts, spans=left)
    minutes_of = {step.id: minutes for step, minutes in zip(soon, judged.following, strict=True)}
    changed: Changed = {
        ("gap_minutes",): [
            (step.id, step.gap_minutes)
            for before, step in zip(known, following, strict=True)
            if step is not before and step.id not in minutes_of
        ],
        # None of these steps could be done before, so their lateness begins anew.
        ("gap_minutes", *STORED): [
            (step.id, step.gap_minutes, *minutes[:3], *(minutes.passed or (None, None)), None, None)
            for step, minutes in zip(soon, judged.following, strict=True)
        ],
    }
    return judged, [step.moved(minutes_of[step.id]) if step.id in minutes_of else step for step in following], changed


def _after(task: FollowupTask, step: OpenStep) -> OpenStep:
    """Return an open step. A step of a lower number than the completed task now comes after the task's contact, so it gets
    the task's gap if that is longer than its own gap."""
    is_behind = step.step < task.step and step.gap_minutes < task.gap_minutes
    return step._replace(gap_minutes=task.gap_minutes) if is_behind else step


def _with_later_calls(found: LockedTask, following: Sequence[OpenStep], now: datetime) -> list[OpenStep]:
    """Give the ladder's calls new permitted minutes after a call was answered: by the policy, the next call to this number
    waits for 30 days. Have a worker do the same for other leads with this number. Return the ladder's open steps."""
    enqueue_leads(lead_ids_at(gate.points_of(phone=found.contact.person.phone)))
    return _with_minutes_of((Channel.CALL,), found, following, now)


def _with_minutes_of(
    channels: Collection[str], found: LockedTask, following: Sequence[OpenStep], now: datetime
) -> list[OpenStep]:
    """Store the gate's present minutes for the steps by these channels, and return the open steps of the ladder."""
    put_right([step.id for step in following if step.channel in channels], now)
    return reading.open_steps(found.task)


def _with_next(task: FollowupTask, following: Sequence[OpenStep], now: datetime) -> FollowupTask:
    """Store at the task's ladder when its next step may be done (None if unknown), and return the task."""
    times = [at for at in (step.next_at(now) for step in following) if at]
    task.ladder.next_at = None if task.ladder.closed_at else min(times, default=None)
    return task
