"""The questions to the contact gate: may a person be contacted at a time, and was a past contact permitted?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from governance import people
from governance.channels import Channel
from governance.clocks.resolving import ZoneFacts
from governance.gate.facts import Contact, PolicyFacts, Situation
from governance.gate.governed import governed
from governance.gate.minutes import Asked, Minutes
from governance.gate.obstacles import is_opted_out
from governance.gate.reading import GateFacts, read_facts
from governance.gate.situations import read_situations
from governance.gate.verdict import NO_MINUTE, Verdict, decide, decide_all
from governance.grounds import Basis, Purpose
from governance.ledger import referrals
from governance.ledger.points import points_of
from governance.market import rules as market_rules
from governance.organisation.rules import Sender
from governance.people import PersonFacts, Received, load_message
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError, NotFound
from wholesale.plumbing.vocabulary import ALL


class LeadNotFound(NotFound):
    """There is no such lead."""


class BuyerNotFound(NotFound):
    """There is no such buyer."""


_NOT_FOUND: dict[str, type[NotFound]] = {people.LEAD: LeadNotFound, people.BUYER: BuyerNotFound}


class MessageUnknown(DomainError, code="message_unknown", status=400):
    """The lead sent no such message."""


class ContactAnswer(NamedTuple):
    """The contact gate's verdict, with the question and the facts behind it."""

    verdict: Verdict
    contact: Contact
    at: datetime  # the instant that was asked about
    zones: ZoneFacts
    situation: Situation
    is_converted: bool = True  # False where the question gave a local time

    @property
    def why(self) -> list[str]:
        """The refusal reasons in the active language, as they are said of a lead or of a buyer. Empty if it is permitted."""
        return [reason.of(self.contact.person.kind) for reason in self.verdict.reasons]

    @property
    def matched_market(self) -> str | None:
        """The market of the effective policy, or None if the place has no policy."""
        return self.situation.policy.matched_market if self.situation.policy else None

    @property
    def policy_version(self) -> int | None:
        """The version of the effective policy, or None if the place has no policy."""
        return self.situation.policy.version if self.situation.policy else None

    @property
    def purpose(self) -> str:
        """The purpose by which the contact was judged. A REPLY that answers no message of the lead is judged as PROSPECT."""
        return self.situation.purpose

    @property
    def sender(self) -> Sender:
        """The organisation's name and address, as each message to a lead must state them."""
        return self.situation.organisation.sender

    @property
    def is_one_call_in_30_days(self) -> bool:
        """Whether, by the policy, a number may be called again only 30 days after an answered call."""
        policy = self.situation.policy
        return policy is not None and policy.rules.one_call_in_30_days

    @property
    def local_time(self) -> datetime | None:
        """The local time in the first zone that refuses, else in the first zone. None if the question gave a local time."""
        zone = self.verdict.zone
        return self.at.astimezone(zone) if zone and self.is_converted else None


def decide_contact(
    province: str,
    market: str,
    channel: str,
    *,
    lead_score: Decimal | None = None,
    local: tuple[int, str] | None = None,
    at: datetime | None = None,
) -> ContactAnswer:
    """May an unknown person in this market be contacted by this channel?

    `local` is a weekday (Monday is 0) and an `HH:MM` by the person's own clock. If it is None, the instant `at` (default:
    now) is converted to every zone of the market, and contact must be allowed in each.
    """
    somebody = PersonFacts(person_id="", province=province, market=market, score=lead_score)
    return decide_contacts([Contact(somebody, channel, is_known=False)], at=at, local=local)[0]


def decide_lead(
    lead_id: str,
    channel: str,
    *,
    purpose: str = Purpose.PROSPECT.value,
    answers: int | None = None,
    at: datetime | None = None,
    local: tuple[int, str] | None = None,
) -> ContactAnswer:
    """May this lead be contacted by this channel at the instant `at` (default: now), or at `local`, a weekday (Monday is 0)
    and an `HH:MM` by the lead's own clock? `answers` is the id of the message to which a REPLY answers.

    Takes 2 queries; with `answers`, 3.

    Raises:
        LeadNotFound: nobody knows this lead.
        MessageUnknown: the lead sent no such message.

    """
    message = None if answers is None else _message_of(lead_id, answers)
    return decide_person(people.LEAD, lead_id, channel, purpose=purpose, answers=message, at=at, local=local)


def decide_person(
    kind: str,
    person_id: str,
    channel: str,
    *,
    purpose: str = Purpose.PROSPECT.value,
    answers: Received | None = None,
    at: datetime | None = None,
    local: tuple[int, str] | None = None,
) -> ContactAnswer:
    """May this person of this kind be contacted? As `decide_lead`; `answers` is the message itself. Takes 2 queries.

    Raises:
        LeadNotFound, BuyerNotFound: nobody knows this person.

    """
    person = known_person(kind, person_id)
    return decide_contacts([contact_without_step(person, channel, purpose, answers)], at=at, local=local)[0]


def _message_of(lead_id: str, message_id: int) -> Received:
    message = load_message(message_id)
    if message is None or message.lead_id != lead_id:
        raise MessageUnknown(attr="answers")
    return message


