"""The rows that an agent may read: those about leads of its own tasks, its pools, and due tasks without an owner.

All other roles have the permission `view_any_lead` and read everything. `tasks.due.readers` has the same rule for due tasks.
"""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from followups.ladders.models import FollowupLadder
from followups.leads.events.models import LeadEvent
from followups.leads.inbound.models import InboundMessage
from followups.leads.inbox.models import InboxItem
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead, LeadReopening
from followups.leads.replies.models import AdministrativeReply
from followups.pool.models import PoolAgent
from followups.sla.models import SlaBreach
from followups.tasks.due.readers import ANY_LEAD, in_pool, reads_all
from followups.tasks.models import OPEN, ContactAttempt, FollowupTask, TaskEvent
from governance.gate.ledger import ContactPoint, ContactRecord
from wholesale.plumbing import scopes
from wholesale.plumbing.scopes import Reader

Kind = ContactPoint.Kind


def readable_leads(user: Any, lead_ids: Collection[str]) -> set[str]:
    """Return the ids of leads that the user may read about (all, if `user` is None). Unknown leads need `view_any_lead`."""
    if user is None or reads_all(user):
        return set(lead_ids)
    return set(scopes.visible(Lead.objects.filter(lead_id__in=lead_ids), user).values_list("lead_id", flat=True))


def tasks(reader: Reader) -> Q:
    """Return the query condition for tasks that a user may read, also those that the user completed or claimed last."""
    return reduce(or_, _grounds(reader)) | in_pool(reader.name)


def _grounds(reader: Reader) -> tuple[Q, ...]:
    """Return why a user may read a task, apart from the task's place: those first that an index answers."""
    due = OPEN & Q(owner__isnull=True, due_at__lte=reader.now)
    return Q(owner=reader.name), Q(completed_user=reader.user_id), due, Q(leased_by=reader.name)


def leads(reader: Reader) -> Q:
    """Return the query condition for leads that a user may read."""
    return in_pool(reader.name) | Q(Exists(FollowupTask.objects.filter(tasks(reader), lead=OuterRef("lead_id"))))


def no_leads(reader: Reader) -> bool:
    """Whether a user may read no lead, as a new agent without a pool: no task gives it grounds to."""
    in_no_pool = not PoolAgent.objects.filter(agent=reader.name).exists()
    return in_no_pool and not any(FollowupTask.objects.filter(ground).exists() for ground in _grounds(reader))


def _of_lead(reader: Reader, name: str = "lead_id") -> Q:
    """Return the query condition for rows whose column `name` names a lead, known or not, about whom a user may read."""
    pooled = Lead.objects.filter(in_pool(reader.name), lead_id=OuterRef(name))
    return Q(Exists(pooled)) | Q(Exists(FollowupTask.objects.filter(tasks(reader), lead=OuterRef(name))))


def _of_task(reader: Reader) -> Q:
    """Return the query condition for rows that belong to a task that a user may read."""
    return Q(Exists(FollowupTask.objects.filter(tasks(reader), pk=OuterRef("task"))))


def _ladders(reader: Reader) -> Q:
    theirs = FollowupTask.objects.filter(tasks(reader), ladder=OuterRef("pk"))
    return Q(owner=reader.name) | in_pool(reader.name) | Q(Exists(theirs))


def _points(reader: Reader) -> Q:
    """Return the query condition for contact points of leads that a user may read. An erased point belongs to no lead."""
    with_it = Lead.objects.filter(leads(reader))
    phone = with_it.filter(~Q(phone=""), phone=OuterRef("value"))
    email = with_it.filter(~Q(email=""), email=OuterRef("value"))
    of_lead = Q(kind=Kind.LEAD) & _of_lead(reader, "value")
    return Q(Exists(phone), kind=Kind.PHONE) | Q(Exists(email), kind=Kind.EMAIL) | of_lead


_CONDITIONS: dict[Any, scopes.Scope] = {
    Lead: leads,
    LeadReopening: _of_lead,
    LeadEvent: _of_lead,
    LeadImport: lambda reader: Q(user=reader.user_id),
    FollowupLadder: _ladders,
    FollowupTask: tasks,
    TaskEvent: _of_task,
    SlaBreach: _of_task,
    ContactAttempt: lambda reader: _of_task(reader) | _of_lead(reader),
    InboundMessage: _of_lead,
    AdministrativeReply: _of_lead,
    InboxItem: lambda reader: Q(owner=reader.name) | _of_lead(reader) | _of_task(reader),
    ContactPoint: _points,
    ContactRecord: lambda reader: Q(Exists(ContactPoint.objects.filter(_points(reader), pk=OuterRef("point")))),
}


def register() -> None:
    """Register which rows of follow-up and of the ledger each user may read."""
    for model, condition in _CONDITIONS.items():
        scopes.register(model, condition, unless=ANY_LEAD, no_grounds=no_leads if model is Lead else None)
