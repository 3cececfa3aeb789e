"""The front door of governance: may this verb act now, may this lead be contacted now. No answer is a refusal."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from governance import leads, messages
from governance.area_codes.models import AreaCodeSubscription
from governance.channels import Channel
from governance.clocks.models import MarketZone
from governance.clocks.resolving import ZoneFacts, resolve
from governance.compliance import last_contacts
from governance.compliance import services as compliance
from governance.compliance.grounds import Basis, Purpose
from governance.compliance.models import ClosedDay, ContactPoint, Organisation
from governance.compliance.phones import area_code
from governance.compliance.rules import CALL_AGAIN_AFTER, LedgerLine, Sender
from governance.compliance.rules import Organisation as OrganisationFacts
from governance.compliance.services import NOTHING, OnFile
from governance.contact import NO_MINUTE, Verdict, decide, decide_all
from governance.decisions import Decision, ExecutionClass, verb
from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.heimdall import services as heimdall
from governance.heimdall.errors import NotProdEligible
from governance.heimdall.models import HeimdallRecommendation, HeimdallScorecard
from governance.leads import CLOSED, LeadFacts
from governance.market import rules as market_rules
from governance.market.models import MarketPolicy
from governance.messages import Received
from governance.permitted import HORIZON_MAX, INTERVAL_MAX, Permission, calendar_of
from governance.reasons import Reason
from governance.risk import services as risk
from governance.risk.errors import RiskDenied
from governance.risk.models import RiskReservation
from governance.runbook import services as runbook
from governance.situation import NO_GAP, PolicyFacts, Situation, is_opted_out, lasting, what_decides
from wholesale.plumbing.errors import DomainError, NotFound
from wholesale.plumbing.lookups import among_sql
from wholesale.plumbing.texts import iso_utc
from wholesale.plumbing.vocabulary import ALL


class KillSwitchEngaged(DomainError):
    """The kill switch is engaged: nothing acts until an operator releases it."""

    code = "KILL_SWITCH_ENGAGED"
    status = 503


class GoLiveDisabled(DomainError):
    """The system is not live: nothing acts until an operator enables go-live."""

    code = "GO_LIVE_DISABLED"
    status = 503


class LeadNotFound(NotFound):
    """There is no such lead."""


class MessageUnknown(DomainError):
    """The lead sent no such message."""

    code = "message_unknown"
    status = 400


_REFUSALS: dict[str, type[DomainError]] = {error.code: error for error in (KillSwitchEngaged, GoLiveDisabled)}
STANDING = Decision(True, "standing")


def standing(execution_class: ExecutionClass, *, engaged: bool, live: bool) -> Decision:
    """What the go-live row says to a verb of this class (CONTRACT section 4)."""
    if execution_class in (ExecutionClass.SANDBOX, ExecutionClass.EXECUTE) and engaged:
        return Decision(False, KillSwitchEngaged.code, KillSwitchEngaged().detail)
    if execution_class is ExecutionClass.EXECUTE and not live and settings.GO_LIVE_ENFORCE:
        return Decision(False, GoLiveDisabled.code, GoLiveDisabled().detail)
    return STANDING


def require(execution_class: ExecutionClass) -> None:
    """Let a verb act, or refuse. Within its transaction it holds off any toggle until that ends; read the clock after it.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: the verb may not act now.

    """
    engaged, live = golive.held_switches() if transaction.get_connection().in_atomic_block else golive.switches()
    decision = standing(execution_class, engaged=engaged, live=live)
    if not decision.allowed:
        raise _REFUSALS[decision.code]


class Contact(NamedTuple):
    """Somebody to be contacted. For an unknown person `lead` holds the place, and perhaps the id. Consent is not checked."""

    lead: LeadFacts
    channel: str
    is_known: bool = True
    gap: timedelta = NO_GAP  # at least so long after the last contact of this person
    purpose: str = Purpose.PROSPECT.value  # of a message
    answers: Received | None = None  # of a REPLY: the message that it answers


class ContactAnswer(NamedTuple):
    """The contact gate's verdict, with what it was made from."""

    verdict: Verdict
    contact: Contact
    at: datetime  # the instant that was asked about
    zones: ZoneFacts
    situation: Situation
    is_converted: bool = True  # False where local time was given, so that no clock was asked

    @property
    def matched_market(self) -> str | None:
        """The market of the policy that governs."""
        return self.situation.policy.matched_market if self.situation.policy else None

    @property
    def policy_version(self) -> int | None:
        """The version of the policy that governs."""
        return self.situation.policy.version if self.situation.policy else None

    @property
    def purpose(self) -> str:
        """For which purpose it was judged: a REPLY that answers no message of the lead is prospecting."""
        return self.situation.purpose

    @property
    def sender(self) -> Sender:
        """Who contacts."""
        return self.situation.organisation.sender

    @property
    def is_one_call_in_30_days(self) -> bool:
        """Whether the policy makes a second call to a number wait."""
        policy = self.situation.policy
        return policy is not None and policy.rules.one_call_in_30_days

    @property
    def local_time(self) -> datetime | None:
        """What a clock shows in the zone that refused, else in the first; None where local time was given."""
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
    """May somebody in this market be contacted by this channel?

    `local` is their own weekday (Monday is 0) and `HH:MM`; without it the instant `at` (default: now) is converted for every
    zone that the market may live in, and must be allowed in each.
    """
    somebody = LeadFacts(lead_id="", province=province, market=market, score=lead_score)
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
    """May this lead be contacted by this channel, at `at` (default: now) or at its own `local` minute? In 2 queries.

    `answers` is the id of the message that a REPLY answers; it is read in one query more.

    Raises:
        LeadNotFound: nobody knows this lead.
        MessageUnknown: the lead sent no such message.

    """
    lead = known_lead(lead_id)
    message = None if answers is None else _message_of(lead_id, answers)
    return decide_contacts([contact_without_step(lead, channel, purpose, message)], at=at, local=local)[0]


