"""Who wrote: where a message came from, and whom an opt-out in it binds."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from followups.leads.lookups import leads_at
from followups.leads.models import Lead
from governance import gate
from governance.channels import Channel
from governance.gate import Point

ANY_CHANNEL = ""
WHO = ("lead_id", "phone", "email")  # the parameters that say who wrote


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, and by which of our channels; an empty one is any."""

    subjects: frozenset[Point]  # where it came from, and the lead if it names one: what a wish in it binds
    lead_id: str | None  # the lead, or the only one whom it can be
    phone: str
    email: str
    channel: str

    @property
    def held(self) -> set[Point]:
        """What nobody contacts while a doubtful message of this author waits."""
        return {*self.subjects, *known_points(gate.lead_point(self.lead_id))}


def author_of(channel: str, lead_id: str | None, phone: str, email: str) -> Author:
    """Who wrote. Where the channel reaches nobody who is named, nobody can tell by which it came."""
    lead = Lead.objects.filter(lead_id=lead_id).first() if lead_id else None
    if lead:
        phone, email = phone or lead.phone, email or lead.email
    came_from = known_points(gate.point_of(channel, phone=phone, email=email)) if channel else set()
    if not came_from and (not channel or not lead_id):
        channel, came_from = ANY_CHANNEL, set(gate.points_of(phone=phone, email=email))
    subjects = frozenset(came_from | known_points(gate.lead_point(lead_id)))
    return Author(subjects, lead_id or only_lead_at(came_from), phone, email, channel)


def known_points(*points: Point | None) -> set[Point]:
    """Those of the points that there are."""
    return {point for point in points if point}


def everybody_at(author: Author) -> set[Point]:
    """All that an opt-out of everything binds: the number and the address, and whatever the leads have who are reached
    there, and those leads as such."""
    given = {*author.subjects, *gate.points_of(phone=author.phone, email=author.email)}
    theirs = (
        known_points(gate.lead_point(lead.lead_id), *gate.points_of(phone=lead.phone, email=lead.email))
        for lead in leads_at(given).only("lead_id", "phone", "email")
    )
    return given.union(*theirs)


def other_ways(author: Author) -> dict[str, set[Point]]:
    """By which other channel whoever wrote is written to, and where; nobody of whom not both are known."""
    ways: dict[str, set[Point]] = defaultdict(set)
    reached = leads_at(author.subjects).exclude(phone="").exclude(email="")
    for lead in reached.only("lead_id", "phone", "email"):
        for channel in {Channel.SMS, Channel.EMAIL} - {author.channel}:
            ways[channel] |= known_points(gate.point_of(channel, phone=lead.phone, email=lead.email))
            ways[channel] |= known_points(gate.lead_point(lead.lead_id)) & author.subjects
    closed = author.subjects if author.channel == ANY_CHANNEL else frozenset()  # already, by every channel
    return {channel: ways[channel] - closed for channel in sorted(ways) if ways[channel] - closed}


def only_lead_at(points: Collection[Point]) -> str | None:
    """The lead who wrote, where there is only one whom it can be."""
    found = list(leads_at(points).values_list("lead_id", flat=True)[:2])
    return found[0] if len(found) == 1 else None
