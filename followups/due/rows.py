"""Due tasks as they are read: with their leads' facts, in one statement, and no model instance.

SQL of its own: a dialer pulls all day, and building the same query set each time would cost more than carrying it out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from followups.leads.facts import FACTS, contact_of, read_facts
from followups.leads.models import Lead
from followups.models import FollowupLadder, FollowupTask
from followups.scopes import DUE_SQL
from governance import gate
from wholesale.plumbing.lookups import among_sql, time_of, time_or_none

FILTERS = ("owner", "province", "market", "channel")
_TASK = (
    *("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market", "actionable_at", "open_until"),
    "gap_minutes",
)
_AS_TEXT = frozenset({"due_at", "actionable_at", "open_until", "score"})
_LEAD = (*FACTS, "first_name", "last_name", "address")
_TABLE = f'"{FollowupTask._meta.db_table}"'
_COLUMNS = ", ".join(
    f"CAST({name} AS text)" if name.partition(".")[2] in _AS_TEXT else name
    for name in (*(f"t.{name}" for name in _TASK), *(f"l.{name}" for name in _LEAD))
)
_LEADS = f"LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id"
_DUE = f"FROM {_TABLE} AS t WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= {{now}}"
# Of the steps of a ladder that may be done now the lowest goes first, also while somebody holds it: it is not done before it
# is recorded, and only then is known from when the next one may be. The limit keeps the planner from joining all tasks, and
# of a condition like this one it expects that half of them meet it.
_GOES_FIRST = f"""
(t.step = 1 OR COALESCE((
    SELECT FALSE FROM {_TABLE} AS e WHERE e.ladder_id = t.ladder_id AND e.step < t.step AND e.completed_at IS NULL
        AND e.cancelled_at IS NULL AND e.due_at <= {{now}} AND e.open_from <= {{now}} AND e.open_until >= {{now}} LIMIT 1
), TRUE))
"""
_PERMITTED = f"{_DUE} AND t.open_from <= {{now}} AND t.open_until >= {{now}}"
_FREE = f"{_PERMITTED} AND {_GOES_FIRST} AND (t.leased_until IS NULL OR t.leased_until <= {{now}})"
_OLDEST_FIRST = " ORDER BY t.due_at, t.id LIMIT {limit}"
# A subquery with a limit is carried out by itself, in its order: the lower steps are looked up for as many tasks as it takes
# to list enough of them, not for all that are permitted.
_LISTED = ", ".join((*_TASK, "ladder_id", "leased_by", "leased_until"))
_IN_ORDER = f"SELECT {_LISTED} {_PERMITTED}{{narrowed}} ORDER BY t.due_at, t.id LIMIT {2**63 - 1}"
_THAT_GO_FIRST = f"FROM ({_IN_ORDER}) AS t WHERE {_GOES_FIRST}"
# The tasks are chosen first and their leads looked up then, so that the plan is made for the index and the limit alone.
_WITH_LEADS = f"""
SELECT {_COLUMNS}, t.leased_by, CAST(t.leased_until AS text), t.waits
FROM (SELECT {", ".join(_TASK)}, leased_by, leased_until, {{waits}} AS waits {{tasks}}) AS t {_LEADS}
ORDER BY t.due_at, t.id
"""
# Planned once for every claim: a value from a subquery is hidden from the planner, and of a limit that is hidden it expects
# the first tenth of what there is, which an index in that order gives soonest.
_BLIND = {name: f"(SELECT %({name})s)" for name in ("now", "claimant", "limit")}
_PASSING_OVER = "FOR UPDATE SKIP LOCKED"
# Of the unowned ones no more is read, and so locked, than is wanted beside one's own: the outer limit stops the inner one.
_FREE_FOR = f"""
WITH own AS (SELECT t.id {_FREE}{{narrowed}} AND t.owner = {{claimant}}{_OLDEST_FIRST} {{lock}}),
unowned AS (SELECT t.id {_FREE}{{narrowed}} AND t.owner IS NULL{_OLDEST_FIRST} {{lock}}),
wanted AS (
    SELECT id FROM own
    UNION ALL
    SELECT id FROM (SELECT id FROM unowned LIMIT {{limit}} - (SELECT count(*) FROM own)) AS t
)
"""
_LEASE = f"UPDATE {_TABLE} AS t SET leased_by = %(claimant)s, leased_user_id = %(user_id)s, leased_until = %(until)s"
_TAKEN = ", ".join(f"t.{name}" for name in (*_TASK, "ladder_id"))
_LEASED = f"""
SELECT {_COLUMNS}, d.template_id, d.template_version
FROM t JOIN {FollowupLadder._meta.db_table} AS d ON d.id = t.ladder_id {_LEADS}
ORDER BY t.owner IS NULL, t.due_at, t.id
"""


class Candidate(NamedTuple):
    """A due task before the gate is asked."""

    id: int
    lead_id: str | None
    due_at: datetime
    channel: str
    step: int
    owner: str | None
    province: str
    market: str
    actionable_at: datetime | None
    open_until: datetime | None
    leased_by: str | None
    leased_until: datetime | None
    contact: gate.Contact
    first_name: str  # the lead's, as its last name and address; "" is unknown
    last_name: str
    address: str
    waits: bool  # an earlier step of its ladder, which may be done now, goes first
    template: int | None  # that its ladder was made from, and its version: of a leased task only
    version: int | None


def due(now: datetime, limit: int, filters: Mapping[str, str | None], *, reader: str | None = None) -> list[Candidate]:
    """All that is due, the oldest first; with a `reader` what that agent reads (`followups.scopes`)."""
    return _listed(f"{_DUE}{{narrowed}}", f"NOT {_GOES_FIRST}", now, limit, filters, reader)


def permitted(now: datetime, limit: int, filters: Mapping[str, str | None], *, reader: str | None = None) -> list[Candidate]:
    """What of it, as far as the stored intervals say, is to be done now; the oldest first."""
    return _listed(_THAT_GO_FIRST, "FALSE", now, limit, filters, reader)


def lease(
    owner: str, *, user_id: int | None, now: datetime, until: datetime, limit: int, filters: Mapping[str, str | None]
) -> list[Candidate]:
    """Lease what is to be done now and under no live lease: the owner's own, then unowned ones, each the oldest first.

    It is one statement on PostgreSQL, which passes over what somebody else has locked at this moment.
    """
    narrowed = _narrowed(filters)
    words = {"now": _literal(now), "claimant": "%(claimant)s", "limit": str(limit)} if narrowed else _BLIND
    free = _FREE_FOR.format(**words, narrowed=narrowed, lock=_PASSING_OVER if connection.vendor == "postgresql" else "")
    values = {**filters, "claimant": owner, "user_id": user_id, "limit": limit, "now": _at(now), "until": _at(until)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            update = f"{_LEASE} WHERE t.id = ANY(ARRAY(SELECT id FROM wanted)) RETURNING {_TAKEN}"
            cursor.execute(f"{free}, t AS ({update}) {_LEASED}", values)
        else:
            cursor.execute(f"{free} SELECT id FROM wanted", values)
            among, ids = among_sql(pk for (pk,) in cursor.fetchall())
            cursor.execute(f"{_LEASE} WHERE t.id {among.replace('%s', '%(ids)s')}", {**values, "ids": ids})
            cursor.execute(f"WITH t AS (SELECT {_TAKEN} FROM {_TABLE} AS t WHERE t.id {among}) {_LEASED}", [ids])
        return [
            _candidate(row, leased_by=owner, leased_until=until, made_from=(template, version))
            for *row, template, version in cursor.fetchall()
        ]


def _listed(
    tasks: str, waits: str, now: datetime, limit: int, filters: Mapping[str, str | None], reader: str | None
) -> list[Candidate]:
    narrowed = f"{_narrowed(filters)}{DUE_SQL if reader is not None else ''}"
    words = {"now": _literal(now), "limit": str(limit)} if narrowed else _BLIND
    chosen = f"{tasks.replace('{narrowed}', narrowed)}{_OLDEST_FIRST}".format(**words)
    statement = _WITH_LEADS.replace("{waits}", waits.format(**words)).replace("{tasks}", chosen)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**filters, "reader": reader, "now": _at(now), "limit": limit})
        return [
            _candidate(row, leased_by=leased_by, leased_until=time_or_none(leased_until), waits=bool(waiting))
            for *row, leased_by, leased_until, waiting in cursor.fetchall()
        ]


def _narrowed(filters: Mapping[str, str | None]) -> str:
    return "".join(f" AND t.{name} = %({name})s" for name in FILTERS if filters.get(name) is not None)


def _at(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _literal(now: datetime) -> str:
    """The clock for a statement's text: so the server never prepares it, and always plans it for its values.

    A plan that is made once for any owner and any place takes them all to be rare, and reads a busy one's whole list.
    """
    return f"'{_at(now)}'"


def _candidate(
    row: Sequence[Any],
    *,
    leased_by: str | None,
    leased_until: datetime | None,
    waits: bool = False,
    made_from: Sequence[int | None] = (None, None),
) -> Candidate:
    """A row of `_COLUMNS` as a candidate."""
    pk, lead_id, due_at, channel, step, owner, province, market, actionable_at, open_until, gap_minutes = row[:11]
    *facts, first_name, last_name, address = row[11:]
    return Candidate(
        pk,
        lead_id,
        time_of(due_at),
        channel,
        step,
        owner,
        province,
        market,
        time_or_none(actionable_at),
        time_or_none(open_until),
        leased_by,
        leased_until,
        contact_of(
            read_facts(facts),
            lead_id=lead_id,
            province=province,
            market=market,
            channel=channel,
            gap_minutes=gap_minutes,
        ),
        first_name or "",
        last_name or "",
        address or "",
        waits,
        *made_from,
    )