def _message_of(lead_id: str, message_id: int) -> Received:
    message = messages.load(message_id)
    if message is None or message.lead_id != lead_id:
        raise MessageUnknown(attr="answers")
    return message


def contact_without_step(
    lead: LeadFacts, channel: str, purpose: str = Purpose.PROSPECT.value, answers: Received | None = None
) -> Contact:
    """A known lead who is asked about by itself, not as a step of a ladder."""
    return Contact(lead, channel, gap=timedelta(minutes=lead.min_gap_minutes), purpose=purpose, answers=answers)


def require_readable(user: Any, lead_id: str) -> None:
    """Refuse a user who does not read about this lead.

    Raises:
        LeadNotFound: it is an agent, and the lead is none that it reads about.

    """
    if lead_id not in leads.readable_by(user, [lead_id]):
        raise LeadNotFound


def known_lead(lead_id: str) -> LeadFacts:
    """The lead with this id.

    Raises:
        LeadNotFound: nobody knows this lead.

    """
    lead = leads.load([lead_id]).get(lead_id)
    if lead is None:
        raise LeadNotFound(f"There is no lead {lead_id}.")
    return lead


def decide_contacts(
    contacts: Sequence[Contact],
    *,
    at: datetime | None = None,
    local: tuple[int, str] | None = None,
    standing_counts: bool = True,
) -> list[ContactAnswer]:
    """The answer for each, in their order, in one query however many there are.

    Without `standing_counts` the go-live row is left aside: what the rules say of a contact that has happened.
    """
    at = at or timezone.now()
    found = _situations(contacts, at, at, standing_counts=standing_counts)
    verdicts = decide_all([(situation, contact.channel) for contact, _, situation in found], at, local)
    return [
        ContactAnswer(verdict, contact, at, zones, situation, local is None)
        for verdict, (contact, zones, situation) in zip(verdicts, found, strict=True)
    ]


