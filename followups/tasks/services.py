"""Snoozing and skipping a task, each with a reason."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from followups.leads.facts import FACTS
from followups.leads.models import Lead
from followups.tasks import history, leases
from followups.tasks.cancellations import close_steps
from followups.tasks.due_times import put_off
from followups.tasks.errors import NotYourTask, TaskClosed, TaskNotFound, TimeOutOfRange
from followups.tasks.locking import locked_task, locking_task
from followups.tasks.models import FollowupTask, TaskEvent
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together

SNOOZED_WITHIN = timedelta(days=90)
_NOT_YOURS = gettext_noop("Your role puts off and skips its own tasks, and unowned ones that it has claimed.")


@verb(ExecutionClass.RECORD)
@transaction.atomic
def snooze_task(task_id: int, until: datetime, *, act: Act) -> FollowupTask:
    """Move an open task to another due time, at most 90 days from now. A claim of the task ends.

    A user who may not work other people's tasks may snooze its own tasks, and unowned ones that it has claimed.

    Raises:
        TaskNotFound: no such task.
        TaskClosed: it is completed or cancelled already.
        NotYourTask: the user may not snooze this task.
        TaskLeased: somebody else holds a live claim of it.
        TimeOutOfRange: `until` is not in the future, or more than 90 days ahead.

    """
    task = locked_open_task(task_id, act)
    require_soon(until, act)
    put_off([(task, until)], TaskEvent.Kind.SNOOZED, act, **leases.NO_LEASE)
    return task


@verb(ExecutionClass.RECORD)
@transaction.atomic
def skip_task(task_id: int, *, act: Act) -> FollowupTask:
    """Cancel one open task. The ladder goes on with its other steps, or closes if no step is left.

    Raises:
        TaskNotFound: no such task.
        TaskClosed: it is completed or cancelled already.
        NotYourTask: the user may not skip this task (see `snooze_task`).
        TaskLeased: somebody else holds a live claim of it.

    """
    task = locked_open_task(task_id, act)
    task.cancelled_at, task.cancel_reason = act.now, act.reason
    with writes.gathered():
        writes.update(FollowupTask, ("cancelled_at", "cancel_reason"), [(task_id, act.now, act.reason)])
        history.write(TaskEvent.Kind.SKIPPED, [task_id], act)
        close_steps([task.ladder], {task.ladder_id: 1}, act.now)
    return task


def require_soon(until: datetime, act: Act) -> None:
    """Refuse a time that is not in the future, or more than 90 days ahead."""
    if not act.now < until <= act.now + SNOOZED_WITHIN:
        raise TimeOutOfRange(gettext_noop("Must lie in the future, at most 90 days ahead."), attr="until")


def locked_open_task(task_id: int, act: Act) -> FollowupTask:
    """Lock the ladder, then the task, and return the task with its lead and ladder, if the act's user may work it.

    Raises:
        TaskNotFound, TaskClosed, NotYourTask, TaskLeased: as `snooze_task`.

    """
    task = _locked_task(task_id)
    _require_theirs(task, act)
    return task


def _locked_task(task_id: int) -> FollowupTask:
    """Lock the ladder, then the task, and return the task with its lead and ladder. Raise TaskNotFound if there is none."""
    found = locked_task(*together(locking_task(task_id)))
    if found is None:
        raise TaskNotFound
    task, facts = found
    lead = Lead(**dict(zip(FACTS, facts, strict=False))) if facts else None
    FollowupTask._meta.get_field("lead").set_cached_value(task, lead)  # the id of an unknown lead stays
    return task


def _require_theirs(task: FollowupTask, act: Act) -> None:
    """Refuse a task that is closed, that the act's user may not work, or that somebody else has claimed."""
    if task.completed_at is not None or task.cancelled_at is not None:
        raise TaskClosed
    user, is_live, is_held = act.user, leases.is_live(task, act.now), leases.is_held_by(task, act)
    is_own = user is None or leases.may_work_any(user) or task.owner == user.get_username()
    if not is_own and task.owner is not None:
        raise NotYourTask(_NOT_YOURS)
    if is_live and not is_held:
        raise leases.leased_to(task)
    if not is_own and not is_live:
        raise NotYourTask(_NOT_YOURS)
