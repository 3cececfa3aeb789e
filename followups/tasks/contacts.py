"""The contact of a task as the gate is asked about it, and the inbox item for a reply to it."""

from followups.leads.facts import contact_at, lead_facts
from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import put
from followups.tasks.models import FollowupTask
from governance import gate
from wholesale.plumbing.act import Act


def contact_for(task: FollowupTask) -> gate.Contact:
    """Return the contact that a task wants to make. The caller has read the task with its lead."""
    return contact_at(task, lead_facts(task.lead) if task.lead else None)


def put_reply(task: FollowupTask, act: Act) -> None:
    """Add an inbox item for the task's owner, because the lead replied. A task gets at most one such item."""
    put(InboxItem.Kind.REPLY, act, task_id=task.pk, lead_id=task.lead_id, owner=task.owner)
