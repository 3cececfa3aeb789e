"""The changes that the outcome of a contact makes to the lead, within the completion's transaction."""

from followups.leads.models import Lead
from followups.leads.signals import contact_marked_wrong, envelope_of, hunt_ended
from followups.leads.statuses import ENDS_THE_HUNT, moves_on_to
from followups.leads.storing import FLAGS
from governance import gate
from governance.channels import Channel
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Update

# Carried out at each contact with an outcome.
_MOVE = Update(
    lambda lead_id, before, status, actor, user_id, at: (
        Lead.objects.filter(lead_id=lead_id, status__among=before),
        {"status": status, "changed_by": actor, "user": user_id, "updated_at": at},
    )
)


def hold_lead(lead_id: str) -> None:
    """Lock a lead until the transaction ends: nobody else changes it or starts its ladder. Call this before locking a
    ladder."""
    gate.lock_points([(gate.LEAD, lead_id)])


def move_lead(lead_id: str, status: str, act: Act) -> None:
    """Move a lead forward to a status. A move backward is ignored. The caller has locked the lead (`hold_lead`).

    A status that ends the hunt closes the lead's open ladder, even if the lead already had that status.
    """
    user_id = act.user.pk if act.user else None
    _MOVE.run(lead_id=lead_id, before=moves_on_to(status), status=status, actor=act.actor, user_id=user_id, at=act.now)
    if status in ENDS_THE_HUNT:
        hunt_ended.send(sender=Lead, envelopes=[envelope_of("hunt_ended", lead_id, act, status=status)])


def mark_wrong(lead_id: str, channel: str, act: Act) -> None:
    """Mark the lead's number, or for EMAIL its address, as somebody else's. The caller has locked the lead (`hold_lead`).

    The lead is not contacted there again until it gets another number or address.
    """
    lead = Lead.objects.filter(lead_id=lead_id).select_for_update().first()
    name = "email" if channel == Channel.EMAIL else "phone"
    contact = getattr(lead, name, "")
    if lead is None or not contact:
        return
    setattr(lead, FLAGS[name], True)
    lead.wrong_contacts = sorted({*lead.wrong_contacts, contact})
    lead.changed_by, lead.user, lead.updated_at = act.actor, act.user, act.now
    lead.save(update_fields=[FLAGS[name], "wrong_contacts", "changed_by", "user", "updated_at"])
    contact_marked_wrong.send(sender=Lead, envelopes=[envelope_of("contact_marked_wrong", lead, act, contact=name)])
