"""The facts about an inbound message that governance uses for its decisions."""

from followups.leads.inbound.models import InboundMessage
from governance.people import Received


def received(message_id: int) -> Received | None:
    """Return the facts of a message, in one query. None if there is no such message or its lead is unknown."""
    columns = "lead_id", "channel", "received_at", "subjects__digest"
    rows = list(InboundMessage.objects.filter(pk=message_id, lead__isnull=False).values_list(*columns))
    if not rows:
        return None
    lead_id, channel, received_at, _ = rows[0]
    return Received(str(lead_id), channel, frozenset(known_by for *_, known_by in rows if known_by), received_at)