class Minutes(NamedTuple):
    """When a contact may be made: the first permitted minute at or after it falls due, and the permitted interval that
    contains now, or the next one. None where no minute within the horizon is permitted, as far as is known."""

    actionable_at: datetime | None
    open_from: datetime | None
    open_until: datetime | None  # its last instant
    opted_out: bool  # the number, the address or the lead has said no to the channel
    passed: tuple[datetime | None, ...] = ()  # when each of the spans that were asked about has passed


def permitted_minutes(
    contacts: Sequence[tuple[Contact, datetime]], *, now: datetime, spans: Sequence[tuple[timedelta, ...]] = ()
) -> list[Minutes]:
    """For each contact and the time at which it falls due: its minutes, in the same order, in one query.

    With `spans`, some for each contact, also the instants at which so much permitted time has passed since then.
    The go-live row is left aside: it stops all at once, and no minute more than another.
    """
    latest = max([due_at for _, due_at in contacts], default=now)
    different = list(dict.fromkeys(contact for contact, _ in contacts))  # a ladder asks of the same one several times
    asked = dict(zip(different, asked_about(different, now=now, until=latest), strict=True))
    if not spans:
        return [asked[contact].minutes(due_at) for contact, due_at in contacts]
    return [asked[contact].minutes(due_at, own) for (contact, due_at), own in zip(contacts, spans, strict=True)]


def asked_about(contacts: Sequence[Contact], *, now: datetime, until: datetime) -> list["Asked"]:
    """Each contact as it is now, in their order, for due times up to `until`, in one query. Of the go-live row nothing."""
    shared: dict[Any, Asked] = {}
    found = []
    for contact, _, situation in _situations(contacts, now, max(until, now), standing_counts=False):
        same = calendar_of(situation, contact.channel), what_decides(situation, contact.channel)
        if same not in shared:
            shared[same] = Asked(situation, contact.channel, now)
        found.append(shared[same])
    return found


class Asked:
    """When contact is permitted in a situation by a channel, as it is now; each due time is worked out once."""

    def __init__(self, situation: Situation, channel: str, now: datetime) -> None:
        self._permission = Permission(situation, channel)
        self._interval = self._permission.interval(now)
        self._opted_out = is_opted_out(situation, channel, now)
        self._known: dict[tuple[datetime, tuple[timedelta, ...]], Minutes] = {}
        self._now = situation, channel, now

    @cached_property
    def refusals(self) -> frozenset[Reason]:
        """What refuses now and is not mended by a later minute alone."""
        reasons, _ = lasting(*self._now)
        return frozenset(reasons)

    def minutes(self, due_at: datetime, spans: tuple[timedelta, ...] = ()) -> Minutes:
        found = self._known.get((due_at, spans))
        if found is None:
            found = self._known[due_at, spans] = self._worked_out(due_at, spans)
        return found

    def _worked_out(self, due_at: datetime, spans: tuple[timedelta, ...]) -> Minutes:
        open_from, open_until = self._interval or (None, None)
        is_open_then = self._interval is not None and self._interval[0] <= due_at <= self._interval[1]
        actionable_at = due_at if is_open_then else self._permission.next_at(due_at)
        passed = tuple(self._permission.passed(due_at, span) for span in spans)
        return Minutes(actionable_at, open_from, open_until, self._opted_out, passed)


class Judged(NamedTuple):
    """A contact that happened, and when the person may be contacted again."""

    answer: ContactAnswer
    is_opted_out: bool  # as far as is on file when it is told
    following: list[Minutes]


