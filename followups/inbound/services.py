"""Verbs of what leads send us. An opt-out takes the lock of its points first, then the ladders, then their tasks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from followups.cancelling import EVERY_CHANNEL, OPTED_OUT, cancel_open_ladders
from followups.errors import AlreadyDecided, MessageNotFound, TimeOutOfRange
from followups.history import Act
from followups.inbound import rules
from followups.inbound.rules import Meaning
from followups.leads.lookups import lead_ids_at, leads_at
from followups.leads.models import InboundMessage, Lead
from governance import gate
from governance.channels import Channel
from governance.compliance.services import Point
from governance.decisions import ExecutionClass, verb
from wholesale import correlation


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message, and what followed from it."""

    message: InboundMessage
    opted_out_channels: tuple[str, ...] = ()
    cancelled_steps: int = 0


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_inbound(
    *,
    channel: str,
    text: str,
    lead_id: str | None = None,
    phone: str = "",
    email: str = "",
    received_at: datetime | None = None,
    actor: str = "system",
    user: User | None = None,
    correlation_id: str | None = None,
    now: datetime | None = None,
) -> Recorded:
    """Keep what somebody sent us. An opt-out counts at once, a doubtful one waits for a person, a reply changes nothing.

    `phone` (E.164) or `email` is where it came from; without it, the lead's own. An opt-out closes the channel it came by,
    or all of them where it says so, and cancels the open ladder of every lead that is reached there.

    Raises:
        TimeOutOfRange: `received_at` lies in the future.

    """
    lead = Lead.objects.filter(lead_id=lead_id).first() if lead_id else None
    if lead:
        phone, email = phone or lead.phone, email or lead.email
    came_from = gate.point_of(channel, phone=phone, email=email)
    reading = rules.read(text)
    closing: set[Point] = set()
    if reading.meaning == Meaning.OPT_OUT:
        closing = _all_points(phone, email) if reading.from_everything else _points(came_from)
        gate.lock_points(closing)
    now = now or timezone.now()
    received_at = received_at or now
    if received_at > now:
        raise TimeOutOfRange("Must not lie in the future.", attr="received_at")
    message = InboundMessage.objects.create(
        lead_id=lead_id or _only_lead_at(came_from),
        point=gate.contact_points([came_from])[came_from] if came_from else None,
        channel=channel,
        text=text,
        meaning=reading.meaning,
        received_at=received_at,
        actor=actor,
        user=user,
        correlation_id=correlation_id or correlation.current(),
        created_at=now,
    )
    if reading.meaning != Meaning.OPT_OUT:
        return Recorded(message)
    closed = "" if reading.from_everything else channel
    return _opt_out(message, closing, closed, Act(actor, user, message.correlation_id, now))


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
    """Say what a doubtful message means. As an OPT_OUT it closes the channel it came by, from when it came.

    Deciding the same again changes nothing.

    Raises:
        MessageNotFound: no such message.
        AlreadyDecided: it was not doubtful, or was decided otherwise.

    """
    messages = InboundMessage.objects.select_related("point").select_for_update(of=("self",))
    message = messages.filter(pk=message_id).first()
    if message is None:
        raise MessageNotFound
    point = message.point
    closing = _points((point.kind, point.value) if point and point.value else None) if as_ == Meaning.OPT_OUT else set()
    if message.decided_as == as_:
        return Recorded(message, _closed(message.channel, closing))
    if message.meaning != Meaning.DOUBTFUL or message.decided_as:
        raise AlreadyDecided
    gate.lock_points(closing)
    now = now or timezone.now()
    message.decided_as, message.decided_reason = as_, reason
    message.decided_by, message.decided_user, message.decided_at = actor, user, now
    message.save(update_fields=["decided_as", "decided_reason", "decided_by", "decided_user", "decided_at"])
    if as_ != Meaning.OPT_OUT:
        return Recorded(message)
    act = Act.of(actor, user, correlation_id, now)
    return _opt_out(message, closing, message.channel, act, reason=reason)


def undecided() -> "QuerySet[InboundMessage]":
    """The doubtful messages that wait for a person."""
    return InboundMessage.objects.filter(meaning=Meaning.DOUBTFUL, decided_at__isnull=True)


def _opt_out(message: InboundMessage, points: set[Point], channel: str, act: Act, *, reason: str = "") -> Recorded:
    """Cancel the whole open ladder of whoever is reached there, and suppress. An empty channel is every one."""
    leads = set(leads_at(points).values_list("lead_id", flat=True))
    if message.lead_id:
        leads.add(message.lead_id)
    cancelled = cancel_open_ladders(leads, act=act, reason=OPTED_OUT)
    if points:
        gate.record_opt_out(
            points=points,
            channel=channel,
            said_at=message.received_at,
            evidence=f"inbound message {message.pk}",
            reason=reason,
            actor=act.actor,
            user=act.user,
            correlation_id=act.correlation_id,
            now=act.now,
        )
    return Recorded(message, _closed(channel, points), cancelled)


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


def _closed(channel: str, points: set[Point]) -> tuple[str, ...]:
    """The channels that an opt-out of these points closes."""
    reached = {one for point in points for one in gate.channels_of(point)}
    return tuple(one.value for one in Channel if channel in ("", one) and one in reached)


def _points(*points: Point | None) -> set[Point]:
    return {point for point in points if point}


def _all_points(phone: str, email: str) -> set[Point]:
    """These, and the other ones of the leads that are reached there."""
    given = gate.points_of(phone=phone, email=email)
    leads = leads_at(given).only("phone", "email")
    return set(given).union(*(gate.points_of(phone=lead.phone, email=lead.email) for lead in leads))


def _only_lead_at(point: Point | None) -> str | None:
    """The lead who wrote, where there is only one whom it can be."""
    found = list(leads_at(_points(point)).values_list("lead_id", flat=True)[:2])
    return found[0] if len(found) == 1 else None
