"""The change of a lead's status, as a line of its history."""

from collections.abc import Iterable

from followups.leads.events.models import LeadEvent
from wholesale.plumbing.act import Act


def keep_statuses(changes: Iterable[tuple[str, str, str]], act: Act) -> None:
    """Write a line for each lead of which a form or a file changed the status: its id, the status before and after."""
    kind = LeadEvent.Kind.STATUS
    lines = [
        LeadEvent(lead_id=lead_id, kind=kind, status_before=before, status_after=after, **act.signature)
        for lead_id, before, after in changes
    ]
    if lines:
        LeadEvent.objects.bulk_create(lines)