def judge_contact(
    contact: Contact,
    at: datetime,
    following: Sequence[tuple[Contact, datetime]] = (),
    *,
    now: datetime,
    spans: Sequence[tuple[timedelta, ...]] = (),
) -> Judged:
    """What the rules say of a contact that happened at `at` and is told now, as `decide_contacts` without the go-live row;
    and the minutes of the contacts of the same person that follow, each with the time at which it falls due. In one query.

    Call it before the contact is noted: of the last contact before it the ledger knows.
    """
    latest = max([due_at for _, due_at in following], default=now)
    contacts = [contact, *(one for one, _ in following)]
    (_, zones, situation), *others = _situations(contacts, at, max(latest, now), standing_counts=False)
    answer = ContactAnswer(decide(situation, contact.channel, at), contact, at, zones, situation)
    minutes = []
    for (one, _, other), (_, due_at), own in zip(others, following, spans or [()] * len(following), strict=True):
        contacted_at = max(other.contacted_at or at, at)
        then = replace(other, contacted_at=contacted_at, gap=one.gap)
        minutes.append(Asked(then, one.channel, now).minutes(max(due_at, contacted_at), own))
    return Judged(answer, is_opted_out(situation, contact.channel, now), minutes)


def _situations(
    contacts: Sequence[Contact], at: datetime, until: datetime, *, standing_counts: bool
) -> list[tuple[Contact, ZoneFacts, Situation]]:
    """All that each answer depends on, in their order, for questions about the instants from `at` to `until`."""
    if not contacts:
        return []
    provinces = {contact.lead.province for contact in contacts}
    points = [_point(contact) if contact.is_known else None for contact in contacts]
    leads_asked = [compliance.lead_point(contact.lead.lead_id) for contact in contacts]
    subjects = {subject for subject in (*points, *leads_asked) if subject}
    area_codes = {_area_code(contact) for contact in contacts} - {""}
    rules = _rules(provinces, {contact.lead.market for contact in contacts}, at, until, subjects, area_codes)
    standing = rules.standing if standing_counts else STANDING
    closed_days = {
        province: frozenset(day for where, day in rules.closed if where in ("", province)) for province in provinces
    }
    shared: dict[Any, tuple[ZoneFacts, Situation]] = {}  # most leads are in the same situation as others
    found = []
    for contact, point, as_lead in zip(contacts, points, leads_asked, strict=True):
        lead = contact.lead
        on_file = rules.on_file[point] if point else NOTHING, rules.on_file[as_lead] if as_lead else None
        policy = rules.policies.get((lead.province, lead.market)) or rules.policies.get((lead.province, ALL))
        person = _person(contact, *on_file, at, policy, rules.subscribed_until)
        same = lead.province, lead.market, lead.zone, lead.postal_code, lead.score, person
        if same not in shared:
            zones = resolve(
                lead.province,
                lead_zone=lead.zone,
                market_zone=rules.zones.get((lead.province, lead.market), ""),
                postal_code=lead.postal_code,
            )
            days = closed_days[lead.province]
            shared[same] = (
                zones,
                Situation(lead.province, zones.zones, standing, policy, rules.organisation, days, lead.score, *person),
            )
        found.append((contact, *shared[same]))
    return found


class _Person(NamedTuple):
    """The facts of a `Situation` that are the person's own, in its order."""

    ledger: tuple[LedgerLine, ...] | None
    of_lead: tuple[LedgerLine, ...] | None
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
    as_lead: OnFile | None,
    at: datetime,
    policy: PolicyFacts | None,
    subscribed_until: Mapping[str, date],
) -> _Person:
    """What is known of whom to contact. A last contact whose gap is over by `at` makes no difference from then on, and an
    answered call none where the policy asks for no wait."""
    lead = contact.lead
    noted = (at_point.contacted_at, as_lead.contacted_at if as_lead else None)
    contacted = [one for one in noted if one and contact.gap and one + contact.gap > at]
    return _Person(
        ledger=at_point.lines if contact.is_known else None,
        of_lead=as_lead.lines if as_lead else None,
        is_closed=lead.status in CLOSED,
        is_wrong=bool(lead.email_is_wrong if contact.channel == Channel.EMAIL else lead.phone_is_wrong),
        contacted_at=max(contacted, default=None),
        gap=contact.gap if contacted else NO_GAP,
        answered_at=_answered_at(contact, at_point, at, policy),
        subscribed_until=subscribed_until.get(_area_code(contact)),
        role=lead.role,
        purpose=_purpose(contact, at, noted) if contact.purpose == Purpose.REPLY else contact.purpose,
    )


