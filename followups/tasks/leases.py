"""Leases of tasks: whether a claim is live, and whose it is."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop

from followups.tasks.errors import TaskLeased
from followups.tasks.models import FollowupTask
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

NO_LEASE: dict[str, Any] = {"leased_by": None, "leased_user_id": None, "leased_until": None}


def is_live(task: FollowupTask, now: datetime) -> bool:
    """Whether the last claim of an open task is live: it was not given back and has not run out."""
    return task.leased_until is not None and task.leased_until > now


def is_held_by(task: FollowupTask, act: Act) -> bool:
    """Whether the last claim is by the act's user, or under this user's name. Without a user the actor's name counts."""
    if act.user is None:
        return task.leased_by == act.actor
    return task.leased_user_id == act.user.pk or task.leased_by == act.user.get_username()


def leased_to(task: FollowupTask) -> TaskLeased:
    """Return the refusal that says who has claimed the task, and until when."""
    assert task.leased_until is not None
    return TaskLeased(
        gettext_noop("%(leased_by)s holds this task until %(leased_until)s."),
        leased_by=task.leased_by,
        leased_until=iso_utc(task.leased_until),
    )


def taken_over(task: FollowupTask, act: Act, *, force: bool) -> dict[str, Any]:
    """Return what the history of a task says about the live claim that somebody else has of it: nothing if there is none.

    Raises:
        TaskLeased: there is one, and `force` is false.

    """
    if task.cancelled_at is not None or not is_live(task, act.now) or is_held_by(task, act):
        return {}
    if not force:
        raise leased_to(task)
    return {"forced": True, "leased_by": task.leased_by}


def may_work_any(user: User) -> bool:
    """Whether the user may also work tasks that somebody else owns."""
    return user.has_perm("followups.complete_any_task")
