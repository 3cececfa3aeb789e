"""Reading everything that contact decisions depend on, in one SQL statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from governance.area_codes.models import AreaCodeSubscription
from governance.channels import Channel
from governance.clocks.models import MarketZone
from governance.clocks.resolving import ZoneFacts, resolve
from governance.closed_days.models import ClosedDay
from governance.decisions import Decision, ExecutionClass
from governance.gate.facts import NO_GAP, Contact, PolicyFacts, Situation
from governance.gate.permission import HORIZON_MAX, INTERVAL_MAX
from governance.gate.standing import STANDING, decide_standing
from governance.golive.models import GoLiveState
from governance.grounds import Purpose
from governance.ledger import reading
from governance.ledger.points import Point, digest, digest_key_mark, digests, lead_point, point_of
from governance.ledger.reading import NOTHING, OnFile
from governance.ledger.rules import CALL_AGAIN_AFTER, LedgerLine
from governance.market import rules as market_rules
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.organisation.rules import OrganisationFacts, Sender
from governance.people import CLOSED
from wholesale.plumbing.compiled import Columns, fetch
from wholesale.plumbing.lookups import among_sql
from wholesale.plumbing.phones import area_code
from wholesale.plumbing.vocabulary import ALL


def read_situations(
    contacts: Sequence[Contact], at: datetime, until: datetime, *, standing_counts: bool
) -> list[tuple[Contact, ZoneFacts, Situation]]:
    """Each contact with its zones and its situation, in the same order, for instants from `at` to `until`. One query. If
    `standing_counts` is False, go-live and the kill switch are ignored."""
    if not contacts:
        return []
    provinces = {contact.lead.province for contact in contacts}
    points = [_point(contact) if contact.is_known else None for contact in contacts]
    leads_asked = [lead_point(contact.lead.lead_id) for contact in contacts]
    subjects = {subject for subject in (*points, *leads_asked) if subject}
    area_codes = {_area_code(contact) for contact in contacts} - {""}
    rules = read_rules(provinces, {contact.lead.market for contact in contacts}, at, until, subjects, area_codes)
    standing = rules.standing if standing_counts else STANDING
    closed_days = {
        province: frozenset(day for where, day in rules.closed if where in ("", province)) for province in provinces
    }
    shared: dict[Any, tuple[ZoneFacts, Situation]] = {}  # most leads share their situation with others
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
    """The facts of a `Situation` that concern the person, in the order of its fields."""

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
    """The facts of a `Situation` that concern the person. A last contact is left out if its gap is over at
    `at`. An answered call is left out if the policy asks for no wait after it."""
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
    """The purpose by which a REPLY is judged: REPLY if it answers a message that the lead sent by the same channel, from the
    number or address that is written to, and nobody has contacted the lead since. Else PROSPECT."""
    message, point = contact.answers, _point(contact)
    is_reply = (
        message is not None
        and point is not None
        and message.lead_id == contact.lead.lead_id
        and message.channel == contact.channel
        and digest(point) in message.known_by
        and message.received_at <= at
        and all(one is None or one < message.received_at for one in contacted)
    )
    return contact.purpose if is_reply else Purpose.PROSPECT.value


def _area_code(contact: Contact) -> str:
    """The area code of the number to call. Empty if the contact is a message, or if the lead is unknown."""
    return area_code(contact.lead.phone) if contact.channel == Channel.CALL and contact.is_known else ""


def _answered_at(contact: Contact, at_point: OnFile, at: datetime, policy: PolicyFacts | None) -> datetime | None:
    """The time of the last answered call to the number. None if, by the policy, a call at `at` need not wait after it."""
    answered_at = at_point.answered_at
    if contact.channel != Channel.CALL or answered_at is None or answered_at + CALL_AGAIN_AFTER <= at:
        return None
    return answered_at if policy and policy.rules.one_call_in_30_days else None


def _point(contact: Contact) -> Point | None:
    return point_of(contact.channel, phone=contact.lead.phone, email=contact.lead.email)


# One statement reads all: the go-live row and the organisation in the first row; then the policies and zones of some markets
# and the closed days; then the subscriptions for some area codes (the code in the column of the market, with its last day);
# then the ledger lines about some points, in their order. The gate is the hottest reader. It reads the rows each time, so
# its answer is right as soon as one of them changes. A query set would cost more than all the rest.
_FIRST, _PLACE, _AREA_CODE = -3, -2, -1  # a ledger line has its id here, a last contact 0
_RULES_SQL = f"""
{{asked}}
SELECT r.*, s.kill_switch_engaged, s.go_live_enabled,
    o.consent, o.scrub, o.identity, o.registration_number, o.registration_expires_on, o.digest_key_mark,
    {", ".join(f"o.{name}" for name in Sender._fields)}
