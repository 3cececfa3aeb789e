"""Changes of leads by the outcome of a contact, without the contact."""

from django.db import transaction

from followups.leads.moving import change_lead, locked_lead, locking_lead
from governance import gate
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together


def hold_lead(lead_id: str) -> None:
    """Lock a lead as a point, as each outcome that changes it does."""
    gate.lock_points([(gate.LEAD, lead_id)])


def move_lead(lead_id: str, status: str, act: Act) -> None:
    """Move a lead forward to a status."""
    with transaction.atomic():
        change_lead(lead_id, locked_lead(*together(locking_lead(lead_id))), act, status=status)


def mark_wrong(lead_id: str, channel: str, act: Act) -> None:
    """Mark the number or address that a channel reaches as somebody else's."""
    with transaction.atomic():
        change_lead(lead_id, locked_lead(*together(locking_lead(lead_id))), act, wrong_at=channel)
