"""The reads that stay quick however many tasks there are."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from followups.due import rows
from followups.reports import sla_report
from followups.services import due_tasks, sla_snapshot

TABLE = "followups_followuptask"
ROWS_READ_MAX = 1_000

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
    """The first statement of a claim: which tasks, the owner's and unowned ones, locked."""
    return rows.locked_for_claim(owner, timezone.now(), limit, filters)


def _lease() -> None:
    """The second: the lease on those tasks, here the first that are open of a million, read with their leads."""
    ids = range(900_001, 900_051)
    rows.lease(ids, owner="busy", user_id=None, until=timezone.now())


def _sla_of(span: timedelta, *, ago: timedelta, by: str | None = None) -> object:
    """The report of what fell due in a span that began so long ago."""
    since = timezone.now() - ago
    return sla_report(since=since, until=since + span, by=[by] if by else [])


READS: dict[str, Callable[[], object]] = {
    "due": due_tasks,
    "due, the longest list": partial(due_tasks, 500),
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
    "claim, the longest": partial(_claim, "nobody", 500),
    "claim, the lease": _lease,
    "sla": sla_snapshot,
    # A span costs what fell due in it: hours here, whose few hundred tasks are below the limit; a week in tests.plans.week.
    "sla of hours that were worked": partial(_sla_of, timedelta(hours=8), ago=timedelta(days=100)),
    "sla of hours that were worked, by owner": partial(_sla_of, timedelta(hours=8), ago=timedelta(days=100), by="owner"),
    "sla of minutes that nobody worked": partial(_sla_of, timedelta(minutes=15), ago=timedelta(minutes=20), by="province"),
}
# What the server may prepare. The lists have the clock in their text, so that they are planned for their values each time.
PREPARED = ("claim, the lease", *(name for name in READS if name.startswith("sla")))
# A task that is due but not permitted now costs a look at its index entry, and none into the table: what a whole province
# asleep costs is measured, and so is all that is due. For the other filters there is no index of their own.
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
