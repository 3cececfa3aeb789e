"""What follows on an answer of a lead: an appointment, or another time for the next step of the ladder."""

from datetime import datetime

from django.db import transaction

from followups.leads.errors import InboxItemNotFound
from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import close_item
from followups.leads.models import Lead
from followups.leads.moving import change_lead, locked_lead, locking_lead
from followups.tasks import leases
from followups.tasks.completions.services import record_completion
from followups.tasks.errors import NothingOpen
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from followups.tasks.services import snooze_task
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_appointment(item_id: int, *, act: Act) -> InboxItem:
    """Record that the lead of an inbox item made an appointment, with the act's reason as the note, and close the item.

    It is the outcome of the lead's next open step. Without one, only the lead's status moves on.

    Raises:
        InboxItemNotFound, NotYourItem, DecideTheMessage, InboxItemDone: as `close_item`.
        NotYourTask, TaskLeased: as `record_completion`.

    """
    lead_id = _lead_of(item_id, act)
    step = next_step(lead_id)
    if step is not None:
        record_completion(step.pk, outcome=Outcome.APPOINTMENT, note=act.reason, act=act)
    elif lead_id is not None:
        taking = gate.taking_points([(gate.LEAD, lead_id)])
        lead = locked_lead(together(*taking, locking_lead(lead_id))[-1])
        change_lead(lead_id, lead, act, status=Lead.Status.APPOINTMENT)
    return close_item(item_id, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def put_off_next_step(item_id: int, until: datetime, *, act: Act) -> InboxItem:
    """Put the next open step of an inbox item's lead off, because the lead asked for another time, and close the item.

    Raises:
        InboxItemNotFound, NotYourItem, DecideTheMessage, InboxItemDone: as `close_item`.
        NothingOpen: the lead has no open step.
        NotYourTask, TaskLeased, TimeOutOfRange: as `snooze_task`.

    """
    step = next_step(_lead_of(item_id, act))
    if step is None:
        raise NothingOpen
    snooze_task(step.pk, until, act=act)
    return close_item(item_id, act=act)


def next_step(lead_id: str | None) -> FollowupTask | None:
    """Return the next open step of a lead's ladder; None if there is none."""
    if lead_id is None:
        return None
    found: FollowupTask | None = FollowupTask.objects.open().filter(lead_id=lead_id).order_by("due_at", "id").first()
    return found


def may_put_off(step: FollowupTask | None, act: Act) -> bool:
    """Whether the act's user may put this step off without claiming it before."""
    if step is None or (leases.is_live(step, act.now) and not leases.is_held_by(step, act)):
        return False
    return act.user is None or leases.may_work_any(act.user) or step.owner == act.user.get_username()


def _lead_of(item_id: int, act: Act) -> str | None:
    """Return the id of the lead of an inbox item. Raise InboxItemNotFound if the act's user may not read it."""
    item = scopes.visible(InboxItem.objects.filter(pk=item_id), act.user).first()
    if item is None:
        raise InboxItemNotFound
    return item.lead_id
