"""The verb that records inbound messages. It locks the points first, then the ladders, then their tasks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from followups.leads.inbound import rules
from followups.leads.inbound.authors import ANY_CHANNEL, WHO, author_of
from followups.leads.inbound.models import InboundMessage
from followups.leads.inbound.opt_outs import Closing, Recorded, closings_of, evidence_of, opt_out
from followups.leads.inbound.rules import Meaning
from followups.leads.inbound.words import words_in_force
from followups.leads.inbox import services as inbox
from followups.leads.inbox.models import InboxItem
from followups.leads.replies import services as replies
from followups.leads.replies.models import AdministrativeReply
from governance import gate
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.gate import Point
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.facts import storable

TEXT_MAX_LENGTH = 64 * 1024  # characters: enough for an e-mail with its quotes


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_inbound(
    *,
    channel: str = ANY_CHANNEL,
    text: str = "",
    lead_id: str | None = None,
    phone: str = "",
    email: str = "",
    received_at: datetime | None = None,
    altered: Collection[str] = (),
    as_sent: Mapping[str, str] | None = None,
    act: Act,
) -> Recorded:
    """Record an inbound message. It is a fact, so it is never refused. The argument `altered` holds codes of what the caller
    changed in the message, `as_sent` the values that could not be read. Both are stored with the message.

    `phone` (E.164) or `email` is the sender's point; the default is the named lead's own. An opt-out counts at once. It
    closes the message's channel for that point and the named lead; if the text says so or the channel is unknown, every
    channel. It cancels the open ladder of every lead with that point. A doubtful message waits for a person, and its sender
    is not contacted until the decision. A request for contact again after an opt-out is doubtful. A reply changes nothing.

    An administrative reply to a new opt-out or to HELP is queued. If STOP_CLOSES_EVERY_MESSAGE is set, a STOP closes both
    SMS and e-mail for a lead with a number and an address.
    """
    marks, as_sent = list(altered), dict(as_sent or {})
    if channel not in Channel.values:
        marks.append("channel_unknown")
        as_sent |= {"channel": channel} if channel else {}
        channel = ANY_CHANNEL
    author = author_of(channel, lead_id, phone, email)
    reading = rules.read(text, words_in_force(mark.current()))
    closing: list[Closing] = []
    if reading.meaning == Meaning.OPT_OUT:
        closing = closings_of(author, reading)
        gate.lock_points({point for one in closing for point in one.points})
    elif reading.meaning == Meaning.DOUBTFUL or reading.wants_more:
        gate.lock_points(author.held)
    if received_at and received_at > act.now:
        marks.append("received_at_ahead")
        received_at = act.now
    meaning = reading.meaning
    if reading.wants_more and gate.is_opted_out_at(author.held, author.channel, act.now):
        meaning = Meaning.DOUBTFUL
    message = InboundMessage.objects.create(
        lead_id=author.lead_id,
        channel=channel,
        **_kept_text(text, marks),
        as_sent={name: storable(value, 1000) for name, value in as_sent.items()},
        meaning=meaning,
        received_at=received_at or act.now,
        **act.signature,
    )
    message.subjects.set(gate.contact_points(author.subjects, act).values())
    if not as_sent.keys().isdisjoint(WHO):
        inbox.put_message(message, InboxItem.Kind.SENDER, act)
    if meaning == Meaning.OPT_OUT:
        if not gate.is_opted_out_at(author.subjects, author.channel, act.now):
            replies.put(message, AdministrativeReply.Kind.OPT_OUT, reading.language, act)
        return opt_out(message, closing, act)
    if meaning == Meaning.HELP:
        replies.put(message, AdministrativeReply.Kind.HELP, reading.language, act)
    if meaning == Meaning.DOUBTFUL:
        return _hold(message, author.held, act)
    return Recorded(message)


def _kept_text(text: str, marks: list[str]) -> dict[str, Any]:
    """Return the columns `text` and `altered`: the text as it can be stored, and the codes of what was altered."""
    kept = storable(text, len(text))
    if kept != text.strip():
        marks.append("text_replaced")
    if len(kept) > TEXT_MAX_LENGTH:
        marks.append("text_cut")
    return {"text": storable(kept, TEXT_MAX_LENGTH), "altered": marks}


def _hold(message: InboundMessage, points: Collection[Point], act: Act) -> Recorded:
    """Stop contact with these points until a person decides what the message means."""
    if points:
        gate.hold_points(points=points, evidence=evidence_of(message), act=act)
    inbox.put_message(message, InboxItem.Kind.MESSAGE, act)
    return Recorded(message, is_held=bool(points))
