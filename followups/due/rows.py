"""Due tasks as they are read: with their leads' facts, in one statement, and no model instance.

SQL of its own: a dialer pulls all day, and building the same query set each time would cost more than carrying it out.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from followups.leads.facts import FACTS, contact_of, read_facts
from followups.leads.models import Lead
from followups.models import FollowupLadder, FollowupTask
from governance import gate
from wholesale.lookups import among_sql, time_of, time_or_none

FILTERS = ("owner", "province", "market", "channel")
_TASK = (
    *("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market"),
    *("actionable_at", "open_until", "leased_by", "leased_until"),
)
_AS_TEXT = frozenset({"due_at", "actionable_at", "open_until", "leased_until", "score"})
_LEAD = (*FACTS, "first_name", "last_name", "address")
_TABLE = f'"{FollowupTask._meta.db_table}"'
_COLUMNS = ", ".join(
    f"CAST({name} AS text)" if name.partition(".")[2] in _AS_TEXT else name
    for name in (*(f"t.{name}" for name in _TASK), *(f"l.{name}" for name in _LEAD))
)
_LEADS = f"LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id"
_DUE = f"FROM {_TABLE} AS t WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= {{now}}"
_PERMITTED = f"{_DUE} AND t.open_from <= {{now}} AND t.open_until >= {{now}}"
_FREE = f"{_PERMITTED} AND (t.leased_until IS NULL OR t.leased_until <= {{now}})"
_OLDEST_FIRST = " ORDER BY t.due_at, t.id LIMIT {limit}"
# The tasks are chosen first and their leads looked up then, so that the plan is made for the index and the limit alone.
_WITH_LEADS = f"""
SELECT {_COLUMNS}, NULL, NULL
FROM (SELECT {", ".join(_TASK)} {{tasks}}) AS t {_LEADS}
ORDER BY t.due_at, t.id
"""
# Of the unowned ones no more is read, and so locked, than is wanted beside one's own: the outer limit stops the inner
# statement, which is planned for its own limit. Of a limit that is no constant the server expects a tenth of the table.
_FREE_FOR = f"""
WITH own AS (SELECT t.id {_FREE}{{narrowed}} AND t.owner = %(claimant)s{_OLDEST_FIRST} {{lock}}),
unowned AS (SELECT t.id {_FREE}{{narrowed}} AND t.owner IS NULL{_OLDEST_FIRST} {{lock}})
SELECT id FROM own
UNION ALL
SELECT id FROM (SELECT id FROM unowned LIMIT {{limit}} - (SELECT count(*) FROM own)) AS wanted
"""
_LEASE = f"""
UPDATE {_TABLE} AS t SET leased_by = %s, leased_user_id = %s, leased_until = %s WHERE t.id {{among}}
"""
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
    template: int | None  # that its ladder was made from, and its version: of a leased task only
    version: int | None


def due(now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    """All that is due, the oldest first."""
    return _listed(_DUE, now, limit, filters)


def permitted(now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    """What is due and, as far as the stored intervals say, permitted now; the oldest first."""
    return _listed(_PERMITTED, now, limit, filters)


def locked_for_claim(owner: str, now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[int]:
    """What is permitted now and under no live lease, locked: the owner's own, then unowned ones, each the oldest first.

    What somebody else has locked at this moment is passed over.
    """
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    rows = _read(_FREE_FOR, now, {**filters, "claimant": owner}, limit=limit, narrowed=_narrowed(filters), lock=lock)
    return [pk for (pk,) in rows]


def lease(ids: Collection[int], *, owner: str, user_id: int | None, until: datetime) -> list[Candidate]:
    """Write the lease on these tasks, which are locked, and read them in the order of `locked_for_claim`."""
    among, values = among_sql(ids, "bigint")
    update = _LEASE.format(among=among)
    given = owner, user_id, connection.ops.adapt_datetimefield_value(until), values
    columns = ", ".join(f"t.{name}" for name in (*_TASK, "ladder_id"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH t AS ({update} RETURNING {columns}) {_LEASED}", given)
        else:
            cursor.execute(update, given)
            cursor.execute(f"WITH t AS (SELECT {columns} FROM {_TABLE} AS t WHERE t.id {among}) {_LEASED}", [values])
        return [_candidate(row) for row in cursor.fetchall()]


def _listed(tasks: str, now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    chosen = f"{tasks}{_narrowed(filters)}{_OLDEST_FIRST}"
    return [_candidate(row) for row in _read(_WITH_LEADS.replace("{tasks}", chosen), now, filters, limit=limit)]


def _narrowed(filters: Mapping[str, str | None]) -> str:
    return "".join(f" AND t.{name} = %({name})s" for name in FILTERS if filters.get(name) is not None)


def _read(text: str, now: datetime, values: Mapping[str, str | None], **parts: object) -> list[tuple[Any, ...]]:
    """Carry it out with the clock in the text: so the server never prepares it, and always plans it for its values.

    A plan that is made once for any clock and any owner takes them all to be rare, and reads a busy owner's whole list.
    """
    clock = f"'{connection.ops.adapt_datetimefield_value(now)}'"
    with connection.cursor() as cursor:
        cursor.execute(text.format(now=clock, **parts), values)
        return cursor.fetchall()


def _candidate(row: tuple[Any, ...]) -> Candidate:
    pk, lead_id, due_at, channel, step, owner, province, market, actionable_at, open_until, leased_by, leased_until = row[
        :12
    ]
    *facts, first_name, last_name, address, template, version = row[12:]
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
        time_or_none(leased_until),
        contact_of(read_facts(facts), lead_id=lead_id, province=province, market=market, channel=channel),
        first_name or "",
        last_name or "",
        address or "",
        template,
        version,
    )