FROM (
    SELECT line, NULL AS province, NULL AS market, NULL AS enabled, NULL AS version, NULL AS rules, NULL AS zone,
        CAST(NULL AS date) AS day, digest, contacted_at, entry, channel, effective_at, basis, expires_at
    FROM ({reading.LINES_SQL}) AS lines
    UNION ALL
    SELECT {_PLACE}, province, market, enabled, version, rules, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {MarketPolicy._meta.db_table} WHERE province {{provinces}} AND (market {{markets}} OR market = '{ALL}')
    UNION ALL
    SELECT {_PLACE}, province, market, NULL, NULL, NULL, zone, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {MarketZone._meta.db_table} WHERE province {{provinces}} AND market {{markets}}
    UNION ALL
    SELECT {_PLACE}, province, NULL, NULL, NULL, NULL, NULL, day, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {ClosedDay._meta.db_table} WHERE day BETWEEN %(first_day)s AND %(last_day)s
    {{subscriptions}}
    UNION ALL
    SELECT {_FIRST}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
) AS r
LEFT JOIN {GoLiveState._meta.db_table} AS s ON s.id = 1 AND r.line = {_FIRST}
LEFT JOIN {Organisation._meta.db_table} AS o ON o.id = 1 AND r.line = {_FIRST}
ORDER BY r.line
"""
# Part of the statement only if a number is to be called.
_SUBSCRIPTIONS_SQL = f"""
UNION ALL
SELECT {_AREA_CODE}, NULL, area_code, NULL, NULL, NULL, NULL, expires_on, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM {AreaCodeSubscription._meta.db_table} WHERE area_code {{area_codes}}
"""
_COLUMNS = Columns(
    *[None] * 7,
    *Columns.of(ClosedDay, "day"),
    *reading.LINE_COLUMNS,
    *[None] * 6,
    *Columns.of(Organisation, "registration_expires_on"),
)
_OF_A_PLACE, _OF_A_LINE, _OF_ALL = slice(1, 8), slice(8, 15), slice(15, None)  # columns of a row
# Closed days are read for some days more on both sides: a local day is not a day of UTC, and an interval may begin earlier.
_BEFORE, _AFTER = INTERVAL_MAX + timedelta(days=1), HORIZON_MAX + timedelta(days=1)


class _Rules(NamedTuple):
    """The rules that decide contact in some places, and what is on file about some contact points."""

    standing: Decision
    organisation: OrganisationFacts
    policies: dict[tuple[str, str], PolicyFacts]  # by province and market
    zones: dict[tuple[str, str], str]  # by province and market, of the markets that have a zone
    closed: list[tuple[str, date]]  # the province ("" is every province) and the day
    subscribed_until: dict[str, date]  # by area code
    on_file: reading.Ledgers  # about each point


@cache
def _rules_sql(has_area_codes: bool) -> str:
    among = {name: among_sql(name) for name in ("provinces", "markets", "area_codes")}
    subscriptions = _SUBSCRIPTIONS_SQL.format(**among) if has_area_codes else ""
    return _RULES_SQL.format(asked=reading.asked_sql(), subscriptions=subscriptions, **among)


def read_rules(
    provinces: Collection[str],
    markets: Collection[str],
    at: datetime,
    until: datetime,
    points: Collection[Point],
    area_codes: Collection[str] = (),
) -> _Rules:
    """The rules for contact in some places from `at` to `until`, and what is on file about some points. One query."""
    known_by = digests(points)
    given = {
        "asked": list(dict.fromkeys(known_by.values())),
        "provinces": provinces,
        "markets": markets,
        "first_day": (at - _BEFORE).date(),
        "last_day": (until + _AFTER).date(),
        "area_codes": area_codes,
    }
    first, *rows = fetch(_rules_sql(bool(area_codes)), _COLUMNS, given)
    engaged, live, consent, scrub, identity, number, expires_on, key_mark, *sender = first[_OF_ALL]
    decided = decide_standing(ExecutionClass.EXECUTE, engaged=engaged is None or bool(engaged), live=bool(live))
    organisation = OrganisationFacts(is_ledger_readable=False)  # without the row the key of the ledger is not known
    if consent:
        is_readable = key_mark in ("", digest_key_mark())
        organisation = OrganisationFacts(consent, scrub, identity, number, expires_on, is_readable, Sender(*sender))
    lines = (row[_OF_A_LINE] for row in rows if row[0] not in (_PLACE, _AREA_CODE))
    subscribed_until = {row[2]: row[7] for row in rows if row[0] == _AREA_CODE}
    found = _Rules(decided, organisation, {}, {}, [], subscribed_until, reading.filed(known_by, lines))
    for province, market, enabled, version, rules, zone, day in (row[_OF_A_PLACE] for row in rows if row[0] == _PLACE):
        if rules is not None:
            found.policies[province, market] = PolicyFacts(market, version, bool(enabled), market_rules.parsed_text(rules))
        elif zone is not None:
            found.zones[province, market] = zone
        else:
            found.closed.append((province, day))
    return found
