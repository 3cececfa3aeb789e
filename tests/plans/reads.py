"""The reads that must stay fast with any number of tasks."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from followups.services import due_tasks
from followups.sla.breaches import at_risk, breaching
from followups.sla.report import sla_report
from followups.sla.snapshot import sla_snapshot
from followups.tasks.due import reading
from tests.plans.explain import Plan

TABLE = "followups_followuptask"
ROWS_READ_MAX = 1_000
# A list finds each task by an index of permitted tasks, then its lead by key, and looks at the lower steps
# of its ladder and at some steps that wait for these. A claim also finds the task and its ladder by key.
LONGEST_LIST, LONGEST_CLAIM = "due, the longest list", "claim, the longest"
LONGEST_MAX = {LONGEST_LIST: 6 * 550, LONGEST_CLAIM: 8 * 500 + 10}

_PLACES: dict[str, dict[str, Any]] = {
    "in a common province": {"province": "ON"},
    "in a province that was left": {"province": "PE"},
    "in a rare province": {"province": "NU"},
    "in a common market": {"province": "ON", "market": "TORONTO"},
    "in a rare market": {"province": "NU", "market": "IQALUIT"},
    "in a market without tasks": {"province": "ON", "market": "NOWHERE"},
}
_OWNERS: dict[str, dict[str, Any]] = {
    "by an owner with many": {"owner": "busy"},
    "by an owner whose tasks are the last due": {"owner": "late"},
    "by an owner with one": {"owner": "single"},
    "by an owner who left": {"owner": "former"},
    "by an owner without tasks": {"owner": "nobody"},
}


def _claim(owner: str, limit: int = 50, **filters: str) -> object:
    """The statement of a claim: it leases the owner's and unowned tasks, and reads them with their leads."""
    now = timezone.now()
    return reading.lease(owner, user_id=None, now=now, until=now, limit=limit, filters=filters)


def _sla_of(span: timedelta, *, ago: timedelta, by: str | None = None) -> object:
    """The SLA report of a span that began so long ago."""
    since = timezone.now() - ago
    return sla_report(since=since, until=since + span, by=[by] if by else [])


READS: dict[str, Callable[[], object]] = {
    "due": due_tasks,
    LONGEST_LIST: partial(due_tasks, 500),
    **{f"due {name}": partial(due_tasks, **filters) for name, filters in {**_OWNERS, **_PLACES}.items()},
    **{
        f"due by phone {name}": partial(due_tasks, channel="CALL", **filters)
        for name, filters in {"anywhere": {}, **_OWNERS, **_PLACES}.items()
    },
    **{f"claim {name}": partial(_claim, **filters) for name, filters in _OWNERS.items()},
    **{
        f"claim {name}": partial(_claim, "nobody", **filters)
        for name, filters in _PLACES.items()
        if name != "in a province that was left"
    },
    LONGEST_CLAIM: partial(_claim, "nobody", 500),
    "at risk": lambda: list(at_risk(timezone.now())[:50]),
    # The open tasks read by a look for breaches: as many as it records.
    "breaches": lambda: list(breaching(timezone.now())[:50]),
    "sla": sla_snapshot,
    # A span costs the tasks that fell due in it: here hours with a few hundred tasks, a week in tests.plans.week.
    "sla of hours that were worked": partial(_sla_of, timedelta(hours=8), ago=timedelta(days=100)),
    "sla of hours that were worked, by owner": partial(_sla_of, timedelta(hours=8), ago=timedelta(days=100), by="owner"),
    "sla of minutes that nobody worked": partial(_sla_of, timedelta(minutes=15), ago=timedelta(minutes=20), by="province"),
}
# The statements that the server may prepare. The others contain the time, so they are planned anew each time.
PREPARED = (
    *(f"claim {name}" for name in _OWNERS),
    LONGEST_CLAIM,
    "at risk",
    "breaches",
    *(name for name in READS if name.startswith("sla")),
)


def reads_too_much(name: str, plan: Plan) -> bool:
    """Whether a pinned read looks at too many index entries, or at a whole table."""
    return plan.rows_read > LONGEST_MAX.get(name, ROWS_READ_MAX) or any("Seq Scan" in scan for scan in plan.scans)


# A due task that is not permitted now costs a look at its index entry, but not at the table. The cost of a whole province
# at night, and of all due tasks, is measured. The other filters have no index of their own.
UNPINNED: dict[str, Callable[[], object]] = {
    "due in a province where it is night": partial(due_tasks, province="BC"),
    "claim in a province where it is night": partial(_claim, "nobody", province="BC"),
    "claim in a province that was left": partial(_claim, "nobody", province="PE"),
    "due, blocked ones included": partial(due_tasks, include_blocked=True),
    "due, blocked ones included, in a rare province": partial(due_tasks, include_blocked=True, province="NU"),
    "due in a common market, no province": partial(due_tasks, market="TORONTO"),
    "due in a rare market, no province": partial(due_tasks, market="IQALUIT"),
    "due in a market without tasks, no province": partial(due_tasks, market="NOWHERE"),
    "due by a channel without tasks": partial(due_tasks, channel="EMAIL"),
    "due by an owner with many in a rare province": partial(due_tasks, owner="busy", province="NU"),
    "sla over 10,000": partial(sla_snapshot, 10_000),
}
