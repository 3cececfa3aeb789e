"""Working out the situation of each contact: the facts that decide it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from governance.channels import Channel
from governance.clocks.resolving import ZoneFacts, resolve
from governance.gate.facts import NO_GAP, Contact, PolicyFacts, Situation
from governance.gate.governed import InForce, governed
from governance.gate.reading import GateFacts, read_facts
from governance.gate.standing import STANDING
from governance.grounds import Purpose
from governance.ledger.points import Point, digest, person_point, point_of
from governance.ledger.reading import NOTHING, OnFile
from governance.ledger.rules import CALL_AGAIN_AFTER, LedgerLine
from governance.people import LEAD, NOT_CONTACTED
from wholesale.plumbing.phones import area_code


def read_situations(
    contacts: Sequence[Contact],
    at: datetime,
    *,
    standing_counts: bool = True,
    facts: GateFacts | None = None,
    rules: InForce | None = None,
) -> list[tuple[Contact, ZoneFacts, Situation]]:
    """Each contact with its zones and its situation at `at`, in the same order. One query, or none if a verb has read the
    `facts` already. If `standing_counts` is False, go-live and the kill switch are ignored. `rules` are the rules that
    govern contact (default: those in force)."""
    if not contacts:
        return []
    facts = facts or read_facts(subjects_of(contacts), standing_counts=standing_counts)
    rules = rules or governed.at(facts.mark)
    standing, organisation = (facts.standing if standing_counts else STANDING), rules.organisation
    shared: dict[Any, tuple[ZoneFacts, Situation]] = {}  # most people share their situation with others
    found = []
    for contact in contacts:
        person, point = contact.person, _point(contact) if contact.is_known else None
        as_such = person_point(person.kind, person.person_id)
        on_file = facts.about(point) if point else NOTHING, facts.about(as_such) if as_such else None
        policy = rules.policy_of(person.province, person.market)
        own = _person(contact, *on_file, at, policy, rules.subscribed_until)
        same = person.province, person.market, person.zone, person.postal_code, person.score, own
        if same not in shared:
            zones = resolve(
                person.province,
                lead_zone=person.zone,
                market_zone=rules.zones.get((person.province, person.market), ""),
                postal_code=person.postal_code,
            )
            days = rules.closed_days(person.province)
            shared[same] = (
                zones,
                Situation(person.province, zones.zones, standing, policy, organisation, days, person.score, *own),
            )
        found.append((contact, *shared[same]))
    return found


def subjects_of(contacts: Iterable[Contact]) -> set[Point]:
    """The points about which the gate has to know what is on file: those of the contacts, and of their people as such."""
    subjects = set()
    for contact in contacts:
        as_such = person_point(contact.person.kind, contact.person.person_id)
        subjects |= {_point(contact) if contact.is_known else None, as_such}
    return {subject for subject in subjects if subject}


class _Person(NamedTuple):
    """The facts of a `Situation` that concern the person, in the order of its fields."""

    ledger: tuple[LedgerLine, ...] | None
    of_person: tuple[LedgerLine, ...] | None
    is_closed: bool
    is_wrong: bool
    contacted_at: datetime | None
    gap: timedelta
    answered_at: datetime | None
    subscribed_until: date | None
    role: str
    purpose: str


def _person(
    contact: Contact,
    at_point: OnFile,
    as_such: OnFile | None,
    at: datetime,
    policy: PolicyFacts | None,
    subscribed_until: Mapping[str, date],
) -> _Person:
    """The facts of a `Situation` that concern the person. A last contact is left out if its gap is over at
    `at`. An answered call is left out if the policy asks for no wait after it."""
    person = contact.person
    noted = (at_point.contacted_at, as_such.contacted_at if as_such else None)
    contacted = [one for one in noted if one and contact.gap and one + contact.gap > at]
    return _Person(
        ledger=at_point.lines if contact.is_known else None,
        of_person=as_such.lines if as_such else None,
        is_closed=person.status in NOT_CONTACTED,
        is_wrong=bool(person.email_is_wrong if contact.channel == Channel.EMAIL else person.phone_is_wrong),
        contacted_at=max(contacted, default=None),
        gap=contact.gap if contacted else NO_GAP,
        answered_at=_answered_at(contact, at_point, at, policy),
        subscribed_until=subscribed_until.get(_area_code(contact)),
        role=person.role,
        purpose=_purpose(contact, at, noted) if contact.purpose == Purpose.REPLY else contact.purpose,
    )


def _purpose(contact: Contact, at: datetime, contacted: Iterable[datetime | None]) -> str:
    """The purpose by which a REPLY is judged: REPLY if it answers a message that the lead sent by the same channel, from the
    number or address that is written to, and nobody has contacted the lead since. Else PROSPECT."""
    message, point = contact.answers, _point(contact)
    is_reply = (
        message is not None
        and point is not None
        and contact.person.kind == LEAD
        and message.lead_id == contact.person.person_id
        and message.channel == contact.channel
        and digest(point) in message.known_by
        and message.received_at <= at
        and all(one is None or one < message.received_at for one in contacted)
    )
    return contact.purpose if is_reply else Purpose.PROSPECT.value


def _area_code(contact: Contact) -> str:
    """The area code of the number to call. Empty if the contact is a message, or if the person is unknown."""
    return area_code(contact.person.phone) if contact.channel == Channel.CALL and contact.is_known else ""


def _answered_at(contact: Contact, at_point: OnFile, at: datetime, policy: PolicyFacts | None) -> datetime | None:
    """The time of the last answered call to the number. None if, by the policy, a call at `at` need not wait after it."""
    answered_at = at_point.answered_at
    if contact.channel != Channel.CALL or answered_at is None or answered_at + CALL_AGAIN_AFTER <= at:
        return None
    return answered_at if policy and policy.rules.one_call_in_30_days else None


def _point(contact: Contact) -> Point | None:
    return point_of(contact.channel, phone=contact.person.phone, email=contact.person.email)
