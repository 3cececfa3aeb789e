"""Holding an act for ten seconds, taking it back, and doing it.

Nothing that an act changes is changed while it is held, so taking it back undoes nothing: no attempt, no opt-out, no KPI row
and no webhook has to be called back. What is held lies in the database, not in a browser. It is done by whichever comes
first: the agent's page after ten seconds, the agent's next act, or the worker.

A refusal ends a held act. A fault of ours does not: the act stays, and the worker tries it again. After `TRIES_MAX` faults
only its agent tries again, or lets it go. Meanwhile it holds up nothing else.

Everybody locks held acts first, then ladders and tasks.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from followups.tasks import history
from followups.tasks.completions.services import record_completion
from followups.tasks.due.claims import LEASE_MINUTES
from followups.tasks.errors import NothingHeld, NothingToTakeBack, NotYourTask, TaskClosed, TaskLeased
from followups.tasks.held.models import HeldAct
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.services import locked_open_task, require_soon, skip_task, snooze_task
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.texts import iso_utc
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

TAKEN_BACK_WITHIN = timedelta(seconds=10)
ON_ITS_WAY = timedelta(seconds=3)  # a press in the tenth second is on its way for so long at most
AT_ONCE = 500
TRIES_MAX = 3

logger = logging.getLogger(__name__)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def hold_act(
    task_id: int, *, kind: HeldAct.Kind, outcome: str = "", until: datetime | None = None, words: str = "", act: Act
) -> HeldAct:
    """Keep what the act's user says about a task that the user may work, until it can no longer be taken back. What the user
    said before is done first. The user holds the task for `LEASE_MINUTES` from now, should the worker be late. It replaces
    what was said about the task and could not be recorded.

    Raises:
        TaskNotFound, TaskClosed, NotYourTask, TaskLeased: as `snooze_task`.
        TimeOutOfRange: `until` is not in the future, or more than 90 days ahead.

    """
    assert act.user is not None
    _do(Q(user=act.user, tries=0) | Q(task=task_id), act)
    task = locked_open_task(task_id, act)
    if until is not None:
        require_soon(until, act)
    for held in HeldAct.objects.select_for_update().filter(pk=task_id):
        _forget(held, TaskEvent.Kind.UNRECORDED, act.because(held.words))
    _keep_hold(task, act)
    return HeldAct.objects.create(task=task, kind=kind, outcome=outcome, until=until, words=words, **act.signature)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def take_back(*, act: Act) -> FollowupTask:
    """Take back what the act's user said last, and let the user hold the task on. A line of the task's history says what
    was taken back.

    Raises:
        NothingToTakeBack: it is done already.

    """
    held = HeldAct.objects.select_for_update().filter(user=act.user).order_by("-created_at").first()
    if held is None or act.now > held.created_at + TAKEN_BACK_WITHIN + ON_ITS_WAY:
        raise NothingToTakeBack
    with suppress(TaskClosed, NotYourTask, TaskLeased):  # somebody else cancelled it or gave it away meanwhile: it stays so
        _keep_hold(locked_open_task(held.task_id, act), act)
    return _forget(held, TaskEvent.Kind.TAKEN_BACK, act.because(""))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def do_again(task_id: int, *, act: Act) -> bool:
    """Try once more what the act's user said about a task and could not be recorded. Return whether it is done now.

    Raises:
        NothingHeld: nothing that this user said about the task waits.

    """
    own = Q(user=act.user, task=task_id)
    if not HeldAct.objects.filter(own).exists():
        raise NothingHeld
    return bool(_do(own, act))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def let_go(task_id: int, *, act: Act) -> FollowupTask:
    """Forget what the act's user said about a task and could not be recorded. A line of the task's history keeps it.

    Raises:
        NothingHeld: nothing that this user said about the task waits because of a fault.

    """
    held = HeldAct.objects.select_for_update().filter(user=act.user, pk=task_id, tries__gt=0).first()
    if held is None:
        raise NothingHeld
    return _forget(held, TaskEvent.Kind.UNRECORDED, act.because(held.words))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def do_held(*, act: Act) -> list[int]:
    """Do what the act's user said last, without waiting any longer. Return the ids of the tasks."""
    return _do(Q(user=act.user, tries=0), act)


