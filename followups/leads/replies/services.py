"""Verbs of administrative replies. An inbound message queues a reply; whoever sends it marks it as sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from followups.leads.errors import ReplyErased, ReplyNotFound
from followups.leads.facts import lead_facts
from followups.leads.inbound.models import InboundMessage
from followups.leads.replies.models import AdministrativeReply
from followups.leads.replies.rules import language_of, standing_against, text_of
from governance import gate
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.gate import Reason, Sender
from governance.gate.ledger import ContactPoint
from governance.people import PersonFacts
from wholesale.plumbing import scopes, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL, Province

Kind = AdministrativeReply.Kind
ERASED = "erased"  # the number or address is gone
_BY_KIND = {ContactPoint.Kind.PHONE: Channel.SMS, ContactPoint.Kind.EMAIL: Channel.EMAIL}
# An unknown sender has no place, so the gate is asked with this province, and its answers about the place are ignored.
_ANY_PROVINCE = Province.ON
_OF_A_PLACE = frozenset(
    {
        Reason.NO_POLICY,
        Reason.POLICY_DISABLED,
        Reason.CHANNEL_NOT_ALLOWED,
        Reason.LEAD_SCORE_BELOW_MINIMUM,
        Reason.CLOSED_DAY,
        Reason.OUTSIDE_CONTACT_WINDOW,
    }
)


def put(
    message: InboundMessage,
    subjects: Collection[ContactPoint],
    kind: AdministrativeReply.Kind,
    asked_in: str,
    language: str | None,
    sender: Sender,
    act: Act,
) -> None:
    """Queue an administrative reply to the sender of a message, by the message's channel, in the caller's transaction.

    A call gets no written reply, and neither does a message without a known number or address. `asked_in` is the language of
    the message's word, such as STOP, and `language` that of the lead, if it is known. `subjects` are the message's points.
    If the same reply waits already, nothing is added.
    """
    found = _where(message, subjects)
    if found is None:
        return
    channel, point = found
    answered_in = language_of(kind, asked_in, language)
    reply = {
        "kind": kind,
        "message_id": message.pk,
        "lead_id": message.lead_id,
        "point_id": point.pk,
        "channel": channel,
        "language": answered_in,
        "text": text_of(kind, answered_in, sender),
        "due_at": act.now,
        "correlation_id": act.correlation_id,
        "created_at": act.now,
    }
    writes.insert(AdministrativeReply, tuple(reply), [tuple(reply.values())], or_nothing=True)


def _where(message: InboundMessage, subjects: Collection[ContactPoint]) -> tuple[str, ContactPoint] | None:
    """Return the channel and the point to reply to. If the message's channel is unknown, a number means SMS and an address
    means e-mail. None if the message has no such point, or both."""
    reached = [point for point in subjects if point.kind in _BY_KIND and point.value]
    ways = {(_BY_KIND[ContactPoint.Kind(point.kind)].value, point.pk): point for point in reached}
    if message.channel:
        ways = {way: point for way, point in ways.items() if way[0] == message.channel}
    if len(ways) != 1:
        return None
    ((channel, _), point) = ways.popitem()
    return channel, point


@verb(ExecutionClass.RECORD)
@transaction.atomic
def mark_reply_sent(reply_id: int, *, act: Act) -> AdministrativeReply:
    """Mark an administrative reply as sent. The sending is a fact, so refusal reasons do not prevent the mark; they are
    stored with the reply. A repetition changes nothing.

    Raises:
        ReplyNotFound: there is no such reply, or the user may not read it.
        ReplyErased: the person was erased before the reply was sent, so its number or address is gone.

    """
    rows = AdministrativeReply.objects.select_related("point", "lead")
    reply = scopes.visible(rows, act.user).select_for_update(of=("self",)).filter(pk=reply_id).first()
    if reply is None:
        raise ReplyNotFound
    if reply.sent_at is not None:
        return reply
    if reply.point.value is None:
        raise ReplyErased
    reply.sent_at, reply.sent_by, reply.sent_user = act.now, act.actor, act.user
    (reply.sent_against,) = against([waiting(reply)], act.now)
    reply.save(update_fields=["sent_at", "sent_by", "sent_user", "sent_against"])
    return reply


class Waiting(NamedTuple):
    """What the gate is asked about an administrative reply that waits."""

    channel: str
    value: str | None  # the number or address; None: it was erased
    lead_id: str | None
    lead: PersonFacts | None  # None: no such lead is known


def waiting(reply: AdministrativeReply) -> Waiting:
    """Return what the gate is asked about this administrative reply."""
    return Waiting(reply.channel, reply.point.value, reply.lead_id, lead_facts(reply.lead) if reply.lead else None)


def against(replies: Sequence[Waiting], at: datetime) -> list[list[str]]:
    """Ask the gate, in one query, about sending these administrative replies at the time `at`. Return for each the codes of
    the refusal reasons against sending it, in the gate's order. Opt-outs and missing consents are left out, because they do
    not bind administrative replies.
    """
    answers = iter(gate.decide_contacts([_contact(reply) for reply in replies if reply.value is not None], at=at))
    return [[ERASED] if reply.value is None else _standing(reply, next(answers)) for reply in replies]


def _standing(reply: Waiting, answer: gate.ContactAnswer) -> list[str]:
    aside = frozenset() if reply.lead else _OF_A_PLACE
    return standing_against(reason for reason in answer.verdict.reasons if reason not in aside)


def _contact(reply: Waiting) -> gate.Contact:
    """Return the contact about which the gate is asked: with the sender's point, which need not be the lead's own."""
    lead = reply.lead or PersonFacts(reply.lead_id or "", _ANY_PROVINCE.value, ALL)
    value = reply.value or ""  # never empty here: `against` leaves out erased points
    there = lead._replace(email=value) if reply.channel == Channel.EMAIL else lead._replace(phone=value)
    return gate.Contact(there, reply.channel)
