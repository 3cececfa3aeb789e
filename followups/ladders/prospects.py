"""What is read before a ladder starts, in one SQL statement: leads, and the open ladders at their numbers and addresses."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from followups.ladders.reading import leads_and_ladders
from followups.leads.facts import read_facts
from governance import gate
from governance.gate import Point
from governance.people import PersonFacts
from wholesale.plumbing.compiled import Rows, together


class Prospect(NamedTuple):
    """A lead, known or not, for whom a ladder may start."""

    lead: PersonFacts | None = None  # None if the lead is unknown
    ladder_id: int | None = None  # the lead's own open ladder
    followed_until: datetime | None = None  # when the lead's last ladder with a contact ended


class OpenLadder(NamedTuple):
    """An open ladder of a known lead."""

    id: int
    lead: PersonFacts


class ProspectsAndLadders(NamedTuple):
    """The leads that were asked for, and all open ladders at their numbers and addresses, these leads' own included."""

    prospects: dict[str, Prospect]  # by lead
    ladders: list[OpenLadder]  # the oldest first


Held = dict[Point, list[str]]  # the leads with an open ladder at each number or address, the oldest ladder first


def reached_at(lead: PersonFacts) -> list[Point]:
    """The numbers and addresses by which a lead is contacted, without those that are marked as wrong."""
    return gate.points_of(phone="" if lead.phone_is_wrong else lead.phone, email="" if lead.email_is_wrong else lead.email)


def held_by(ladders: Iterable[OpenLadder]) -> Held:
    """Return the leads of these open ladders, by each number and address at which the lead is contacted."""
    held: Held = {}
    for ladder in ladders:
        hold(held, ladder.lead)
    return held


def hold(held: Held, lead: PersonFacts) -> None:
    """Enter a lead who has an open ladder in the mapping `held`, under each number and address of the lead."""
    for point in reached_at(lead):
        held.setdefault(point, []).append(lead.person_id)


def holder_beside(lead: PersonFacts, held: Held) -> str | None:
    """The id of another lead with an open ladder at a number or address of `lead` (from `held`), or None."""
    holders = (holder for point in reached_at(lead) for holder in held.get(point, ()))
    return next((holder for holder in holders if holder != lead.person_id), None)


def meeting(ladders: Iterable[OpenLadder]) -> list[str]:
    """The leads whose open ladder shares a number or address with an older ladder. `ladders` come oldest first."""
    held: Held = {}
    newer = []
    for ladder in ladders:
        if holder_beside(ladder.lead, held):
            newer.append(ladder.lead.person_id)
        else:
            hold(held, ladder.lead)
    return newer


def find(lead_ids: Collection[str]) -> ProspectsAndLadders:
    """Read these leads, and all open ladders at their numbers and addresses."""
    (rows,) = together(leads_and_ladders(lead_ids))
    return found_in(rows)


def found_in(rows: Rows) -> ProspectsAndLadders:
    """Return the leads and ladders in the rows of `leads_and_ladders`."""
    found = ProspectsAndLadders({}, [])
    for lead_id, *values, ladder_id, followed_until in sorted(rows, key=_ladder_id):
        lead = read_facts(values)
        if lead_id is not None:
            found.prospects[lead_id] = Prospect(lead, ladder_id, followed_until)
        elif lead is not None:
            found.ladders.append(OpenLadder(ladder_id, lead))
    return found


def _ladder_id(row: tuple[Any, ...]) -> int:
    return row[-2] or 0
