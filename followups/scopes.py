"""The rows that an agent may read: those about leads of its own tasks, its pools, and due tasks without an owner.

All other roles have the permission `view_any_lead` and read everything. `tasks.due.readers` has the same rule for due tasks.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from followups.ladders.models import FollowupLadder
from followups.leads.inbound.models import InboundMessage
from followups.leads.inbox.models import InboxItem
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead, LeadReopening
from followups.leads.replies.models import AdministrativeReply
from followups.sla.models import SlaBreach
from followups.tasks.due.readers import in_pool, reads_all
from followups.tasks.models import OPEN, ContactAttempt, FollowupTask, TaskEvent
from governance.gate.ledger import ContactPoint, ContactRecord
from wholesale.plumbing import scopes
from wholesale.plumbing.users import label_of

Kind = ContactPoint.Kind


def readable_leads(user: Any, lead_ids: Collection[str]) -> set[str]:
    """Return the ids of leads that the user may read about (all, if `user` is None). Unknown leads need `view_any_lead`."""
    if user is None or reads_all(user):
        return set(lead_ids)
    known = Lead.objects.filter(leads(user), lead_id__in=lead_ids).values_list("lead_id", flat=True)
    return set(known)


def _in_pool(user: Any) -> Q:
    """Return the query condition for rows whose place has the user in its pool, or in its province's pool."""
    return in_pool(label_of(user))


def tasks(user: Any) -> Q:
    """Return the query condition for tasks that the user may read, also those that the user completed or claimed last."""
    own = Q(owner=label_of(user)) | Q(completed_user=user) | Q(leased_by=label_of(user))
    due = OPEN & Q(owner__isnull=True, due_at__lte=timezone.now())
    return own | due | _in_pool(user)


def leads(user: Any) -> Q:
    """Return the query condition for leads that the user may read."""
    return _in_pool(user) | Q(Exists(FollowupTask.objects.filter(tasks(user), lead=OuterRef("lead_id"))))


def _of_lead(user: Any, name: str = "lead_id") -> Q:
    """Return the query condition for rows whose column `name` names a lead, known or not, about whom the user may read."""
    in_pool = Lead.objects.filter(_in_pool(user), lead_id=OuterRef(name))
    return Q(Exists(in_pool)) | Q(Exists(FollowupTask.objects.filter(tasks(user), lead=OuterRef(name))))


def _of_task(user: Any) -> Q:
    """Return the query condition for rows that belong to a task that the user may read."""
    return Q(Exists(FollowupTask.objects.filter(tasks(user), pk=OuterRef("task"))))


def _ladders(user: Any) -> Q:
    theirs = FollowupTask.objects.filter(tasks(user), ladder=OuterRef("pk"))
    return Q(owner=label_of(user)) | _in_pool(user) | Q(Exists(theirs))


def _points(user: Any) -> Q:
    """Return the query condition for contact points of leads that the user may read. An erased point belongs to no lead."""
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
    """Register which rows of follow-up and of the ledger each user may read."""
    for model, condition in _CONDITIONS.items():
        scopes.register(model, _unless_all(condition))


def _unless_all(condition: Callable[[User], Q]) -> scopes.Scope:
    return lambda user: None if reads_all(user) else condition(user)
