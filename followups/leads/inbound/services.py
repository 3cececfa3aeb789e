"""The verb that records inbound messages. It locks the points first, then the ladders, then their tasks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from followups.leads.inbound import rules
from followups.leads.inbound.authors import ANY_CHANNEL, NEAR, WHO, Author, Near, author_of
from followups.leads.inbound.models import InboundMessage
from followups.leads.inbound.opt_outs import Closing, Recorded, closings_of, end_ladders, evidence_of, opt_out
from followups.leads.inbound.rules import Meaning
from followups.leads.inbound.words import words_in_force
from followups.leads.inbox import services as inbox
from followups.leads.inbox.models import InboxItem
from followups.leads.lookups import asking_leads_at, lead_ids_in
from followups.leads.replies import services as replies
from followups.leads.replies.models import AdministrativeReply
from governance import gate
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.gate import Point
from governance.gate.ledger import digest
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Statement, together
from wholesale.plumbing.facts import storable
from wholesale.plumbing.mark import MARK_SQL

_OF_MESSAGE = InboundMessage.subjects.through
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
    is not contacted until the decision. A request for contact again after an opt-out is doubtful. A reply changes nothing
    but that it waits in the inbox of whoever follows up the lead.

    An administrative reply to a new opt-out or to HELP is queued. If STOP_CLOSES_EVERY_MESSAGE is set, a STOP closes both
    SMS and e-mail for a lead with a number and an address.
    """
    marks, as_sent = list(altered), dict(as_sent or {})
    if channel not in Channel.values:
        marks.append("channel_unknown")
        as_sent |= {"channel": channel} if channel else {}
        channel = ANY_CHANNEL
    around, ((mark_now,),) = together(NEAR.of(lead_id=lead_id, phone=phone, email=email), Statement(f"SELECT {MARK_SQL}"))
    author = author_of(channel, lead_id, phone, email, [Near(*row) for row in around])
    reading = rules.read(text, words_in_force(mark_now))
    found = _hold(author, reading)
    if received_at and received_at > act.now:
        marks.append("received_at_ahead")
        received_at = act.now
    meaning = reading.meaning
    if reading.wants_more and gate.is_opted_out_at(author.held, author.channel, act.now, found.filed):
        meaning = Meaning.DOUBTFUL
    message = InboundMessage(
        pk=found.message_id,
        lead_id=author.lead_id,
        channel=channel,
        **_kept_text(text, marks),
        as_sent={name: storable(value, 1000) for name, value in as_sent.items()},
        meaning=meaning,
        received_at=received_at or act.now,
        **act.signature,
    )
    subjects = [found.held.rows[digest(point)] for point in author.subjects]
    cancelled = end_ladders(found.leads, author.lead_id, act) if meaning == Meaning.OPT_OUT else 0
    with writes.gathered():
        gate.store_new(subjects, act)
        writes.insert_object(message)
        writes.insert(_OF_MESSAGE, ("inboundmessage_id", "contactpoint_id"), [(message.pk, one.pk) for one in subjects])
        is_unread = not as_sent.keys().isdisjoint(WHO)
        if is_unread:
            inbox.put_message(message, InboxItem.Kind.SENDER, act)
        is_new = not gate.is_opted_out_at(author.subjects, author.channel, act.now, found.filed)
        if meaning == Meaning.HELP or (meaning == Meaning.OPT_OUT and is_new):
            language = next((lead.language for lead in author.around if lead.lead_id == message.lead_id), None)
            answer, sender = AdministrativeReply.Kind(meaning), gate.sender(mark_now)
            replies.put(message, subjects, answer, reading.language, language, sender, act)
        # Of somebody who is not known, the item about the sender is the one to look at.
        if meaning == Meaning.REPLY and not (is_unread and message.lead_id is None):
            inbox.put_written_reply(message, act)
        if meaning == Meaning.DOUBTFUL:
            return _wait(message, author.held, found.held, act)
        if meaning == Meaning.OPT_OUT:
            return opt_out(message, found.closing, cancelled, found.held, act)
    return Recorded(message)


@dataclass(frozen=True, slots=True)
class _Found:
    """The points that a message concerns, locked, and what was read about them since."""

    held: gate.HeldPoints
    filed: Mapping[str, gate.OnFile]  # by digest
    message_id: int
    closing: list[Closing]
    leads: Collection[str]  # who have one of the points that the message closes


def _hold(author: Author, reading: rules.Reading) -> _Found:
    """Lock the points that the message may close or hold, and the author's. Read what they protect."""
    closing = closings_of(author, reading) if reading.meaning == Meaning.OPT_OUT else []
    held_back = author.held if reading.meaning == Meaning.DOUBTFUL or reading.wants_more else set()
    closed = {point for one in closing for point in one.points}
    points = {*author.subjects, *held_back, *closed}
    digests = [digest(point) for point in points]
    lines = sum(len(one.points) for one in closing) or len(held_back)
    asking = [gate.filing(digests), writes.asking_ids(InboundMessage, 1), *([asking_leads_at(closed)] if closed else [])]
    held = gate.hold(points, lines, *asking)
    filed, ((message_id,),), *leads = held.answers
    leads_at = lead_ids_in(leads[0], closed) if closed else ()
    return _Found(held, gate.filed_in(filed, digests), message_id, closing, leads_at)


def _kept_text(text: str, marks: list[str]) -> dict[str, Any]:
    """Return the columns `text` and `altered`: the text as it can be stored, and the codes of what was altered."""
    kept = storable(text, len(text))
    if kept != text.strip():
        marks.append("text_replaced")
    if len(kept) > TEXT_MAX_LENGTH:
        marks.append("text_cut")
    return {"text": storable(kept, TEXT_MAX_LENGTH), "altered": marks}


def _wait(message: InboundMessage, points: Collection[Point], held: gate.HeldPoints, act: Act) -> Recorded:
    """Stop contact with these points until a person decides what the message means."""
    if points:
        gate.write_hold(points, evidence=evidence_of(message), held=held, act=act)
    inbox.put_message(message, InboxItem.Kind.MESSAGE, act)
    return Recorded(message, is_held=bool(points))
