"""What the outcome of a contact does to the lead, within the completion."""

from followups.cancelling import cancel_open_ladders
from followups.history import Act
from followups.leads.models import Lead
from followups.leads.statuses import ENDS_THE_HUNT, moves_on_to
from followups.minutes.tasks import enqueue_leads
from governance import gate
from governance.channels import Channel


def hold_lead(lead_id: str) -> None:
    """Nobody changes this lead or starts a ladder of it until the caller's transaction ends. Before any ladder is locked."""
    gate.lock_points([(gate.LEAD, lead_id)])


def move_lead(lead_id: str, status: str, act: Act) -> None:
    """Move a lead on to a status, of a lead that the caller holds. What would move it back is left out.

    A status that ends the hunt closes the open ladder, also where the lead had it before.
    """
    lead = Lead.objects.filter(lead_id=lead_id, status__in=moves_on_to(status))
    lead.update(status=status, changed_by=act.actor, user=act.user, updated_at=act.now)
    if status in ENDS_THE_HUNT:
        cancel_open_ladders([lead_id], act=act, reason=f"lead_status {status}")


def mark_wrong(lead_id: str, channel: str, act: Act) -> None:
    """The number (of an e-mail the address) that a lead has is somebody else's, of a lead that the caller holds.

    It is contacted there no more, until it gets another one.
    """
    flag = "email_is_wrong" if channel == Channel.EMAIL else "phone_is_wrong"
    signed = {"changed_by": act.actor, "user": act.user, "updated_at": act.now}
    Lead.objects.filter(lead_id=lead_id).update(**{flag: True}, **signed)
    enqueue_leads([lead_id])
