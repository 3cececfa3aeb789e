"""Permitted minutes: when each open task may be done, kept up to date.

Every interval runs out within a day or so, and a task without an interval is not listed. If nobody renews the intervals,
nothing is listed (fail closed). A batch locks its tasks before it asks the gate, so the later of two renewals of a task
has the newer facts. A batch does not wait: it skips tasks locked by a claim or a completion, or tries them again later.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from followups.leads.facts import contact_at
from followups.sla.lateness import late_for, limits, spans
from followups.sla.rulebook import rulebook
from followups.tasks.models import FollowupTask, TaskQuerySet
from governance import gate, people
from wholesale.plumbing import mark, writes
from wholesale.plumbing.lookups import among
from wholesale.plumbing.vocabulary import ALL

BATCH = 2_000
TURN_MAX = 100_000  # tasks that one run of `roll` renews, so that the worker gets to its other work as well
OVERDUE_AFTER = timedelta(minutes=10)  # a worker runs `roll` every minute
ATTEMPTS = 50  # to lock tasks that somebody else has locked; after that their intervals are left to run out
PAUSE = 0.1  # seconds between two attempts
STORED = ("actionable_at", "open_from", "open_until", "warns_at", "breaches_at", "late_for", "late_until")


@dataclass(slots=True)
class _Row:
    """The columns of an open task that are needed to renew its minutes."""

    id: int
    lead_id: str | None
    province: str
    market: str
    channel: str
    gap_minutes: int
    due_at: datetime
    actionable_at: datetime | None
    open_from: datetime | None
    open_until: datetime | None
    warns_at: datetime | None
    breaches_at: datetime | None
    late_for: timedelta | None
    late_until: datetime | None


_COLUMNS = [field.name for field in fields(_Row)]


def roll(now: datetime | None = None, limit: int = TURN_MAX) -> int:
    """Renew intervals that ran out, of at most `limit` open tasks. Return how many. Two calls at once share the work."""
    now = now or timezone.now()
    run_out = FollowupTask.objects.open().filter(open_until__lt=now).order_by("open_until", "id")
    rolled = 0
    while rolled < limit:
        size = min(BATCH, limit - rolled)
        with transaction.atomic():
            done = len(_renew(run_out[:size], now))
        rolled += done
        if done < size:
            break
    return rolled


def recompute_leads(lead_ids: Collection[str], now: datetime | None = None) -> int:
    """Recompute the permitted minutes of these leads' open tasks. Return how many tasks were recomputed."""
    return _recompute(FollowupTask.objects.filter(lead_id__in=among(lead_ids)), now)


def recompute_places(provinces: Collection[str] | None, markets: Collection[str] | None, now: datetime | None = None) -> int:
    """Recompute the permitted minutes of the open tasks in these markets (None: in all) of these provinces (None: of all).
    Return the number of tasks. A task's place is that of its lead, or that of its ladder if the lead is unknown."""
    words = {"province": provinces, "market": markets}
    given = {f"{name}__in": listed for name, listed in words.items() if listed is not None}
    if not given:
        return _recompute(FollowupTask.objects.all(), now)
    of_lead = Q(**{f"lead__{name}": listed for name, listed in given.items()})
    return _recompute(FollowupTask.objects.filter(of_lead | Q(lead__province__isnull=True, **given)), now)


def recompute_missing(now: datetime | None = None) -> int:
    """Recompute the minutes and SLA limits of open tasks that lack some: they may be known by now. Return how many tasks."""
    unknown = Q(open_from__isnull=True) | Q(actionable_at__isnull=True) | Q(breaches_at__isnull=True)
    return _recompute(FollowupTask.objects.filter(unknown), now)


def recompute_watched(province: str, market: str, channel: str, now: datetime | None = None) -> int:
    """Recompute the SLA limits of the open tasks that the SLA policy of a place and channel may watch. Return how many."""
    place = {} if market == ALL else {"market": market}
    return _recompute(FollowupTask.objects.filter(province=province, channel=channel, **place), now)