@verb(ExecutionClass.RECORD)
def do_overdue(*, act: Act) -> int:
    """Do what can no longer be taken back. Return how many acts. Those that somebody else has locked are skipped."""
    over = Q(created_at__lte=act.now - TAKEN_BACK_WITHIN - ON_ITS_WAY, tries__lt=TRIES_MAX)
    done = 0
    for task_id in HeldAct.objects.filter(over).order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            done += len(_do(Q(pk=task_id), act, skip_locked=True))
    return done


def held_by(user: Any) -> list[HeldAct]:
    """Return what the user said and is not recorded, the latest first: it may still be taken back, or a fault keeps it."""
    return list(HeldAct.objects.filter(user=user).select_related("task__lead").order_by("-created_at"))


def _do(which: Q, act: Act, *, skip_locked: bool = False) -> list[int]:
    """Lock these held acts, and do each in the name of its agent. Return the ids of the tasks of those that are done."""
    found = HeldAct.objects.filter(which).select_related("user").order_by("pk")
    locked = list(found.select_for_update(of=("self",), skip_locked=skip_locked))
    return [held.pk for held in locked if _is_done(held, act)]


def _is_done(held: HeldAct, act: Act) -> bool:
    """Do a locked held act, and forget it. Return False if a fault of ours prevents it: then it is kept as it is."""
    # The act's own user has its permissions at hand.
    user = act.user if act.user is not None and act.user.pk == held.user_id else held.user
    try:
        with transaction.atomic():
            HeldAct.objects.filter(pk=held.pk).delete()
            try:
                with transaction.atomic():
                    _do_one(held, Act(held.actor, user, correlation_id=held.correlation_id, at=act.at))
            except DomainError as refusal:
                _do_refused(held, refusal, act)
    except Exception as fault:  # any fault may meet any act, and must not hold up the acts of others
        logger.exception("A held act on task %s failed, by correlation id %s", held.pk, held.correlation_id)
        HeldAct.objects.filter(pk=held.pk).update(tries=F("tries") + 1, fault=type(fault).__name__[:LABEL_MAX_LENGTH])
        return False
    return True


def _forget(held: HeldAct, kind: TaskEvent.Kind, act: Act) -> FollowupTask:
    """Delete a held act that is not done. A line of its task's history says what it was. Return the task."""
    task_id = held.task_id
    said = {"act": held.kind, "said_at": iso_utc(held.created_at)} | ({"outcome": held.outcome} if held.outcome else {})
    held.delete()
    history.write(kind, [task_id], act, details={task_id: said})
    task: FollowupTask = FollowupTask.objects.select_related("lead").get(pk=task_id)
    return task


def _do_one(held: HeldAct, act: Act) -> None:
    """Do a held act. An outcome keeps the time of its press as the time of the contact."""
    if held.kind == HeldAct.Kind.COMPLETE:
        at = min(held.created_at, act.now)
        record_completion(held.pk, contacted_at=at, outcome=held.outcome, note=held.words, act=act)
    elif held.kind == HeldAct.Kind.SKIP:
        skip_task(held.pk, act=act.because(held.words))
    else:
        assert held.until is not None
        snooze_task(held.pk, max(held.until, act.now + timedelta(minutes=1)), act=act.because(held.words))


def _do_refused(held: HeldAct, refusal: DomainError, act: Act) -> None:
    """Record an outcome that was the agent's to record when it was said, whoever owns or holds the task by now. A snooze or
    a skip that is refused by now changes nothing, because somebody else changed the task meanwhile."""
    logger.warning("A held act on task %s was refused: %s", held.pk, refusal.code)
    if held.kind == HeldAct.Kind.COMPLETE:
        at = min(held.created_at, act.now)
        said_by = Act(held.actor, correlation_id=held.correlation_id, at=act.at)
        note = held.words or refusal.detail
        record_completion(held.pk, contacted_at=at, outcome=held.outcome, note=note, force=True, act=said_by)


def _keep_hold(task: FollowupTask, act: Act) -> None:
    """Let the act's user hold a locked task for `LEASE_MINUTES` from now, or longer if it did so already."""
    assert act.user is not None
    until = act.now + timedelta(minutes=LEASE_MINUTES)
    if task.leased_until is not None:
        until = max(until, task.leased_until)
    task.leased_by, task.leased_user_id, task.leased_until = label_of(act.user), None, until
    columns = ("leased_by", "leased_user_id", "leased_until")
    writes.update(FollowupTask, columns, [(task.pk, *(getattr(task, name) for name in columns))])
