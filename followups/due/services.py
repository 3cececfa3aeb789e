"""Verbs of the due list: what may be done now, and who has taken it on.

A claim locks tasks alone and waits for none of them (SKIP LOCKED), so it stands in nobody's way and in no circle. Whatever
else touches tasks locks their ladders first. An expired lease needs nothing: it is not live. A claim is no transition of a
task, so it leaves no line in the task's history.

Of the steps of a ladder that may be done now only the lowest is listed and claimed: the next one may be done a while after
the contact that has not happened yet.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.due import rows
from followups.due.rows import Candidate
from followups.errors import NotYourName
from followups.leases import NO_LEASE, is_live
from followups.minutes.services import put_right
from followups.models import FollowupLadder, FollowupTask, TaskQuerySet
from followups.scopes import reader_of
from followups.steps.services import Occasion, names_of, scripts
from followups.vendors.services import require_registered
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.users import label_of

DUE_LIMIT, DUE_LIMIT_MAX = 50, 500
# Read beyond the limit: so many tasks that the gate refuses may stand before the permitted ones, while the stored intervals
# are behind. A list of fewer than the limit may then have more behind it; the worker's recomputing mends it.
SPARE = 50
LEASE_MINUTES, LEASE_MINUTES_MAX = 15, 240
EARLIER_STEP_FIRST = "earlier_step_first"  # what stands in the way where the gate sees nothing
CLAIM_ROUNDS = 10  # of so many tasks each as are wanted, where the gate refuses what the intervals permit


class DueTask(NamedTuple):
    """A due task, with what the contact gate says of it now. Times are UTC but for `local_time`."""

    id: int
    lead_id: str | None
    due_at: datetime
    channel: str
    step: int
    owner: str | None
    province: str
    market: str
    actionable_at: datetime | None  # the first permitted minute at or after due_at
    open_until: datetime | None  # the last instant of the permitted interval that contains now, or of the next, as stored
    leased_by: str | None  # who holds a live claim
    leased_until: datetime | None
    local_time: str | None  # the lead's clock: ISO 8601 with its offset; None where nobody knows where it lives
    timezone: str | None  # the IANA name of that clock's zone
    allowed: bool
    reason: str  # `within_window`, else what stands in the way first
    next_allowed_at: datetime | None  # where only time stands in the way


class ContactDetails(NamedTuple):
    """Whom to contact, and where; "" is unknown."""

    name: str
    phone: str  # E.164
    email: str


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
    limit: int = DUE_LIMIT,
    *,
    owner: str | None = None,
    province: str | None = None,
    market: str | None = None,
    channel: str | None = None,
    include_blocked: bool = False,
    user: User | None = None,
    now: datetime | None = None,
) -> list[DueTask]:
    """The tasks that are due and permitted now, the oldest first; those under somebody's lease too, with its holder. Of one
    ladder only the first that may be done.

    The stored intervals choose them, then the gate is asked of each and what it refuses is left out: an interval may be
    behind, the gate never. `include_blocked` lists all that is due, each with what stands in the way. An agent as `user` is
    listed what it reads (`followups.scopes`). It writes nothing, so it reads the go-live row without a lock.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    gate.require(ExecutionClass.EXECUTE)
    now = now or timezone.now()
    filters = {"owner": owner, "province": province, "market": market, "channel": channel}
    reader = reader_of(user)
    if include_blocked:
        found = rows.due(now, limit, filters, reader=reader)
    else:
        found = rows.permitted(now, limit + SPARE, filters, reader=reader)
    pairs = _asked(found, now)
    if not include_blocked:
        pairs = [pair for pair in pairs if pair[1].verdict.allowed][:limit]
    return [_shown(candidate, answer) for candidate, answer in pairs]


@verb(ExecutionClass.EXECUTE)
def claim_due(
    *,
    owner: str,
    limit: int = DUE_LIMIT,
    lease_minutes: int = LEASE_MINUTES,
    province: str | None = None,
    market: str | None = None,
    channel: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ClaimedTask]:
    """Take on tasks that are due and permitted now: the owner's own first, then unowned ones, each the oldest first. Of one
    ladder only the first that may be done, and none while somebody else holds that.

    A task is under one live lease at most, and one's own is not given again. The lease comes first, in a transaction as
    short as can be, then the gate is asked: a task that it refuses is given back before anybody hears of it, and its stored
    interval is put right. Should the process die in between, the lease runs out by itself. An agent is given at most
    `AGENT_CLAIM_MAX` tasks at once.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NotYourName: the user may not claim under this name.
        VendorNotRegistered: the claimant works for a vendor whose registration ended.

    """
    _require_own_name(owner, user)
    if reader_of(user) is not None:
        limit = min(limit, settings.AGENT_CLAIM_MAX)
    filters = {"province": province, "market": market, "channel": channel}
    claimed: list[tuple[Candidate, gate.ContactAnswer]] = []
    for _ in range(CLAIM_ROUNDS):
        taken, at = _take(owner, limit - len(claimed), lease_minutes, filters, user, now)
        pairs = _asked(taken, at)
        claimed += [pair for pair in pairs if pair[1].verdict.allowed]
        refused = [candidate for candidate, answer in pairs if not answer.verdict.allowed]
        if not refused:
            break
        _give_back(refused, at)
    if not claimed:
        return []
    agent = _name_of(owner, user)
    said = scripts([_occasion(candidate, agent) for candidate, _ in claimed], claimed[0][1].sender)
    return [
        ClaimedTask(_shown(candidate, answer), script, _details(candidate))
        for (candidate, answer), script in zip(claimed, said, strict=True)
    ]