class Overdue(NamedTuple):
    """The number of open tasks whose interval ran out over ten minutes ago and was not replaced, and since when."""

    tasks: int
    since: datetime | None  # when the first interval ran out; None if there is no such task


def overdue(now: datetime) -> Overdue:
    """Return how many open tasks have an interval that ran out over ten minutes ago, and since when. An index serves it."""
    found = _overdue(now).aggregate(tasks=Count("id"), since=Min("open_until"))
    return Overdue(**found)


def is_overdue(now: datetime) -> bool:
    """Whether an open task has an interval that ran out over ten minutes ago. Only the first such task is read."""
    return _overdue(now).exists()


def _overdue(now: datetime) -> TaskQuerySet:
    return FollowupTask.objects.open().filter(open_until__lt=now - OVERDUE_AFTER)


def _recompute(tasks: TaskQuerySet, now: datetime | None) -> int:
    now = now or timezone.now()
    return sum(_recompute_these(set(ids), now) for ids in tasks.open().id_batches(BATCH))


def _recompute_these(ids: set[int], now: datetime) -> int:
    left = set(ids)
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE)
        still_open = FollowupTask.objects.open().filter(pk__in=among(left, "bigint")).order_by("pk")
        with transaction.atomic():
            left -= _renew(still_open, now, due_too=True)
        if left:  # somebody has locked them, or they are closed by now
            left &= set(still_open.values_list("pk", flat=True))
        if not left:
            break
    return len(ids) - len(left)


def put_right(task_ids: Collection[int], now: datetime) -> None:
    """Store the gate's present minutes for open tasks that the caller's transaction has locked."""
    _renew(FollowupTask.objects.open().filter(pk__in=among(task_ids, "bigint")), now, due_too=True)


def _renew(tasks: TaskQuerySet, now: datetime, *, due_too: bool = False) -> set[int]:
    """Lock the open tasks that nobody else has locked, store their permitted minutes, and return their ids.

    `due_too` also renews `actionable_at` and the SLA limits. An `actionable_at` that is past stays, whatever the rules say
    now. A task that no worker renewed in time gets later limits: it was not listed, so nobody was late.
    """
    rows = [_Row(*row) for row in tasks.select_for_update(skip_locked=True).values_list(*_COLUMNS)]
    known = people.load(people.LEAD, {row.lead_id for row in rows if row.lead_id})
    contacts = [contact_at(row, known.get(row.lead_id or "")) for row in rows]
    rules = rulebook(mark.current())
    watched = [rules.of(row.province, row.market, row.channel) for row in rows]
    late = [late_for(row, now) for row in rows]
    anew = [due_too or _was_left(row, now) for row in rows]
    asked = [(one, max(row.due_at, now) if is_anew else now) for row, one, is_anew in zip(rows, contacts, anew, strict=True)]
    left = [spans(rule, so_far) if is_anew else () for rule, so_far, is_anew in zip(watched, late, anew, strict=True)]
    changed = []
    minutes = gate.permitted_minutes(asked, now=now, spans=left)
    for row, found, rule, already, is_anew in zip(rows, minutes, watched, late, anew, strict=True):
        is_past = row.actionable_at is not None and row.actionable_at <= now
        actionable_at = found.actionable_at if is_anew and not is_past else row.actionable_at
        ends = limits(row, rule, already, found.passed, now) if is_anew else (row.warns_at, row.breaches_at)
        counted = row.late_for, row.late_until
        if is_past and (found.open_from, found.open_until) != (row.open_from, row.open_until):
            # Under the same rules the next interval may follow at once. Under new rules lateness counts from now.
            counted = already, now if is_anew or row.open_until is None else row.open_until + datetime.resolution
        stored = (actionable_at, found.open_from, found.open_until, *ends, *counted)
        if stored != tuple(getattr(row, name) for name in STORED):
            changed.append((row.id, *stored))
    writes.update(FollowupTask, STORED, changed)
    return {row.id for row in rows}


def _was_left(row: _Row, now: datetime) -> bool:
    """Whether the interval of the task ran out over ten minutes ago, and no worker has replaced it."""
    return row.open_until is not None and now - row.open_until > OVERDUE_AFTER
