"""Reading and leasing due tasks, with their leads' facts, in one SQL statement and without model instances.

`TaskQuerySet` defines what is due, permitted and unclaimed; its SQL is part of these statements. The rest is handwritten: no
queryset selects from the rows of another queryset, and none updates rows and returns them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, QuerySet, Value

from followups.leads.facts import FACTS, contact_of, read_facts
from followups.tasks.due.readers import readable_by
from followups.tasks.models import FollowupTask, TaskQuerySet, goes_first
from governance import gate
from wholesale.plumbing.compiled import Columns, Parameter, Select, Update, change, fetch
from wholesale.plumbing.lookups import among_sql

FILTERS = ("owner", "province", "market", "channel")
_Names = tuple[str, ...]  # of the given filters, and "reader" if there is one: they decide the text of a statement
SHOWN = ("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market", "actionable_at", "open_until")
_TASK = (*SHOWN, "gap_minutes")
_LEAD = tuple(f"lead__{name}" for name in (*FACTS, "first_name", "last_name", "address"))
_LISTED = (*_TASK, "ladder_id", "leased_by", "leased_until")


class Candidate(NamedTuple):
    """A due task, before the gate is asked about it."""

    id: int
    step: int
    shown: tuple[Any, ...]  # the values of the columns `SHOWN`, in this order
    leased_by: str | None
    leased_until: datetime | None
    contact: gate.Contact
    first_name: str  # of the lead, as are the last name and the address; "" means unknown
    last_name: str
    address: str
    waits: bool  # an earlier step of its ladder may be done now, and goes first
    template: int | None  # from which its ladder was made, and its version; only if the task is leased
    version: int | None


def due(now: datetime, limit: int, filters: Mapping[str, str | None], *, reader: str | None = None) -> list[Candidate]:
    """Return at most `limit` due tasks, the oldest first; for a `reader`, only tasks that this agent may read."""
    return _listed(_DUE, _due_sql, now, limit, {**filters, "reader": reader})


def permitted(now: datetime, limit: int, filters: Mapping[str, str | None], *, reader: str | None = None) -> list[Candidate]:
    """Like `due`, but return only tasks whose stored interval contains now and that go first in their ladder."""
    return _listed(_PERMITTED, _permitted_sql, now, limit, {**filters, "reader": reader})


def _listed(
    select: Select, text_of: Callable[[_Names], str], now: datetime, limit: int, wanted: Mapping[str, str | None]
) -> list[Candidate]:
    names = _names(wanted)
    rows = fetch(_planned(text_of(names), names, now, limit), select.columns, {**wanted, "now": now, "limit": limit})
    return [_candidate(row, row[-3], row[-2], waits=bool(row[-1])) for row in rows]


def _with_leads(waits: Any) -> QuerySet[Any, Any]:
    return FollowupTask.objects.order_by("due_at", "id").values_list(*_TASK, *_LEAD, "leased_by", "leased_until", waits)


# The tasks are chosen before their leads are looked up, so that the planner considers only the index and the limit.
_DUE = Select(lambda now: _with_leads(ExpressionWrapper(~goes_first(now), output_field=BooleanField())))
_PERMITTED = Select(lambda: _with_leads(Value(False)))
_FIRST = Select(lambda now: FollowupTask.objects.going_first(now).order_by("due_at", "id").values_list(*_LISTED))
_LIMIT = " LIMIT %(limit)s"


@lru_cache(maxsize=64)
def _due_sql(names: _Names) -> str:
    """Return the SQL that reads all due tasks, and for each whether another step of its ladder goes first."""
    tasks = Select(lambda now: _narrowed(FollowupTask.objects.due(now), names).values_list(*_LISTED))
    return _DUE.text_from(f"({tasks.text}{_LIMIT})")


@lru_cache(maxsize=64)
def _permitted_sql(names: _Names) -> str:
    """Return the SQL that reads the tasks that are permitted now and go first in their ladder.

    PostgreSQL runs a subquery with a limit separately, in its order. So it looks for earlier steps only until it has found
    enough tasks, not for all permitted ones.
    """
    tasks = Select(lambda now: _narrowed(FollowupTask.objects.permitted(now), names).values_list(*_LISTED))
    first = _FIRST.text_from(f"({tasks.text} LIMIT {2**63 - 1})")
    return _PERMITTED.text_from(f"({first}{_LIMIT})")


_LEASE = Update(
    lambda claimant, user_id, until: (
        FollowupTask.objects.all(),
        {"leased_by": claimant, "leased_user": user_id, "leased_until": until},
    )
)
_LEASED = Select(
    lambda: FollowupTask.objects.order_by(F("owner").asc(nulls_last=True), "due_at", "id").values_list(
        *_TASK, *_LEAD, "ladder__template_id", "ladder__template_version"
    )
)


def lease(
    owner: str, *, user_id: int | None, now: datetime, until: datetime, limit: int, filters: Mapping[str, str | None]
) -> list[Candidate]:
    """Lease permitted tasks that are under no live lease: the owner's own, then unowned ones, each the oldest first. An
    unowned task that the claimant gave back is left to others.

    On PostgreSQL it is one statement, which skips tasks that somebody else has locked at this moment.
    """
    names = _names(filters)
    given = {**filters, "claimant": owner, "user_id": user_id, "limit": limit, "now": now, "until": until}
    free = _planned(_free_sql(names), names, now, limit)
    if connection.vendor == "postgresql":
        rows = fetch(f"{free}, {_taken_sql()}", _LEASED.columns, given)
    else:
        ids = [pk for (pk,) in fetch(f"{free} SELECT id FROM wanted", Columns(), given)]
        change(f"{_LEASE.text} WHERE id {among_sql('ids')}", {**given, "ids": ids})
        taken = f"(SELECT * FROM {FollowupTask._meta.db_table} WHERE id {among_sql('ids')})"
        rows = fetch(_LEASED.text_from(taken), _LEASED.columns, {"ids": ids})
    return [_candidate(row, owner, until, made_from=row[-2:]) for row in rows]


@lru_cache(maxsize=64)
def _free_sql(names: _Names) -> str:
    """Return the SQL that chooses the tasks for a claimant. Its common table expression `wanted` has their ids.

    The outer LIMIT stops the inner one: no more unowned tasks are read and locked than are needed besides the claimant's
    own.
    """
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""

    def free(now: Any) -> TaskQuerySet:
        return _narrowed(FollowupTask.objects.permitted(now).going_first(now).unleased(now), names)

    own = Select(lambda now, claimant: free(now).filter(owner=claimant).values_list("id"))
    unowned = Select(
        lambda now, claimant: free(now).filter(owner__isnull=True).exclude(returned_by=claimant).values_list("id")
    )
    return f"""
        WITH own AS ({own.text}{_LIMIT}{lock}),
        unowned AS ({unowned.text}{_LIMIT}{lock}),
        wanted AS (
            SELECT id FROM own
            UNION ALL
            SELECT id FROM (SELECT id FROM unowned{_LIMIT} - (SELECT count(*) FROM own)) AS t
        )
    """


@cache
def _taken_sql() -> str:
    """Return the SQL, for PostgreSQL after `_free_sql`, that leases the `wanted` tasks and reads them with their leads."""
    columns = ", ".join((*_TASK, "ladder_id"))
    return f"""
        taken AS ({_LEASE.text} WHERE id = ANY(ARRAY(SELECT id FROM wanted)) RETURNING {columns})
        {_LEASED.text_from("taken")}
    """


def _names(wanted: Mapping[str, str | None]) -> _Names:
    return tuple(name for name, value in wanted.items() if value is not None)


def _narrowed(tasks: TaskQuerySet, names: _Names) -> TaskQuerySet:
    tasks = tasks.filter(**{name: Parameter(name) for name in names if name in FILTERS})
    return tasks.filter(readable_by(Parameter("reader"))) if "reader" in names else tasks


def _planned(text: str, names: _Names, now: datetime, limit: int) -> str:
    """Return the SQL statement in a form that PostgreSQL plans well.

    Without filters the statement is planned once for all callers. Its values stand in subqueries, so the planner does not
    see them. It then expects a limit of a tenth of all rows, which an index in the wanted order gives soonest.

    With filters the clock and the limit stand in the text, so that the server never prepares the statement and always plans
    it for its values. A plan for any owner and any place would assume that each has few tasks, and read the whole list of a
    busy one.
    """
    if not names:
        return _blind(text)
    at = connection.ops.adapt_datetimefield_value(now)
    return text.replace("%(now)s", f"'{at}'").replace("%(limit)s", str(limit))


@lru_cache(maxsize=16)
def _blind(text: str) -> str:
    for name in ("now", "claimant", "limit"):
        text = text.replace(f"%({name})s", f"(SELECT %({name})s)")
    return text


def _candidate(
    row: tuple[Any, ...],
    leased_by: str | None,
    leased_until: datetime | None,
    *,
    waits: bool = False,
    made_from: Sequence[int | None] = (None, None),
) -> Candidate:
    """Build a candidate from a row with the columns `_TASK`, then `_LEAD`."""
    shown, gap_minutes = row[: len(SHOWN)], row[len(SHOWN)]
    *facts, first_name, last_name, address = row[len(_TASK) : len(_TASK) + len(_LEAD)]
    pk, lead_id, _, channel, step, _, province, market, *_ = shown
    contact = contact_of(
        read_facts(facts), lead_id=lead_id, province=province, market=market, channel=channel, gap_minutes=gap_minutes
    )
    names = first_name or "", last_name or "", address or ""
    return Candidate(pk, step, shown, leased_by, leased_until, contact, *names, waits, *made_from)