@transaction.atomic
def _take(
    owner: str, limit: int, lease_minutes: int, filters: Mapping[str, str | None], user: User | None, now: datetime | None
) -> tuple[list[Candidate], datetime]:
    """Lease what the stored intervals permit, and say when. The tasks are locked for one statement and its commit: who
    claims beside us passes over what is locked."""
    gate.require(ExecutionClass.EXECUTE)
    now = now or timezone.now()
    require_registered(_names(owner, user), now)
    until = now + timedelta(minutes=lease_minutes)
    user_id = user.pk if user and owner != user.get_username() else None
    return rows.lease(owner, user_id=user_id, now=now, until=until, limit=limit, filters=filters), now


@transaction.atomic
def _give_back(refused: Sequence[Candidate], now: datetime) -> None:
    """Take the lease off what the gate refuses, and store the intervals that hold, so that no claim meets it again."""
    mine = FollowupTask.objects.filter(leased_by=refused[0].leased_by, leased_until=refused[0].leased_until)
    ids = [candidate.id for candidate in refused]
    _lock(mine.filter(pk__in=ids))
    mine.filter(pk__in=ids).update(**NO_LEASE)
    put_right(ids, now)


def _occasion(candidate: Candidate, agent: str) -> Occasion:
    """What is said at it, by whom and by which template."""
    lead = candidate.contact.lead
    name = candidate.first_name, candidate.last_name
    made_from = candidate.template, candidate.version
    return Occasion(*made_from, candidate.step, lead.language, *name, candidate.address, lead.market, agent)


def _details(candidate: Candidate) -> ContactDetails:
    lead = candidate.contact.lead
    return ContactDetails(f"{candidate.first_name} {candidate.last_name}".strip(), lead.phone, lead.email)


def _name_of(owner: str, user: User | None) -> str:
    """By which the claimant introduces himself."""
    if user is not None and user.get_username() == owner:
        return user.get_full_name() or owner
    return names_of([owner]).get(owner, owner)


def _names(owner: str, user: User | None) -> list[str]:
    """The claimant's: under which it claims, and under which it is signed in."""
    return [owner, user.get_username()] if user else [owner]


def _require_own_name(owner: str, user: User | None) -> None:
    if user is not None and owner != label_of(user) and not user.has_perm("followups.complete_any_task"):
        raise NotYourName


def _asked(found: Sequence[Candidate], now: datetime) -> list[tuple[Candidate, gate.ContactAnswer]]:
    """Each with what the gate says of it now, in a constant number of queries; in none where there is none."""
    answers = gate.decide_contacts([candidate.contact for candidate in found], at=now) if found else []
    return list(zip(found, answers, strict=True))


def _shown(candidate: Candidate, answer: gate.ContactAnswer) -> DueTask:
    """The task with the gate's answer; of the lease no more than is live at the instant that was asked about."""
    is_leased = candidate.leased_until is not None and candidate.leased_until > answer.at
    verdict, zone = answer.verdict, answer.verdict.zone
    return DueTask(
        *candidate[:10],
        *((candidate.leased_by, candidate.leased_until) if is_leased else (None, None)),
        _clock(answer.at, zone) if zone else None,
        zone.key if zone else None,
        verdict.allowed and not candidate.waits,
        EARLIER_STEP_FIRST if verdict.allowed and candidate.waits else verdict.code,
        verdict.next_allowed_at,
    )


@lru_cache(maxsize=128)
def _clock(at: datetime, zone: ZoneInfo) -> str:
    """What a clock in the zone shows: the same to all who live there."""
    return at.astimezone(zone).isoformat(timespec="seconds")


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
        VendorNotRegistered: the claimant works for a vendor whose registration ended.

    """
    _require_own_name(owner, user)
    gate.require(ExecutionClass.EXECUTE)
    held, now = _held(task_ids, owner, now)
    require_registered(_names(owner, user), now)
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
    FollowupTask.objects.filter(pk__in=held).update(**NO_LEASE)
    return Release(held, _others(task_ids, held))


def _held(task_ids: Collection[int], owner: str, now: datetime | None) -> tuple[list[int], datetime]:
    """Which of the tasks are under a live lease of the owner's, and when; locked in the order of every verb."""
    locked = _lock(FollowupTask.objects.open().filter(pk__in=task_ids, leased_by=owner))
    now = now or timezone.now()
    return [task.pk for task in locked if is_live(task, now)], now


def _lock(tasks: TaskQuerySet) -> list[FollowupTask]:
    """These tasks, locked after their ladders, as they are by then."""
    ladders = FollowupLadder.objects.filter(pk__in=tasks.values("ladder")).order_by("pk")
    list(ladders.select_for_update().values_list("pk"))
    return list(tasks.order_by("ladder_id", "step").select_for_update().only("pk", "leased_until"))


def _others(task_ids: Collection[int], held: Sequence[int]) -> list[int]:
    return sorted(set(task_ids).difference(held))
