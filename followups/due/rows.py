"""Due tasks as they are read: with their leads' facts, in one statement, and no model instance.

SQL of its own: a dialer pulls all day, and building the same query set each time would cost more than carrying it out.
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from followups.leads.facts import FACTS, contact_of
from followups.leads.models import Language, Lead
from followups.models import FollowupTask
from followups.steps.services import Occasion
from governance import gate
from governance.leads import LeadFacts

FILTERS = ("owner", "province", "market", "channel")
_TASK = (
    *("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market"),
    *("actionable_at", "open_until", "leased_by", "leased_until"),
)
_TIMES = frozenset({"due_at", "actionable_at", "open_until", "leased_until"})
_LEAD = (*FACTS, "first_name", "last_name", "address")
_TABLE = f'"{FollowupTask._meta.db_table}"'
# The tasks are chosen first and their leads looked up then, so that the plan is made for the index and the limit alone.
_TASKS = f"""
SELECT {", ".join(_TASK)}, ladder_id FROM {_TABLE} AS t
WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND t.due_at <= {{now}}
"""
_WITH_LEADS = f"""
SELECT {", ".join(f"t.{name}" for name in _TASK)}, {", ".join(f"l.{name}" for name in _LEAD)}, t.ladder_id
FROM ({{tasks}}) AS t
LEFT JOIN {Lead._meta.db_table} AS l ON l.lead_id = t.lead_id
ORDER BY t.due_at, t.id
"""
_PERMITTED = " AND t.open_from <= {now} AND t.open_until >= {now}"
_UNLEASED = " AND (t.leased_until IS NULL OR t.leased_until <= {now})"
_LEASE = f"UPDATE {_TABLE} SET leased_by = %(owner)s, leased_user_id = %(user)s, leased_until = %(until)s WHERE id"
_OLDEST_FIRST = " ORDER BY t.due_at, t.id LIMIT "


class ContactDetails(NamedTuple):
    """Whom to contact, and where; "" is unknown."""

    name: str
    phone: str  # E.164
    email: str


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
    details: ContactDetails
    ladder_id: int
    occasion: Occasion  # of what is said then; by whom, and by which template, is not known yet


def due(now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    """All that is due, the oldest first."""
    return _read(_TASKS + _narrowed(filters) + _OLDEST_FIRST + str(limit), now, filters)


def permitted(now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    """What is due and, as far as the stored intervals say, permitted now; the oldest first."""
    return _read(_TASKS + _PERMITTED + _narrowed(filters) + _OLDEST_FIRST + str(limit), now, filters)


def locked_for_claim(owner: str | None, now: datetime, limit: int, filters: Mapping[str, str | None]) -> list[Candidate]:
    """What is permitted now and under no live lease, locked: the owner's, of None the unowned ones; the oldest first.

    What somebody else has locked at this moment is passed over. The lead's row is not locked.
    """
    lock = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    whose = "t.owner IS NULL" if owner is None else "t.owner = %(claimant)s"
    free = f"{_TASKS}{_PERMITTED}{_UNLEASED}{_narrowed(filters)} AND {whose}"
    return _read(f"{free}{_OLDEST_FIRST}{limit}{lock}", now, {**filters, "claimant": owner})


def lease(ids: Collection[int], *, owner: str, user_id: int | None, until: datetime) -> None:
    """Write the lease on these tasks, which are locked."""
    values = {"owner": owner, "user": user_id, "until": connection.ops.adapt_datetimefield_value(until)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{_LEASE} = ANY(%(ids)s)", {**values, "ids": list(ids)})
        else:
            cursor.execute(f"{_LEASE} IN (SELECT value FROM json_each(%(ids)s))", {**values, "ids": json.dumps(list(ids))})


def _narrowed(filters: Mapping[str, str | None]) -> str:
    return "".join(f" AND t.{name} = %({name})s" for name in FILTERS if filters.get(name) is not None)


def _read(tasks: str, now: datetime, values: Mapping[str, str | None]) -> list[Candidate]:
    """Carry it out with the clock in the text: so the server never prepares it, and always plans it for its values.

    A plan that is made once for any clock and any owner takes them all to be rare, and reads a busy owner's whole list.
    """
    clock = f"'{connection.ops.adapt_datetimefield_value(now)}'"
    with connection.cursor() as cursor:
        cursor.execute(_WITH_LEADS.format(tasks=tasks.format(now=clock)), values)
        rows = cursor.fetchall()
    return [_candidate(row if connection.vendor == "postgresql" else _typed(row)) for row in rows]


_FACTS_END = len(_TASK) + len(FACTS)


def _candidate(row: tuple[Any, ...]) -> Candidate:
    task, (first_name, last_name, address, ladder_id) = row[: len(_TASK)], row[-4:]
    facts = LeadFacts(*row[len(_TASK) : _FACTS_END]) if row[len(_TASK)] is not None else None
    contact = contact_of(facts, lead_id=task[1], province=task[6], market=task[7], channel=task[3])
    name = f"{first_name} {last_name}".strip() if facts else ""
    language = facts.language if facts else Language.EN
    said = first_name or "", last_name or "", address or "", contact.lead.market, ""
    occasion = Occasion(None, None, task[4], language, *said)
    return Candidate._make(
        (*task, contact, ContactDetails(name, contact.lead.phone, contact.lead.email), ladder_id, occasion)
    )


def _typed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLite answers a time as text or without its zone, and a decimal as a float."""
    task = [_time(value) if name in _TIMES else value for name, value in zip(_TASK, row, strict=False)]
    lead = list(row[len(_TASK) :])
    score = FACTS.index("score")
    lead[score] = None if lead[score] is None else Decimal(str(lead[score]))
    return (*task, *lead)


def _time(value: datetime | str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
