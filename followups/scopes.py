"""Whom an agent reads about: of its own tasks, of the markets in whose pool it is, and of unowned tasks that are due.

Everybody else has the permission `view_any_lead` and reads all. `due_sql` says of the due list what `tasks` says.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from followups.models import (
    AdministrativeReply,
    ContactAttempt,
    FollowupLadder,
    FollowupTask,
    InboundMessage,
    InboxItem,
    Lead,
    LeadImport,
    LeadReopening,
    PoolAgent,
    SlaBreach,
    TaskEvent,
)
from governance.compliance.models import ContactPoint, ContactRecord
from wholesale.plumbing import scopes
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

ANY_LEAD = "followups.view_any_lead"
Kind = ContactPoint.Kind
# Of a due task `t`: unowned, the reader's own, or at a place in whose pool the reader is.
DUE_SQL = f"""
AND (t.owner IS NULL OR t.owner = %(reader)s OR EXISTS (
    SELECT 1 FROM {PoolAgent._meta.db_table} AS p
    WHERE p.agent = %(reader)s AND p.province = t.province AND p.market IN (t.market, '{ALL}')
))
"""


def reads_all(user: Any) -> bool:
    """Whether it reads leads and tasks that are not its own."""
    return user.has_perm(ANY_LEAD)


def reader_of(user: Any) -> str | None:
    """The name by which tasks are the user's own, where it reads no others; None of one who reads all."""
    return None if user is None or reads_all(user) else label_of(user)


def readable_leads(user: Any, lead_ids: Collection[str]) -> set[str]:
    """Of these leads, known or not, those that the user reads about."""
    if user is None or reads_all(user):
        return set(lead_ids)
    known = Lead.objects.filter(leads(user), lead_id__in=lead_ids).values_list("lead_id", flat=True)
    return set(known)


def _in_pool(user: Any) -> Q:
    """Of rows with a place: the user is in its pool, or in that of its province."""
    here = PoolAgent.objects.filter(agent=label_of(user), province=OuterRef("province"))
    return Q(Exists(here.filter(Q(market=OuterRef("market")) | Q(market=ALL))))


def tasks(user: Any) -> Q:
    """The condition of tasks; what the user has completed, or was the last to claim, stays its own."""
    own = Q(owner=label_of(user)) | Q(completed_user=user) | Q(leased_by=label_of(user))
    due = Q(owner__isnull=True, completed_at__isnull=True, cancelled_at__isnull=True, due_at__lte=timezone.now())
    return own | due | _in_pool(user)


def leads(user: Any) -> Q:
    """The condition of leads."""
    return _in_pool(user) | Q(Exists(FollowupTask.objects.filter(tasks(user), lead=OuterRef("lead_id"))))


def _of_lead(user: Any, name: str = "lead_id") -> Q:
    """The condition of rows that name a lead, whether or not it is known."""
    in_pool = Lead.objects.filter(_in_pool(user), lead_id=OuterRef(name))
    return Q(Exists(in_pool)) | Q(Exists(FollowupTask.objects.filter(tasks(user), lead=OuterRef(name))))


def _of_task(user: Any) -> Q:
    """The condition of rows that belong to a task."""
    return Q(Exists(FollowupTask.objects.filter(tasks(user), pk=OuterRef("task"))))


def _ladders(user: Any) -> Q:
    theirs = FollowupTask.objects.filter(tasks(user), ladder=OuterRef("pk"))
    return Q(owner=label_of(user)) | _in_pool(user) | Q(Exists(theirs))


def _points(user: Any) -> Q:
    """The condition of subjects of the ledger. An erased one is nobody's any more."""
    with_it = Lead.objects.filter(leads(user))
    phone = with_it.filter(~Q(phone=""), phone=OuterRef("value"))
    email = with_it.filter(~Q(email=""), email=OuterRef("value"))
    return (
        Q(Exists(phone), kind=Kind.PHONE) | Q(Exists(email), kind=Kind.EMAIL) | (Q(kind=Kind.LEAD) & _of_lead(user, "value"))
    )


def _records(user: Any) -> Q:
    return Q(Exists(ContactPoint.objects.filter(_points(user), pk=OuterRef("point"))))


_CONDITIONS: dict[Any, Callable[[User], Q]] = {
    Lead: leads,
    LeadReopening: _of_lead,
    LeadImport: lambda user: Q(user=user),
    FollowupLadder: _ladders,
    FollowupTask: tasks,
    TaskEvent: _of_task,
    SlaBreach: _of_task,
    ContactAttempt: lambda user: _of_task(user) | _of_lead(user),
    InboundMessage: _of_lead,
    AdministrativeReply: _of_lead,
    InboxItem: lambda user: Q(owner=label_of(user)) | _of_lead(user) | _of_task(user),
    ContactPoint: _points,
    ContactRecord: _records,
}


def register() -> None:
    """Say which rows of follow-up and of the ledger each user may read."""
    for model, condition in _CONDITIONS.items():
        scopes.register(model, _unless_all(condition))


def _unless_all(condition: Callable[[User], Q]) -> scopes.Scope:
    return lambda user: None if reads_all(user) else condition(user)
