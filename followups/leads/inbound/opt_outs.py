"""The effects of an opt-out in a message: the channels that it closes and the ladders that it cancels."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings

from followups.leads.inbound import rules
from followups.leads.inbound.authors import ANY_CHANNEL, Author, everybody_at, other_ways
from followups.leads.inbound.models import InboundMessage
from followups.leads.models import Lead
from followups.leads.signals import envelope_of, leads_opted_out
from governance import gate
from governance.channels import Channel
from governance.gate import Point
from governance.gate.ledger import ContactPoint
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded message and its consequences."""

    message: InboundMessage
    opted_out_channels: tuple[str, ...] = ()
    cancelled_steps: int = 0
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """One effect of an opt-out: it closes this channel (empty: every channel) for the points in `points` and in `rows`.
    `rows` are points on file, some of them perhaps erased."""

    channel: str
    points: Collection[Point] = ()
    rows: Collection[ContactPoint] = ()

    def named(self) -> list[Point]:
        """Return all points except erased ones, whose value is gone."""
        return [*self.points, *((row.kind, row.value) for row in self.rows if row.value)]


def end_ladders(leads: Collection[str], lead_id: str | None, act: Act) -> int:
    """Cancel the open ladders of these leads and of the lead of a message. Return the number of cancelled steps.

    The steps are written at once, so that those who hear of the opt-outs do not see them any more.
    """
    gone = [envelope_of("lead_opted_out", one, act) for one in {*leads, *([lead_id] if lead_id else [])}]
    answers: list[Any] = leads_opted_out.send(sender=Lead, envelopes=gone) if gone else []
    return sum(steps or 0 for _, steps in answers)


def opt_out(
    message: InboundMessage, closing: Collection[Closing], cancelled: int, held: gate.HeldPoints, act: Act
) -> Recorded:
    """Record these closings in the ledger as opt-outs. The caller has `held` their points, and `cancelled` so many steps."""
    with writes.gathered():
        for one, ids in zip(closing, _shares(held.ids, closing), strict=True):
            given: Any = {"said_at": message.received_at, "evidence": evidence_of(message), "held": held._replace(ids=ids)}
            gate.write_opt_out([*one.points, *one.rows], one.channel, **given, act=act)
    closed = {channel for one in closing for channel in closed_channels(one.channel, [*one.points, *one.rows])}
    return Recorded(message, tuple(one.value for one in Channel if one.value in closed), cancelled)


def _shares(ids: Sequence[int], closing: Iterable[Closing]) -> Iterator[list[int]]:
    """Yield ids for the lines of each closing: as many as it has points."""
    left = iter(ids)
    for one in closing:
        yield list(islice(left, len(one.points) + len(one.rows)))


def evidence_of(message: InboundMessage) -> str:
    """Return the evidence text for ledger lines that follow from this message."""
    return f"inbound message {message.pk}"


def closed_channels(channel: str, subjects: Collection[Point | ContactPoint]) -> tuple[str, ...]:
    """Return the channels that an opt-out of these points closes. An empty `channel` stands for every channel."""
    reached = {one for subject in subjects for one in gate.channels_of(subject)}
    return tuple(one.value for one in Channel if channel in (ANY_CHANNEL, one) and one in reached)


def closings_of(author: Author, reading: rules.Reading) -> list[Closing]:
    """Return what this author's opt-out closes. If STOP_CLOSES_EVERY_MESSAGE is set, a STOP by SMS or e-mail closes both SMS
    and e-mail, because CASL s. 11 asks for a way to refuse any message."""
    if reading.from_everything:
        return [Closing(ANY_CHANNEL, points=everybody_at(author))]
    closing = [Closing(author.channel, points=author.subjects)] if author.subjects else []
    if settings.STOP_CLOSES_EVERY_MESSAGE and author.channel != Channel.CALL:
        closing += [Closing(channel, points=points) for channel, points in other_ways(author).items()]
    return closing
