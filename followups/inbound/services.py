"""Verbs of what leads send us. What an act is about is locked first, then the ladders, then their tasks."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from followups.cancelling import EVERY_CHANNEL, OPTED_OUT, cancel_open_ladders
from followups.errors import AlreadyDecided, ChannelUnknown, MessageNotFound, OptedOutSince
from followups.history import Act
from followups.inbound import rules
from followups.inbound.rules import Meaning
from followups.inbound.words import words_in_force
from followups.inbox import services as inbox
from followups.inbox.models import InboxItem
from followups.leads.lookups import lead_ids_at, leads_at
from followups.leads.models import InboundDecision, InboundDecisionWords, InboundMessage, Lead
from followups.replies import services as replies
from followups.replies.models import AdministrativeReply
from governance import gate
from governance.channels import Channel
from governance.compliance.models import ContactPoint, ContactRecord
from governance.compliance.rules import Entry
from governance.compliance.services import Point, digest
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation, scopes
from wholesale.plumbing.errors import NotAllowedForYou
from wholesale.plumbing.facts import storable
from wholesale.plumbing.wordings import parted

TEXT_MAX_LENGTH = 64 * 1024  # characters: an e-mail with all that it quotes
ANY_CHANNEL = ""
WHO = ("lead_id", "phone", "email")  # the parameters that say who wrote


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message, and what followed from it."""

    message: InboundMessage
    opted_out_channels: tuple[str, ...] = ()
    cancelled_steps: int = 0
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who wrote, and by which of our channels; an empty one is any."""

    subjects: frozenset[Point]  # where it came from, and the lead if it names one: what a wish in it binds
    lead_id: str | None  # the lead, or the only one whom it can be
    phone: str
    email: str
    channel: str

    @property
    def held(self) -> set[Point]:
        """What nobody contacts while a doubtful message of this sender waits."""
        return {*self.subjects, *_points(gate.lead_point(self.lead_id))}


@dataclass(frozen=True, slots=True)
class _Closing:
    """What an opt-out closes by one channel; an empty one is every channel. An erased point is a row and has no value."""

    channel: str
    points: Collection[Point] = ()
    rows: Collection[ContactPoint] = ()

    def named(self) -> list[Point]:
        """The points whose value is known."""
        return [*self.points, *((row.kind, row.value) for row in self.rows if row.value)]


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
    actor: str = "system",
    user: User | None = None,
    correlation_id: str | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Keep what somebody sent us. It is a fact, and nothing about it refuses it: `altered` and `as_sent` of the message say
    what could not be kept or read, beside what the caller gives of both.

    `phone` (E.164) or `email` is where it came from; without it, the lead's own. An opt-out counts at once: it closes the
    channel that it came by, or all of them where it says so or nobody can tell the channel, for where it came from and the
    lead that it names, and cancels the open ladder of every lead that is reached there. A doubtful message waits for a
    person, and until then nobody is contacted there. So does one that asks to begin again after an opt-out. A reply changes
    nothing.

    An opt-out that is new is confirmed once, and who asks who we are is answered (`followups.replies`). A message that is
    STOP and no more closes text and e-mail of whoever is reached there, where both are known (`STOP_CLOSES_EVERY_MESSAGE`).
    """
    marks, as_sent = list(altered), dict(as_sent or {})
    if channel not in Channel.values:
        marks.append("channel_unknown")
        as_sent |= {"channel": channel} if channel else {}
        channel = ANY_CHANNEL
    sender = _sender(channel, lead_id, phone, email)
    reading = rules.read(text, words_in_force())
    closing: list[_Closing] = []
    if reading.meaning == Meaning.OPT_OUT:
        closing = _closings(sender, reading)
        gate.lock_points({point for one in closing for point in one.points})
    elif reading.meaning == Meaning.DOUBTFUL or reading.wants_more:
        gate.lock_points(sender.held)
    now = now or timezone.now()
    if received_at and received_at > now:
        marks.append("received_at_ahead")
        received_at = now
    meaning = reading.meaning
    if reading.wants_more and gate.is_opted_out_at(sender.held, sender.channel, now):
        meaning = Meaning.DOUBTFUL
    act = Act(actor, user, correlation_id or correlation.current(), now)
    message = InboundMessage.objects.create(
        lead_id=sender.lead_id,
        channel=channel,
        **_kept_text(text, marks),
        as_sent={name: storable(value, 1000) for name, value in as_sent.items()},
        meaning=meaning,
        received_at=received_at or now,
        actor=actor,
        user=user,
        correlation_id=act.correlation_id,
        created_at=now,
    )
    message.subjects.set(gate.contact_points(sender.subjects).values())
    if not as_sent.keys().isdisjoint(WHO):
        inbox.put_message(message, InboxItem.Kind.SENDER, act)
    if meaning == Meaning.OPT_OUT:
        if not gate.is_opted_out_at(sender.subjects, sender.channel, now):
            replies.put(message, AdministrativeReply.Kind.OPT_OUT, reading.language, act)
        return _opt_out(message, closing, act)
    if meaning == Meaning.HELP:
        replies.put(message, AdministrativeReply.Kind.HELP, reading.language, act)
    if meaning == Meaning.DOUBTFUL:
        return _hold(message, sender.held, act)
    return Recorded(message)