def _purpose(contact: Contact, at: datetime, contacted: Iterable[datetime | None]) -> str:
    """The purpose of what is said to be a REPLY: it is one to a message that the lead sent by the same channel from the
    number or address that is written to, with no contact since. What answers no such message is prospecting."""
    message, point = contact.answers, _point(contact)
    is_reply = (
        message is not None
        and point is not None
        and message.lead_id == contact.lead.lead_id
        and message.channel == contact.channel
        and compliance.digest(point) in message.known_by
        and message.received_at <= at
        and all(one is None or one < message.received_at for one in contacted)
    )
    return contact.purpose if is_reply else Purpose.PROSPECT.value


def _area_code(contact: Contact) -> str:
    """That of the number which is to be called; empty of any other contact, and of a lead that nobody knows."""
    return area_code(contact.lead.phone) if contact.channel == Channel.CALL and contact.is_known else ""


def _answered_at(contact: Contact, at_point: OnFile, at: datetime, policy: PolicyFacts | None) -> datetime | None:
    """The last answered call to the number, where the policy makes a second one wait for it."""
    answered_at = at_point.answered_at
    if contact.channel != Channel.CALL or answered_at is None or answered_at + CALL_AGAIN_AFTER <= at:
        return None
    return answered_at if policy and policy.rules.one_call_in_30_days else None


def _point(contact: Contact) -> compliance.Point | None:
    return compliance.point_of(contact.channel, phone=contact.lead.phone, email=contact.lead.email)


Point = compliance.Point
channels_of = compliance.channels_of
contact_points = compliance.contact_points
lock_all_points = compliance.lock_all_points
LEAD = ContactPoint.Kind.LEAD.value
lead_point = compliance.lead_point
lock_points = compliance.lock_points
note_contact = last_contacts.note_contact
point_of = compliance.point_of
points_of = compliance.points_of
hold_points = compliance.hold_points
is_opted_out_at = compliance.is_opted_out
lift_opt_out = compliance.lift_opt_out
lock_points_known_by = compliance.lock_points_known_by
record_opt_out = compliance.record_opt_out
release_points = compliance.release_points
sender = compliance.sender


def note_use(answer: ContactAnswer, sent_at: datetime, **signature: Any) -> bool:
    """Count the use of a referral, where one is on file of whom a message went to. Whether there was one.

    `answer` was made before the message was noted, so no statement is needed to know. `signature`: actor, user,
    correlation_id, now.
    """
    contact, lines = answer.contact, answer.situation.ledger or ()
    if contact.channel == Channel.CALL or not any(line.basis == Basis.REFERRAL for line in lines):
        return False
    points = points_of(phone=contact.lead.phone, email=contact.lead.email)
    compliance.record_use(points=points, channel=contact.channel, sent_at=sent_at, **signature)
    return True


