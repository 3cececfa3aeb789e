"""The contact of a step, as the contact gate is asked about it."""

from typing import TYPE_CHECKING

from followups.leads.facts import contact_of, lead_facts
from governance import gate

if TYPE_CHECKING:
    from followups.models import FollowupTask


def contact_for(task: "FollowupTask") -> gate.Contact:
    """The contact of a step that was read with its lead."""
    lead = lead_facts(task.lead) if task.lead else None
    return contact_of(
        lead,
        lead_id=task.lead_id,
        province=task.province,
        market=task.market,
        channel=task.channel,
        gap_minutes=task.gap_minutes,
    )
