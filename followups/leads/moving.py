"""The changes that the outcome of a contact makes to the lead, within the completion's transaction."""

from typing import Any

from django.db import connection

from followups.leads.models import Lead
from followups.leads.signals import contact_marked_wrong, envelope_of, hunt_ended
from followups.leads.statuses import ENDS_THE_HUNT, moves_on_to
from followups.leads.storing import FLAGS
from governance.channels import Channel
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select, Statement

_COLUMNS = ("id", "lead_id", "phone", "email", "wrong_contacts", "province", "market", "status")
_LEAD = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).order_by().values_list(*_COLUMNS))


def locking_lead(lead_id: str) -> Statement:
    """Return the statement that locks a lead's row for `locked_lead`. Lock the lead as a point before it (`gate.LEAD`)."""
    return _LEAD.locking(lead_id=lead_id)


def locked_lead(rows: Rows) -> Lead | None:
    """Return the lead that was locked, with what `change_lead` needs. None if it is unknown."""
    return Lead.from_db(connection.alias, _COLUMNS, rows[0]) if rows else None


def changes(lead: Lead, *, status: str, wrong: str) -> dict[str, Any]:
    """Return the new values of a lead's columns: its status, if it moves forward to `status`, and the flag of the number or
    address (the column `wrong`) that is somebody else's. Empty texts change nothing."""
    changed: dict[str, Any] = {"status": status} if status and lead.status in moves_on_to(status) else {}
    if wrong and getattr(lead, wrong):
        changed |= {FLAGS[wrong]: True, "wrong_contacts": sorted({*lead.wrong_contacts, getattr(lead, wrong)})}
    return changed


def change_lead(lead_id: str, lead: Lead | None, act: Act, *, status: str = "", wrong_at: str = "") -> None:
    """Move a locked lead forward to a status; a move backward is ignored. Mark its number, or its address if the channel
    `wrong_at` is EMAIL, as somebody else's. An empty text changes nothing. `lead` is None if the lead is unknown.

    A status that ends the hunt closes the lead's open ladder, even if the lead already had that status. The lead is not
    contacted at a wrong number or address again until it gets another one.
    """
    wrong = wrong_at and ("email" if wrong_at == Channel.EMAIL else "phone")
    changed = changes(lead, status=status, wrong=wrong) if lead else {}
    if lead and changed:
        changed |= {"changed_by": act.actor, "user_id": act.user.pk if act.user else None, "updated_at": act.now}
        writes.update(Lead, tuple(changed), [(lead.pk, *changed.values())])
    if wrong and FLAGS[wrong] in changed:
        contact_marked_wrong.send(
            sender=Lead, envelopes=[envelope_of("contact_marked_wrong", lead or lead_id, act, contact=wrong)]
        )
    if status in ENDS_THE_HUNT:
        hunt_ended.send(sender=Lead, envelopes=[envelope_of("hunt_ended", lead_id, act, status=status)])