# The go-live row and the organisation in the first row, then some markets' policies and zones and all closed days, then the
# subscriptions for some area codes (in a market's place, each with its last day), then the ledger's lines about some points
# in their order: one statement. The gate is asked more often than anything else, and reading the rows each time keeps its
# answer true the moment that one of them changes. A query set would cost more than all the rest.
_FIRST, _PLACE, _AREA_CODE = -3, -2, -1  # a line of the ledger has its own id, and a point without lines 0
_RULES_SQL = f"""
{{asked}}
SELECT r.*, s.kill_switch_engaged, s.go_live_enabled,
    o.consent, o.scrub, o.identity, o.registration_number, o.registration_expires_on, o.digest_key_mark,
    {", ".join(f"o.{name}" for name in Sender._fields)}
FROM (
    SELECT {_PLACE} AS line, province, market, enabled, version, rules, NULL AS zone, CAST(NULL AS date) AS day,
        NULL AS digest, NULL AS contacted_at, NULL AS entry, NULL AS channel, NULL AS effective_at, NULL AS basis,
        NULL AS expires_at
    FROM {MarketPolicy._meta.db_table} WHERE province {{among}} AND (market {{among}} OR market = '{ALL}')
    UNION ALL
    SELECT {_PLACE}, province, market, NULL, NULL, NULL, zone, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {MarketZone._meta.db_table} WHERE province {{among}} AND market {{among}}
    UNION ALL
    SELECT {_PLACE}, province, NULL, NULL, NULL, NULL, NULL, day, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {ClosedDay._meta.db_table} WHERE day BETWEEN %s AND %s
    {{subscriptions}}
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, NULL, NULL, digest, contacted_at, entry, channel, effective_at, basis,
        expires_at
    FROM ({compliance.LINES_SQL}) AS lines
    UNION ALL
    SELECT {_FIRST}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
) AS r
LEFT JOIN {GoLiveState._meta.db_table} AS s ON s.id = 1 AND r.line = {_FIRST}
LEFT JOIN {Organisation._meta.db_table} AS o ON o.id = 1 AND r.line = {_FIRST}
ORDER BY r.line
"""
# Only where a number is to be called.
_SUBSCRIPTIONS_SQL = f"""
UNION ALL
SELECT {_AREA_CODE}, NULL, area_code, NULL, NULL, NULL, NULL, expires_on, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM {AreaCodeSubscription._meta.db_table} WHERE area_code {{among}}
"""
_OF_A_PLACE, _OF_A_LINE, _OF_ALL = slice(1, 8), slice(8, 15), slice(15, None)  # columns of a row
# A local day begins and ends at other instants than one of UTC, and an interval is looked for a day before.
_BEFORE, _AFTER = INTERVAL_MAX + timedelta(days=1), HORIZON_MAX + timedelta(days=1)


class _Rules(NamedTuple):
    """All that governs contact in some places and at some points, beside the leads' own facts."""

    standing: Decision
    organisation: OrganisationFacts
    policies: dict[tuple[str, str], PolicyFacts]  # by province and market
    zones: dict[tuple[str, str], str]  # of the markets that have one
    closed: list[tuple[str, date]]  # the province, "" for all, and the day
    subscribed_until: dict[str, date]  # by area code
    on_file: compliance.Ledgers  # about each point


def _rules(
    provinces: Collection[str],
    markets: Collection[str],
    at: datetime,
    until: datetime,
    points: Collection[compliance.Point],
    area_codes: Collection[str] = (),
) -> _Rules:
    known_by = compliance.digests(points)
    among, in_provinces = among_sql(provinces)
    places = [in_provinces, among_sql(markets)[1]]
    days = (at - _BEFORE).date(), (until + _AFTER).date()
    subscriptions = _SUBSCRIPTIONS_SQL.format(among=among) if area_codes else ""
    codes = [among_sql(area_codes)[1]] if area_codes else []
    with connection.cursor() as cursor:
        asked, values = compliance.asked_sql(known_by.values())
        statement = _RULES_SQL.format(asked=asked, among=among, subscriptions=subscriptions)
        cursor.execute(statement, [values, *places, *places, *days, *codes])
        first, *rows = cursor.fetchall()
    engaged, live, consent, scrub, identity, number, expires_on, key_mark, *sender = first[_OF_ALL]
    decided = standing(ExecutionClass.EXECUTE, engaged=engaged is None or bool(engaged), live=bool(live))
    organisation = OrganisationFacts(is_ledger_readable=False)  # without its row nobody can tell
    if consent:
        is_readable = key_mark in ("", compliance.digest_key_mark())
        organisation = OrganisationFacts(consent, scrub, identity, number, _date(expires_on), is_readable, Sender(*sender))
    lines = (row[_OF_A_LINE] for row in rows if row[0] not in (_PLACE, _AREA_CODE))
    subscribed_until = {row[2]: last_day for row in rows if row[0] == _AREA_CODE and (last_day := _date(row[7]))}
    found = _Rules(decided, organisation, {}, {}, [], subscribed_until, compliance.filed(known_by, lines))
    for province, market, enabled, version, rules, zone, day in (row[_OF_A_PLACE] for row in rows if row[0] == _PLACE):
        if rules is not None:
            found.policies[province, market] = PolicyFacts(market, version, bool(enabled), market_rules.parsed_text(rules))
        elif zone is not None:
            found.zones[province, market] = zone
        elif closed := _date(day):
            found.closed.append((province, closed))
    return found


