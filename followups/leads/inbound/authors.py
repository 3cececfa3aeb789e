"""The author of an inbound message: the sender's points, and the points that an opt-out binds."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance import gate
from governance.channels import Channel
from governance.gate import Point
from wholesale.plumbing.compiled import Select

ANY_CHANNEL = ""
WHO = ("lead_id", "phone", "email")  # the parameters that say who wrote


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a message, and the message's channel. An empty channel is unknown, so it stands for every channel."""

    subjects: frozenset[Point]  # the sender's number or address, and the lead if one is named: a wish binds these
    lead_id: str | None  # the named lead, or the only lead who has the sender's number or address
    phone: str
    email: str
    channel: str
    around: "Sequence[Near]"

    @property
    def held(self) -> set[Point]:
        """The points that are not contacted while a doubtful message of this author waits for a decision."""
        return {*self.subjects, *known_points(gate.lead_point(self.lead_id))}


class Near(NamedTuple):
    """A lead who is named in a message, or who has the number or address of its sender or of the named lead."""

    lead_id: str
    phone: str
    email: str
    language: str

    @property
    def points(self) -> set[Point]:
        """The lead's number and address, and the lead as such."""
        return {*gate.points_of(phone=self.phone, email=self.email), *known_points(gate.lead_point(self.lead_id))}


def _near(lead_id: Any, phone: Any, email: Any) -> QuerySet[Any, Any]:
    # One query for each index (see `followups.leads.lookups`).
    named = Lead.objects.filter(lead_id=lead_id).order_by()
    by_phone, by_email = Lead.objects.filter(~Q(phone="")).order_by(), Lead.objects.filter(~Q(email="")).order_by()
    found = [named, by_phone.filter(phone=phone), by_phone.filter(phone__in=named.values("phone"))]
    found += [by_email.filter(email=email), by_email.filter(email__in=named.values("email"))]
    first, *others = (leads.values("pk") for leads in found)
    return Lead.objects.filter(pk__in=first.union(*others)).order_by("pk").values_list(*Near._fields)


# Its rows are the leads `around` an author. Each message asks it.
NEAR = Select(_near)


def author_of(channel: str, lead_id: str | None, phone: str, email: str, around: Sequence[Near]) -> Author:
    """Return the author of a message. If no lead is named and no given point fits the channel, the channel is unknown.
    `around` are the leads that `NEAR` finds."""
    lead = next((one for one in around if one.lead_id == lead_id), None)
    if lead:
        phone, email = phone or lead.phone, email or lead.email
    came_from = known_points(gate.point_of(channel, phone=phone, email=email)) if channel else set()
    if not came_from and (not channel or not lead_id):
        channel, came_from = ANY_CHANNEL, set(gate.points_of(phone=phone, email=email))
    subjects = frozenset(came_from | known_points(gate.lead_point(lead_id)))
    return Author(subjects, lead_id or only_lead_at(came_from, around), phone, email, channel, around)


def known_points(*points: Point | None) -> set[Point]:
    """Return the given points, without those that are None."""
    return {point for point in points if point}


def everybody_at(author: Author) -> set[Point]:
    """Return all points that an opt-out of every channel binds: the author's number and address, every lead who is
    reached there, and the numbers and addresses of those leads."""
    given = {*author.subjects, *gate.points_of(phone=author.phone, email=author.email)}
    return given.union(*(lead.points for lead in author.around if lead.points & given))


def other_ways(author: Author) -> dict[str, set[Point]]:
    """Return the points of the leads whom the author's points reach, by channel: SMS and EMAIL, but not the message's own
    channel. Leads without a number or without an address are left out."""
    ways: dict[str, set[Point]] = defaultdict(set)
    for lead in (one for one in author.around if one.phone and one.email and one.points & author.subjects):
        for channel in {Channel.SMS, Channel.EMAIL} - {author.channel}:
            ways[channel] |= known_points(gate.point_of(channel, phone=lead.phone, email=lead.email))
            ways[channel] |= known_points(gate.lead_point(lead.lead_id)) & author.subjects
    closed = author.subjects if author.channel == ANY_CHANNEL else frozenset()  # these are already closed by every channel
    return {channel: ways[channel] - closed for channel in sorted(ways) if ways[channel] - closed}


def only_lead_at(points: Collection[Point], around: Sequence[Near]) -> str | None:
    """Return the id of the only lead with one of these points, or None if several leads have one, or no lead."""
    found = [lead.lead_id for lead in around if not lead.points.isdisjoint(points)]
    return found[0] if len(found) == 1 else None
