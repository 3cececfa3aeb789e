"""Decisions of persons about inbound messages."""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet

from followups.leads.errors import AlreadyDecided, ChannelUnknown, MessageNotFound, OptedOutSince
from followups.leads.inbound.authors import ANY_CHANNEL, known_points
from followups.leads.inbound.models import InboundDecision, InboundDecisionWords, InboundMessage
from followups.leads.inbound.opt_outs import Closing, Recorded, closed_channels, end_ladders, evidence_of, opt_out
from followups.leads.inbound.rules import Meaning
from followups.leads.inbox import services as inbox
from followups.leads.lookups import lead_ids_at
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.gate.ledger import ContactRecord, Entry, digest
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import NotAllowedForYou
from wholesale.plumbing.wordings import parted


@verb(ExecutionClass.RECORD)
@transaction.atomic
def decide_inbound(message_id: int, as_: str, *, act: Act) -> Recorded:
    """Decide that a doubtful message means `as_`: OPT_OUT, REPLY or RESUME. The decision ends the message's hold and closes
    its inbox item. Repeating a decision changes nothing. Each decision is a line of the message's history.

    A user who may overrule can turn a message that was not taken as an opt-out into an opt-out. The reverse is impossible:
    an opt-out is lifted instead.

    OPT_OUT closes the message's channel for the sender's points, also erased ones, from the time that the message came.
    RESUME lifts the opt-outs of that channel at those points, with the message as evidence. It needs the permission to
    lift opt-outs. A REPLY waits in the inbox from then on, to be answered.

    Raises:
        MessageNotFound: there is no such message, or the user may not read it.
        AlreadyDecided: the message was not doubtful or was decided otherwise, and the user may not overrule that.
        NotAllowedForYou: the user may not lift opt-outs.
        NotYourItem: the inbox item is somebody else's.
        ChannelUnknown: RESUME of a message whose channel is unknown.
        OptedOutSince: RESUME, but an opt-out was recorded after the message.

    """
    message = scopes.visible(InboundMessage.objects.all(), act.user).filter(pk=message_id).first()
    if message is None:
        raise MessageNotFound
    # The points of a message never change, so they can be read before the message is locked.
    rows, as_lead = list(message.subjects.all()), known_points(gate.lead_point(message.lead_id))
    gate.lock_points_known_by([*(row.digest for row in rows), *map(digest, as_lead)])
    message = InboundMessage.objects.select_for_update().get(pk=message_id)
    channel = message.channel if any(message.channel in gate.channels_of(row) for row in rows) else ANY_CHANNEL
    if as_ == Meaning.RESUME and act.user and not act.user.has_perm("governance.lift_opt_out"):
        raise NotAllowedForYou
    if message.decided_as == as_:
        return Recorded(message, closed_channels(channel, rows) if as_ == Meaning.OPT_OUT else ())
    is_open = message.meaning == Meaning.DOUBTFUL and not message.decided_as
    if not is_open and not (as_ == Meaning.OPT_OUT and may_overrule(message, act.user)):
        raise AlreadyDecided
    if as_ == Meaning.RESUME:
        _require_last_word(message, [*(row.digest for row in rows), *map(digest, as_lead)])
    inbox.close_message(message, act)
    _write_decision(message, as_, act)
    evidence = evidence_of(message)
    if is_open and (rows or as_lead):
        gate.release_points(rows=rows, points=as_lead, evidence=evidence, act=act)
        if as_ == Meaning.RESUME:
            gate.lift_opt_out(rows=rows, points=as_lead, channel=message.channel, evidence=evidence, act=act)
    if as_ == Meaning.REPLY:
        inbox.put_written_reply(message, act)
    if as_ != Meaning.OPT_OUT:
        return Recorded(message)
    closing = [Closing(channel, rows=rows)] if rows else []
    leads = lead_ids_at([point for one in closing for point in one.named()])
    cancelled = end_ladders(leads, message.lead_id, act)
    return opt_out(message, closing, cancelled, gate.hold(rows, len(rows)), act)


def may_overrule(message: InboundMessage, user: User | AnonymousUser | None) -> bool:
    """Whether the message counts as REPLY, RESUME or HELP, and this user may turn it into an opt-out."""
    is_no_opt_out = (message.decided_as or message.meaning) in (Meaning.REPLY, Meaning.RESUME, Meaning.HELP)
    return is_no_opt_out and user is not None and user.has_perm("followups.overrule_inbound")


def _write_decision(message: InboundMessage, as_: str, act: Act) -> None:
    """Add the decision to the message's history, and store it in the message as the current decision."""
    own, words = parted({"reason": act.reason})
    decision = InboundDecision.objects.create(
        message=message,
        meaning=as_,
        **own,
        **act.signature,
    )
    if words["reason"]:
        InboundDecisionWords.objects.create(decision=decision, **words)
    message.decided_as, message.decided_reason = as_, act.reason
    message.decided_by, message.decided_user, message.decided_at = act.actor, act.user, act.now
    message.save(update_fields=["decided_as", "decided_reason", "decided_by", "decided_user", "decided_at"])


def _require_last_word(message: InboundMessage, known_by: Collection[str]) -> None:
    """Raise ChannelUnknown if the message's channel is unknown, or OptedOutSince if an opt-out came after the message."""
    if not message.channel:
        raise ChannelUnknown
    refusals = ContactRecord.objects.filter(entry__in=(Entry.OPT_OUT, Entry.DO_NOT_CALL), point__digest__in=known_by)
    if refusals.filter(channel__in=(ANY_CHANNEL, message.channel), created_at__gt=message.created_at).exists():
        raise OptedOutSince


def undecided() -> "QuerySet[InboundMessage]":
    """Return the doubtful messages that wait for a person's decision."""
    return InboundMessage.objects.filter(meaning=Meaning.DOUBTFUL, decided_at__isnull=True)