def _sender(channel: str, lead_id: str | None, phone: str, email: str) -> _Sender:
    """Who wrote. Where the channel reaches nobody who is named, nobody can tell by which it came."""
    lead = Lead.objects.filter(lead_id=lead_id).first() if lead_id else None
    if lead:
        phone, email = phone or lead.phone, email or lead.email
    came_from = _points(gate.point_of(channel, phone=phone, email=email)) if channel else set()
    if not came_from and (not channel or not lead_id):
        channel, came_from = ANY_CHANNEL, set(gate.points_of(phone=phone, email=email))
    subjects = frozenset(came_from | _points(gate.lead_point(lead_id)))
    return _Sender(subjects, lead_id or _only_lead_at(came_from), phone, email, channel)


def _kept_text(text: str, marks: list[str]) -> dict[str, Any]:
    """The text as it can be stored, and all that was altered."""
    kept = storable(text, len(text))
    if kept != text.strip():
        marks.append("text_replaced")
    if len(kept) > TEXT_MAX_LENGTH:
        marks.append("text_cut")
    return {"text": storable(kept, TEXT_MAX_LENGTH), "altered": marks}


def _hold(message: InboundMessage, points: Collection[Point], act: Act) -> Recorded:
    """Have nobody contact these points until a person has decided."""
    if points:
        gate.hold_points(points=points, **_ledger_line(message, act))
    inbox.put_message(message, InboxItem.Kind.MESSAGE, act)
    return Recorded(message, is_held=bool(points))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def decide_inbound(
    message_id: int,
    as_: str,
    reason: str,
    *,
    actor: str = "system",
    user: User | None = None,
    correlation_id: str | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Say what a doubtful message means: it holds nobody any more, and its inbox item is done. Deciding the same again
    changes nothing. Each decision is a line of the message's history.

    What was taken as no opt-out, by a person or by its words, becomes one when a user who may overrule says so. The reverse
    is not decided: the opt-out is lifted.

    As an OPT_OUT it closes the channel it came by, from when it came, for what it is about, erased or not. As a RESUME it
    lifts the opt-outs of that channel there, with the message as evidence; that takes who may lift opt-outs.

    Raises:
        MessageNotFound: no such message, or none that the user may read.
        AlreadyDecided: it was not doubtful, or was decided otherwise, and the user may not overrule that.
        NotAllowedForYou: the user may not lift opt-outs.
        NotYourItem: it waits for somebody else.
        ChannelUnknown: a RESUME of a message of which nobody knows by which channel it came.
        OptedOutSince: a RESUME of a message after which somebody said no again.

    """
    message = scopes.visible(InboundMessage.objects.all(), user).filter(pk=message_id).first()
    if message is None:
        raise MessageNotFound
    # What it is about never changes, so it can be read before its lock.
    rows, as_lead = list(message.subjects.all()), _points(gate.lead_point(message.lead_id))
    gate.lock_points_known_by([*(row.digest for row in rows), *map(digest, as_lead)])
    message = InboundMessage.objects.select_for_update().get(pk=message_id)
    act = Act.of(actor, user, correlation_id, now or timezone.now())
    channel = message.channel if any(message.channel in gate.channels_of(row) for row in rows) else ANY_CHANNEL
    if as_ == Meaning.RESUME and user and not user.has_perm("governance.lift_opt_out"):
        raise NotAllowedForYou
    if message.decided_as == as_:
        return Recorded(message, _closed(channel, rows) if as_ == Meaning.OPT_OUT else ())
    is_open = message.meaning == Meaning.DOUBTFUL and not message.decided_as
    if not is_open and not (as_ == Meaning.OPT_OUT and may_overrule(message, user)):
        raise AlreadyDecided
    if as_ == Meaning.RESUME:
        _require_last_word(message, [*(row.digest for row in rows), *map(digest, as_lead)])
    inbox.close_message(message, reason, act)
    _write_decision(message, as_, reason, act)
    line = {**_ledger_line(message, act), "reason": reason}
    if is_open and (rows or as_lead):
        gate.release_points(rows=rows, points=as_lead, **line)
        if as_ == Meaning.RESUME:
            gate.lift_opt_out(rows=rows, points=as_lead, channel=message.channel, **line)
    if as_ != Meaning.OPT_OUT:
        return Recorded(message)
    return _opt_out(message, [_Closing(channel, rows=rows)] if rows else [], act, reason=reason)


def may_overrule(message: InboundMessage, user: User | AnonymousUser | None) -> bool:
    """Whether the message was taken as no opt-out, and the user may make it one."""
    is_no_opt_out = (message.decided_as or message.meaning) in (Meaning.REPLY, Meaning.RESUME, Meaning.HELP)
    return is_no_opt_out and user is not None and user.has_perm("followups.overrule_inbound")


def _write_decision(message: InboundMessage, as_: str, reason: str, act: Act) -> None:
    """Write the line of the history, and on the message what stands now."""
    own, words = parted({"reason": reason})
    decision = InboundDecision.objects.create(
        message=message,
        meaning=as_,
        **own,
        actor=act.actor,
        user=act.user,
        correlation_id=act.correlation_id,
        created_at=act.now,
    )
    if words["reason"]:
        InboundDecisionWords.objects.create(decision=decision, **words)
    message.decided_as, message.decided_reason = as_, reason
    message.decided_by, message.decided_user, message.decided_at = act.actor, act.user, act.now
    message.save(update_fields=["decided_as", "decided_reason", "decided_by", "decided_user", "decided_at"])


def _require_last_word(message: InboundMessage, known_by: Collection[str]) -> None:
    """Lift nothing that was said after the message, nor by a channel that nobody can tell."""
    if not message.channel:
        raise ChannelUnknown
    refusals = ContactRecord.objects.filter(entry__in=(Entry.OPT_OUT, Entry.DO_NOT_CALL), point__digest__in=known_by)
    if refusals.filter(channel__in=(ANY_CHANNEL, message.channel), created_at__gt=message.created_at).exists():
        raise OptedOutSince


def undecided() -> "QuerySet[InboundMessage]":
    """The doubtful messages that wait for a person."""
    return InboundMessage.objects.filter(meaning=Meaning.DOUBTFUL, decided_at__isnull=True)


def _opt_out(message: InboundMessage, closing: Collection[_Closing], act: Act, *, reason: str = "") -> Recorded:
    """Cancel the whole open ladder of whoever is reached there, and suppress."""
    leads = lead_ids_at({point for one in closing for point in one.named()})
    if message.lead_id:
        leads.add(message.lead_id)
    cancelled = cancel_open_ladders(leads, act=act, reason=OPTED_OUT)
    for one in closing:
        gate.record_opt_out(
            points=one.points,
            rows=one.rows,
            channel=one.channel,
            said_at=message.received_at,
            reason=reason,
            **_ledger_line(message, act),
        )
    closed = {channel for one in closing for channel in _closed(one.channel, [*one.points, *one.rows])}
    return Recorded(message, tuple(one.value for one in Channel if one.value in closed), cancelled)


def _ledger_line(message: InboundMessage, act: Act) -> dict[str, Any]:
    return {
        "evidence": f"inbound message {message.pk}",
        "actor": act.actor,
        "user": act.user,
        "correlation_id": act.correlation_id,
        "now": act.now,
    }


def on_opted_out_of(
    points: Collection[Point],
    channel: str,
    now: datetime,
    actor: str,
    user: User | None,
    correlation_id: str,
    **kwargs: Any,
) -> None:
    """Cancel the open steps of a channel that was closed, whoever recorded it and wherever."""
    leads = lead_ids_at(points)
    if leads:
        act = Act.of(actor, user, correlation_id, now)
        cancel_open_ladders(leads, act=act, reason=OPTED_OUT, channels=[channel] if channel else EVERY_CHANNEL)


def _closed(channel: str, subjects: Collection[Point | ContactPoint]) -> tuple[str, ...]:
    """The channels that an opt-out of these points closes."""
    reached = {one for subject in subjects for one in gate.channels_of(subject)}
    return tuple(one.value for one in Channel if channel in (ANY_CHANNEL, one) and one in reached)


def _points(*points: Point | None) -> set[Point]:
    return {point for point in points if point}


def _everybody(sender: _Sender) -> set[Point]:
    """All that an opt-out of everything binds: the number and the address, and whatever the leads have who are reached
    there, and those leads as such."""
    given = {*sender.subjects, *gate.points_of(phone=sender.phone, email=sender.email)}
    theirs = (
        _points(gate.lead_point(lead.lead_id), *gate.points_of(phone=lead.phone, email=lead.email))
        for lead in leads_at(given).only("lead_id", "phone", "email")
    )
    return given.union(*theirs)


def _closings(sender: _Sender, reading: rules.Reading) -> list[_Closing]:
    """What an opt-out closes. STOP and no more, said in a message, closes the other way to write to the person as well:
    CASL s. 11 asks for a way to refuse any message."""
    if reading.from_everything:
        return [_Closing(ANY_CHANNEL, points=_everybody(sender))]
    closing = [_Closing(sender.channel, points=sender.subjects)] if sender.subjects else []
    if settings.STOP_CLOSES_EVERY_MESSAGE and sender.channel != Channel.CALL:
        closing += [_Closing(channel, points=points) for channel, points in _other_ways(sender).items()]
    return closing


def _other_ways(sender: _Sender) -> dict[str, set[Point]]:
    """By which other channel whoever wrote is written to, and where; nobody of whom not both are known."""
    ways: dict[str, set[Point]] = defaultdict(set)
    reached = leads_at(sender.subjects).exclude(phone="").exclude(email="")
    for lead in reached.only("lead_id", "phone", "email"):
        for channel in {Channel.SMS, Channel.EMAIL} - {sender.channel}:
            ways[channel] |= _points(gate.point_of(channel, phone=lead.phone, email=lead.email))
            ways[channel] |= _points(gate.lead_point(lead.lead_id)) & sender.subjects
    closed = sender.subjects if sender.channel == ANY_CHANNEL else frozenset()  # already, by every channel
    return {channel: ways[channel] - closed for channel in sorted(ways) if ways[channel] - closed}


def _only_lead_at(points: Collection[Point]) -> str | None:
    """The lead who wrote, where there is only one whom it can be."""
    found = list(leads_at(points).values_list("lead_id", flat=True)[:2])
    return found[0] if len(found) == 1 else None