def _date(value: date | str | None) -> date | None:
    """SQLite answers a date as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def is_contact_allowed(
    rules: dict[str, Any], weekday: int, hhmm: str, channel: str, lead_score: Decimal | None = None
) -> tuple[bool, str]:
    """The guide's check of rules from `get_effective_policy`: `ok, reason`. Held to the kill switch, go-live and the law's
    calling hours as well.

    Empty rules (no policy, or one that is off) are refused, and so is an `hhmm` that is no time.
    """
    at = timezone.now()
    now = _rules((), (), at, at, ())
    policy = None
    if rules:
        policy = PolicyFacts(ALL, 0, enabled=True, rules=market_rules.parsed(market_rules.normalised(rules)))
    situation = Situation("", (), now.standing, policy, now.organisation, lead_score=lead_score)
    minute = (weekday, hhmm) if market_rules.is_hhmm(hhmm) else NO_MINUTE
    verdict = decide(situation, channel.upper(), at, minute)
    return verdict.allowed, verdict.code


class ChecklistFailed(DomainError):
    """The runbook has blockers: go-live stays off."""

    code = "checklist_failed"
    status = 412

    def __init__(self, blockers: list[dict[str, Any]]) -> None:
        super().__init__()
        self.blockers = blockers

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One for each failing check, named by its id."""
        return [(blocker["message"], blocker["id"]) for blocker in self.blockers]


def go_live_checklist(now: datetime | None = None) -> dict[str, Any]:
    """The runbook's checks as one list, the failing ones first."""
    found = runbook.status(now)
    return {
        "ok_to_enable_go_live": found["ok_to_enable_go_live"],
        "items": [*found["blockers"], *found["warnings"], *found["info"]],
    }


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def enable_go_live(*, changed_by: str, reason: str, user: User | None = None, now: datetime | None = None) -> GoLiveState:
    """Go live. The toggle's lock is taken before the runbook is asked, so no kill switch is engaged in between.

    Raises:
        ChecklistFailed: the runbook has a blocker.

    """
    golive.lock_exclusive()
    now = now or timezone.now()
    blockers = runbook.blockers(now)
    if blockers:
        raise ChecklistFailed(blockers)
    state = golive.enable_go_live(changed_by=changed_by, reason=reason, user=user, now=now)
    if state.kill_switch_engaged:  # in this moment: it waits for no lock
        raise ChecklistFailed(runbook.blockers(now))
    return state


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def risk_reserve(**reservation: Any) -> tuple[Decision, RiskReservation | None]:
    """Put an amount at stake (`governance.risk.services.reserve` says how). A denial is an answer, kept as an event.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return risk.reserve(**reservation)


def risk_reserve_or_raise(engine: str, amount: Decimal, *, actor: str, **options: Any) -> RiskReservation:
    """The guide's reservation for Python callers.

    Raises:
        RiskDenied: a cap does not allow it. The denial's event stays unless the caller's own transaction is undone.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    decision, reservation = risk_reserve(engine=engine, amount=amount, actor=actor, **options)
    if reservation is None:
        raise RiskDenied(decision.detail)
    return reservation


