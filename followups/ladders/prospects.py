"""Leads as somebody to follow up: what is known of them, and which ladders stand beside a new one. In one statement."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from followups.ladders.reading import leads_and_ladders
from followups.leads.facts import read_facts
from governance import gate
from governance.gate import Point
from governance.people import LeadFacts


class Prospect(NamedTuple):
    """A lead as somebody to follow up."""

    lead: LeadFacts | None = None  # None where nobody knows the lead
    ladder_id: int | None = None  # of its own open ladder
    followed_until: datetime | None = None  # when its last ladder ended in which somebody was contacted


class OpenLadder(NamedTuple):
    """An open ladder of a lead that somebody knows."""

    id: int
    lead: LeadFacts


class ProspectsAndLadders(NamedTuple):
    """What was asked about, and the open ladders at the numbers and addresses of those leads, their own included."""

    prospects: dict[str, Prospect]  # by lead
    ladders: list[OpenLadder]  # the oldest first


Held = dict[Point, list[str]]  # the leads whose open ladder is at a number or address, that of the oldest ladder first


def reached_at(lead: LeadFacts) -> list[Point]:
    """The numbers and addresses by which a lead is contacted. One that is somebody else's is not among them."""
    return gate.points_of(phone="" if lead.phone_is_wrong else lead.phone, email="" if lead.email_is_wrong else lead.email)


def held_by(ladders: Iterable[OpenLadder]) -> Held:
    """Who is followed up at which number or address."""
    held: Held = {}
    for ladder in ladders:
        hold(held, ladder.lead)
    return held


def hold(held: Held, lead: LeadFacts) -> None:
    """Add a lead who is followed up."""
    for point in reached_at(lead):
        held.setdefault(point, []).append(lead.lead_id)


def holder_beside(lead: LeadFacts, held: Held) -> str | None:
    """Another lead that is followed up at a number or address of this one."""
    holders = (holder for point in reached_at(lead) for holder in held.get(point, ()))
    return next((holder for holder in holders if holder != lead.lead_id), None)


def meeting(ladders: Iterable[OpenLadder]) -> list[str]:
    """Of open ladders, the oldest first: the leads of those that meet an older one at a number or address."""
    held: Held = {}
    newer = []
    for ladder in ladders:
        if holder_beside(ladder.lead, held):
            newer.append(ladder.lead.lead_id)
        else:
            hold(held, ladder.lead)
    return newer


def find(lead_ids: Collection[str]) -> ProspectsAndLadders:
    """These leads, and the open ladders at their numbers and addresses."""
    found = ProspectsAndLadders({}, [])
    for lead_id, *values, ladder_id, followed_until in leads_and_ladders(lead_ids):
        lead = read_facts(values)
        if lead_id is not None:
            found.prospects[lead_id] = Prospect(lead, ladder_id, followed_until)
        elif lead is not None:
            found.ladders.append(OpenLadder(ladder_id, lead))
    return found


def one(lead_id: str) -> tuple[Prospect, Held]:
    """The same of one lead."""
    found = find([lead_id])
    return found.prospects[lead_id], held_by(found.ladders)
