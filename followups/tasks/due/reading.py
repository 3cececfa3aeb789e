"""Due tasks as they are read and leased: with their leads' facts, in one statement, and no model instance.

What is due, permitted and free is said by `TaskQuerySet`, whose text stands in these statements. The rest is by hand: no
query set reads from another one's rows, and none leases what it reads.
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
_Names = tuple[str, ...]  # of the filters that are given, and "reader": the text of a statement depends on them
_TASK = (
    *("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market", "actionable_at", "open_until"),
    "gap_minutes",
)
_LEAD = tuple(f"lead__{name}" for name in (*FACTS, "first_name", "last_name", "address"))
_LISTED = (*_TASK, "ladder_id", "leased_by", "leased_until")


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
    return _listed(_DUE, _due_sql, now, limit, {**filters, "reader": reader})


def permitted(now: datetime, limit: int, filters: Mapping[str, str | None], *, reader: str | None = None) -> list[Candidate]:
    """What of it, as far as the stored intervals say, is to be done now; the oldest first."""
    return _listed(_PERMITTED, _permitted_sql, now, limit, {**filters, "reader": reader})


def _listed(
    select: Select, text_of: Callable[[_Names], str], now: datetime, limit: int, wanted: Mapping[str, str | None]
) -> list[Candidate]:
    names = _names(wanted)
    rows = fetch(_planned(text_of(names), names, now, limit), select.columns, {**wanted, "now": now, "limit": limit})
    return [_candidate(row, row[-3], row[-2], waits=bool(row[-1])) for row in rows]


def _with_leads(waits: Any) -> QuerySet[Any, Any]:
    return FollowupTask.objects.order_by("due_at", "id").values_list(*_TASK, *_LEAD, "leased_by", "leased_until", waits)


# The tasks are chosen first and their leads looked up then, so that the plan is made for the index and the limit alone.
_DUE = Select(lambda now: _with_leads(ExpressionWrapper(~goes_first(now), output_field=BooleanField())))
_PERMITTED = Select(lambda: _with_leads(Value(False)))
_FIRST = Select(lambda now: FollowupTask.objects.going_first(now).order_by("due_at", "id").values_list(*_LISTED))
_LIMIT = " LIMIT %(limit)s"


@lru_cache(maxsize=64)
def _due_sql(names: _Names) -> str:
    """All that is due, and of each task whether another goes before it."""
    tasks = Select(lambda now: _narrowed(FollowupTask.objects.due(now), names).values_list(*_LISTED))
    return _DUE.text_from(f"({tasks.text}{_LIMIT})")


@lru_cache(maxsize=64)
def _permitted_sql(names: _Names) -> str:
    """What is permitted now and goes first.

    A subquery with a limit is carried out by itself, in its order: the lower steps are looked up for as many tasks as it
    takes to list enough of them, not for all that are permitted.
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
    """Lease what is to be done now and under no live lease: the owner's own, then unowned ones, each the oldest first.

    It is one statement on PostgreSQL, which passes over what somebody else has locked at this moment.
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
    """Which tasks a claimant is given, as `wanted`.

    Of the unowned ones no more is read, and so locked, than is wanted beside one's own: the outer limit stops the inner one.
    """
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""

    def free(now: Any) -> TaskQuerySet:
        return _narrowed(FollowupTask.objects.permitted(now).going_first(now).unleased(now), names)

    own = Select(lambda now, claimant: free(now).filter(owner=claimant).values_list("id"))
    unowned = Select(lambda now: free(now).filter(owner__isnull=True).values_list("id"))
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
    """What is wanted is leased, and read with its leads. It follows `_free_sql`, on PostgreSQL."""
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
    """The statement so that PostgreSQL plans it well.

    Of all tasks it is planned once for every caller: a value from a subquery is hidden from the planner, and of a limit that
    is hidden it expects the first tenth of what there is, which an index in that order gives soonest.

    Of some tasks the clock and the limit stand in its text, so that the server never prepares it and always plans it for its
    values. A plan made once for any owner and any place takes them all to be rare, and reads a busy one's whole list.
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
    row: Sequence[Any],
    leased_by: str | None,
    leased_until: datetime | None,
    *,
    waits: bool = False,
    made_from: Sequence[int | None] = (None, None),
) -> Candidate:
    """A row of the columns `_TASK`, then `_LEAD`, as a candidate."""
    *of_task, gap_minutes = row[: len(_TASK)]
    *facts, first_name, last_name, address = row[len(_TASK) : len(_TASK) + len(_LEAD)]
    _, lead_id, _, channel, _, _, province, market, *_ = of_task
    contact = contact_of(
        read_facts(facts), lead_id=lead_id, province=province, market=market, channel=channel, gap_minutes=gap_minutes
    )
    names = first_name or "", last_name or "", address or ""
    return Candidate._make((*of_task, leased_by, leased_until, contact, *names, waits, *made_from))