@dataclass(slots=True)
class AtStake:
    """A reservation in use; set `realized_loss` (CAD) to what was lost."""

    reservation: RiskReservation
    realized_loss: Decimal = Decimal(0)


@contextmanager
def risk_reserved(engine: str, amount: Decimal, *, actor: str, **options: Any) -> Iterator[AtStake]:
    """Hold a reservation for a block, and settle it however the block ends.

    Raises:
        LossAboveReservation: more was lost than was reserved, and the user may not settle that; it stays open.
        RiskDenied, KillSwitchEngaged, GoLiveDisabled: see `risk_reserve_or_raise`.

    """
    at_stake = AtStake(risk_reserve_or_raise(engine, amount, actor=actor, **options))
    try:
        yield at_stake
    finally:
        risk.risk_settle(
            at_stake.reservation.pk,
            at_stake.realized_loss,
            actor=actor,
            correlation_id=at_stake.reservation.correlation_id,
            user=options.get("user"),
            now=options.get("now"),
        )


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_trial(**trial: Any) -> HeimdallScorecard:
    """Count a sandbox trial (`governance.heimdall.services.record_trial` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.record_trial(**trial)


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_recommend(**advice: Any) -> HeimdallRecommendation:
    """Keep an AI's advice (`governance.heimdall.services.recommend` says how).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    return heimdall.recommend(**advice)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def heimdall_use(recommendation_id: int, *, actor: str = "system", **options: Any) -> Decision:
    """May production use this advice now? Judged anew, and the answer kept as an event.

    Raises:
        RecommendationNotFound: no such recommendation.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    return heimdall.judge_use(recommendation_id, actor=actor, **options)


def heimdall_require_prod_eligible(recommendation_id: int, **options: Any) -> None:
    """Let production use this advice, or refuse.

    Raises:
        NotProdEligible: the gate refuses; its code is in the message. Also: see `heimdall_use`.

    """
    decision = heimdall_use(recommendation_id, **options)
    if not decision.allowed:
        raise NotProdEligible(f"{decision.code}: {decision.detail}")


@dataclass(frozen=True, slots=True)
class Stop:
    """What stands still now. Any later change, whoever makes it, gives it another mark."""

    mark: str
    began: bool  # False where it stood still already
    by: str = ""  # who had stopped everything before


def stop_all(*, changed_by: str, reason: str, now: datetime) -> Stop:
    """Engage the kill switch, saying why. Call it outside any transaction (`governance.golive.services.engage` says why)."""
    state, began, _ = golive.engage(changed_by=changed_by, reason=reason, now=now)
    return Stop(_mark(state), began, "" if state.updated_at == now else state.changed_by)


def lift_stop_of_all(mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Release the kill switch, if nobody touched the go-live state since it got this mark. Whether it did."""
    golive.lock_exclusive()
    state = golive.locked_state()
    if state is None or _mark(state) != mark:
        return False
    golive.release_kill_switch(changed_by=changed_by, reason=reason, user=user, now=now)
    return True


def _mark(state: GoLiveState) -> str:
    return iso_utc(state.updated_at)


def throttle_engine(engine: str, *, changed_by: str, reason: str, now: datetime) -> Stop | None:
    """Switch the engine's risk policy off, saying why. None where it has none."""
    policy = risk.locked_policy(engine)
    if policy is None:
        return None
    began = policy.enabled
    if began:
        policy = risk.upsert_policy(engine=engine, enabled=False, changed_by=changed_by, reason=reason, now=now)
    return Stop(str(policy.version), began)


def lift_throttle(engine: str, mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Switch the engine's risk policy on again, if nobody touched it since it got this mark. Whether it did."""
    policy = risk.locked_policy(engine)
    if policy is None or str(policy.version) != mark:
        return False
    risk.upsert_policy(engine=engine, enabled=True, changed_by=changed_by, reason=reason, user=user, now=now)
    return True
