"""Verbs of the due list: what may be done now, and who has taken it on.

A claim locks tasks alone and waits for none of them (SKIP LOCKED), so it stands in nobody's way and in no circle. An expired
lease needs nothing: it is not live. A claim is no transition of a task, so it leaves no line in the task's history.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.due.rows import Candidate, ContactDetails, DueTask, asked, candidates, shown
from followups.errors import NotYourName
from followups.models import FollowupTask
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.permissions import label_of

DUE_LIMIT, DUE_LIMIT_MAX = 50, 500
# Read beyond the limit: so many tasks that the gate refuses may stand before the permitted ones, while the stored intervals
# are behind. A list of fewer than the limit may then have more behind it; the worker's recomputing mends it.
SPARE = 50
LEASE_MINUTES, LEASE_MINUTES_MAX = 15, 240
CLAIM_ROUNDS = 10  # of so many tasks each as are wanted, where the gate refuses what the intervals permit


class ClaimedTask(NamedTuple):
    """A task under a lease of the claimant's, with what a dialer needs."""

    task: DueTask
    script: str | None  # what to say, in the lead's language; None of a ladder from before there were templates
    contact: ContactDetails


class Renewal(NamedTuple):
    """Which leases now end at `leased_until`, and which are lost: expired, another's, or their task closed."""

    renewed: list[int]
    lost: list[int]
    leased_until: datetime


class Release(NamedTuple):
    """Which tasks were given back, and which the claimant did not hold."""

    released: list[int]
    lost: list[int]


@verb(ExecutionClass.EXECUTE)
def due_tasks(
    limit: int = DUE_LIMIT, *, include_blocked: bool = False, now: datetime | None = None, **filters: str
) -> list[DueTask]:
    """The tasks that are due and permitted now, the oldest first; those under somebody's lease too, with its holder.

    The stored intervals choose them, then the gate is asked of each and what it refuses is left out: an interval may be
    behind, the gate never. `include_blocked` lists all that is due, each with what stands in the way. `filters` are `owner`,
    `province`, `market` and `channel`. It reads the go-live row without a lock, since it writes nothing.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    gate.require(ExecutionClass.EXECUTE)
    now = now or timezone.now()
    tasks = FollowupTask.objects.filter(**filters)
    found = candidates(tasks.due(now)[:limit] if include_blocked else tasks.permitted(now)[: limit + SPARE])
    rows = [shown(candidate, answer) for candidate, answer in zip(found, asked(found, now), strict=True)]
    return rows if include_blocked else [row for row in rows if row.allowed][:limit]


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def claim_due(
    *,
    owner: str,
    limit: int = DUE_LIMIT,
    lease_minutes: int = LEASE_MINUTES,
    user: User | None = None,
    now: datetime | None = None,
    **filters: str,
) -> list[ClaimedTask]:
    """Take on tasks that are due and permitted now: the owner's own first, then unowned ones, each the oldest first.

    Each task is under one live lease at most, and one's own is not given again. `filters` are `province`, `market` and
    `channel`. A task that the gate refuses is not leased, and its stored interval is put right, so that the next claim does
    not meet it again.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NotYourName: the user may not claim under this name.

    """
    _require_own_name(owner, user)
    gate.require(ExecutionClass.EXECUTE)
    now = now or timezone.now()
    leased_until = now + timedelta(minutes=lease_minutes)
    claimed: list[tuple[Candidate, gate.ContactAnswer]] = []
    for _ in range(CLAIM_ROUNDS):
        found = _locked_candidates(owner, limit - len(claimed), now, filters)
        pairs = list(zip(found, asked(found, now), strict=True))
        allowed = [pair for pair in pairs if pair[1].verdict.allowed]
        if allowed:
            FollowupTask.objects.filter(pk__in=[candidate.pk for candidate, _ in allowed]).update(
                leased_by=owner, leased_user=user, leased_until=leased_until
            )
        claimed += allowed
        if len(allowed) == len(pairs):
            break
        _put_right([candidate for candidate, answer in pairs if not answer.verdict.allowed], now)
    scripts = _scripts_of([candidate.pk for candidate, _ in claimed])
    return [
        ClaimedTask(
            shown(candidate, answer)._replace(leased_by=owner, leased_until=leased_until),
            scripts.get(candidate.pk),
            candidate.details,
        )
        for candidate, answer in claimed
    ]


def _require_own_name(owner: str, user: User | None) -> None:
    if user is not None and owner != label_of(user) and not user.has_perm("followups.complete_any_task"):
        raise NotYourName


def _locked_candidates(owner: str, limit: int, now: datetime, filters: dict[str, str]) -> list[Candidate]:
    """At most so many tasks that may be leased, locked: the owner's, then unowned ones."""
    tasks = FollowupTask.objects.filter(**filters).permitted(now).unleased(now)
    free = tasks.select_for_update(of=("self",), skip_locked=True)
    found = candidates(free.filter(owner=owner)[:limit])
    if len(found) < limit:
        found += candidates(free.filter(owner__isnull=True)[: limit - len(found)])
    return found


def _put_right(refused: Sequence[Candidate], now: datetime) -> None:
    """Store the intervals that hold for these tasks, which are locked."""
    minutes = gate.permitted_minutes([(candidate.contact, candidate.due_at) for candidate in refused], now=now)
    by_interval: dict[tuple[datetime | None, datetime | None], list[int]] = defaultdict(list)
    for candidate, one in zip(refused, minutes, strict=True):
        by_interval[one.open_from, one.open_until].append(candidate.pk)
    for (open_from, open_until), ids in by_interval.items():
        FollowupTask.objects.filter(pk__in=ids).update(open_from=open_from, open_until=open_until)


def _scripts_of(task_ids: Sequence[int]) -> dict[int, str | None]:
    """What to say at each task."""
    return dict.fromkeys(task_ids)


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def renew_leases(
    *,
    task_ids: Collection[int],
    owner: str,
    lease_minutes: int = LEASE_MINUTES,
    user: User | None = None,
    now: datetime | None = None,
) -> Renewal:
    """Let the owner's live leases of these tasks end so many minutes from now. What has expired is lost: claim it again.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NotYourName: the user may not claim under this name.

    """
    _require_own_name(owner, user)
    gate.require(ExecutionClass.EXECUTE)
    held, now = _held(task_ids, owner, now)
    leased_until = now + timedelta(minutes=lease_minutes)
    FollowupTask.objects.filter(pk__in=held).update(leased_until=leased_until)
    return Renewal(held, _others(task_ids, held), leased_until)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_leases(
    *, task_ids: Collection[int], owner: str, user: User | None = None, now: datetime | None = None
) -> Release:
    """Give back the owner's live leases of these tasks: whoever claims next may have them.

    Raises:
        NotYourName: the user may not claim under this name.

    """
    _require_own_name(owner, user)
    held, _ = _held(task_ids, owner, now)
    FollowupTask.objects.filter(pk__in=held).update(leased_by=None, leased_user=None, leased_until=None)
    return Release(held, _others(task_ids, held))


def _held(task_ids: Collection[int], owner: str, now: datetime | None) -> tuple[list[int], datetime]:
    """Which of the tasks are under a live lease of the owner's, and when; locked in the order of every verb."""
    leased = FollowupTask.objects.open().filter(pk__in=task_ids, leased_by=owner).order_by("ladder_id", "step")
    locked = list(leased.select_for_update().values_list("pk", "leased_until"))
    now = now or timezone.now()
    return [pk for pk, leased_until in locked if leased_until > now], now


def _others(task_ids: Collection[int], held: Sequence[int]) -> list[int]:
    return sorted(set(task_ids).difference(held))