def contact_without_step(
    person: PersonFacts, channel: str, purpose: str = Purpose.PROSPECT.value, answers: Received | None = None
) -> Contact:
    """Build the question to the gate about contacting a known person outside any ladder. The person's own gap applies."""
    return Contact(person, channel, gap=timedelta(minutes=person.min_gap_minutes), purpose=purpose, answers=answers)


def require_readable(user: Any, person_id: str, kind: str = people.LEAD) -> None:
    """Refuse a user who may not read about this person.

    Raises:
        LeadNotFound, BuyerNotFound: the user is an agent whom the person does not concern.

    """
    if person_id not in people.readable_by(kind, user, [person_id]):
        raise _NOT_FOUND[kind]


def known_lead(lead_id: str) -> PersonFacts:
    """Return the facts about the lead with this id.

    Raises:
        LeadNotFound: nobody knows this lead.

    """
    return known_person(people.LEAD, lead_id)


def known_person(kind: str, person_id: str) -> PersonFacts:
    """Return the facts about the person of this kind with this id.

    Raises:
        LeadNotFound, BuyerNotFound: nobody knows this person.

    """
    person = people.load(kind, [person_id]).get(person_id)
    if person is None:
        raise _NOT_FOUND[kind](f"There is no {kind.lower()} {person_id}.")
    return person


def decide_contacts(
    contacts: Sequence[Contact],
    *,
    at: datetime | None = None,
    local: tuple[int, str] | None = None,
    standing_counts: bool = True,
    facts: GateFacts | None = None,
) -> list[ContactAnswer]:
    """Return the gate's answer for each contact, in order. Takes one query, or none if a verb has read the `facts` already
    (see `governance.gate.reading`). `at` and `local` are as in `decide_lead`.

    If `standing_counts` is False, go-live and the kill switch are ignored. Use this for questions that are not about now.
    """
    at = at or timezone.now()
    found = read_situations(contacts, at, standing_counts=standing_counts, facts=facts)
    verdicts = decide_all([(situation, contact.channel) for contact, _, situation in found], at, local)
    return [
        ContactAnswer(verdict, contact, at, zones, situation, local is None)
        for verdict, (contact, zones, situation) in zip(verdicts, found, strict=True)
    ]


class Judged(NamedTuple):
    """The gate's answer about a contact that happened, and when each of the person's next contacts is permitted."""

    answer: ContactAnswer
    is_opted_out: bool  # by what is on file when the contact is recorded
    following: list[Minutes]


def judge_contact(
    contact: Contact,
    at: datetime,
    following: Sequence[tuple[Contact, datetime]] = (),
    *,
    now: datetime,
    facts: GateFacts,
    spans: Sequence[tuple[timedelta, ...]] = (),
) -> Judged:
    """Judge a contact that happened at `at`, ignoring go-live and the kill switch. Find when the next ones are permitted.

    `following` lists the next contacts of the same person, each with its due time. `spans` are as in `permitted_minutes`.
    `facts` were read before `note_contact` notes this contact, because it is judged by the contact before it.
    """
    contacts = [contact, *(one for one, _ in following)]
    (_, zones, situation), *others = read_situations(contacts, at, standing_counts=False, facts=facts)
    answer = ContactAnswer(decide(situation, contact.channel, at), contact, at, zones, situation)
    minutes = []
    for (one, _, other), (_, due_at), own in zip(others, following, spans or [()] * len(following), strict=True):
        contacted_at = max(other.contacted_at or at, at)
        then = replace(other, contacted_at=contacted_at, gap=one.gap)
        minutes.append(Asked(then, one.channel, now).minutes(max(due_at, contacted_at), own))
    return Judged(answer, is_opted_out(situation, contact.channel, now), minutes)


def note_use(answer: ContactAnswer, sent_at: datetime, act: Act) -> bool:
    """If the person has a referral on file, record that a message used it. Return whether there is a referral.

    The referral is looked for in the ledger lines of `answer`, so a person without a referral costs no query.
    """
    contact, lines = answer.contact, answer.situation.ledger or ()
    if contact.channel == Channel.CALL or not any(line.basis == Basis.REFERRAL for line in lines):
        return False
    points = points_of(phone=contact.person.phone, email=contact.person.email)
    referrals.record_use(points=points, channel=contact.channel, sent_at=sent_at, act=act)
    return True


def is_contact_allowed(
    rules: dict[str, Any], weekday: int, hhmm: str, channel: str, lead_score: Decimal | None = None
) -> tuple[bool, str]:
    """Whether the settings that `get_effective_policy` returned allow contact at a local minute. Returns `ok, reason`.

    The customer's guide prescribes this function. It also checks the kill switch, go-live and the legal hours. It refuses
    if `rules` is empty (there is no policy, or the policy is off) and if `hhmm` is not a time.
    """
    at = timezone.now()
    now = read_facts(())
    policy = None
    if rules:
        policy = PolicyFacts(ALL, 0, enabled=True, rules=market_rules.parsed(market_rules.normalised(rules)))
    situation = Situation("", (), now.standing, policy, governed.at(now.mark).organisation, lead_score=lead_score)
    minute = (weekday, hhmm) if market_rules.is_hhmm(hhmm) else NO_MINUTE
    verdict = decide(situation, channel.upper(), at, minute)
    return verdict.allowed, verdict.code
