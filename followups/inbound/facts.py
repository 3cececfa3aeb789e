"""A message that a lead sent, as governance knows it."""

from followups.leads.models import InboundMessage
from governance.people import Received


def received(message_id: int) -> Received | None:
    """The plain values of a message, in one query; None where there is none, or nobody can tell which lead sent it."""
    columns = "lead_id", "channel", "received_at", "subjects__digest"
    rows = list(InboundMessage.objects.filter(pk=message_id, lead__isnull=False).values_list(*columns))
    if not rows:
        return None
    lead_id, channel, received_at, _ = rows[0]
    return Received(str(lead_id), channel, frozenset(known_by for *_, known_by in rows if known_by), received_at)
