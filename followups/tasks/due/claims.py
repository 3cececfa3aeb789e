"""Claims of due tasks: leases that end by themselves.

A claim locks only tasks and waits for none of them (SKIP LOCKED), so it cannot deadlock. Everything else that changes tasks
locks their ladders first. Nothing has to remove an expired lease, because each reader compares its end with the clock. A
claim is no transition of a task, so it leaves no line in the task's history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.scripts import Occasion, names_of, scripts
from followups.pool.vendors.services import require_registered
from followups.tasks import leases
from followups.tasks.due import reading
from followups.tasks.due.readers import reader_of
from followups.tasks.due.reading import Candidate
from followups.tasks.due.services import DUE_LIMIT, DueTask, due_task, with_answers
from followups.tasks.errors import NotYourName
from followups.tasks.leases import NO_LEASE
from followups.tasks.minutes.services import put_right
from followups.tasks.models import FollowupTask
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select, Statement, together
from wholesale.plumbing.mark import MARK_SQL
from wholesale.plumbing.users import label_of

LEASE_MINUTES, LEASE_MINUTES_MAX = 15, 240
_MARK = Statement(f"SELECT {MARK_SQL}")
CLAIM_ROUNDS = 10  # tries to fill the limit, if the gate refuses tasks that their stored intervals permit


class ContactDetails(NamedTuple):
    """The lead to contact, and where. An empty text means that the value is unknown."""

    name: str
    phone: str  # E.164
    email: str


class ClaimedTask(NamedTuple):
    """A claimed task, with what to say and whom to contact."""

    task: DueTask
    script: str | None  # what to say, in the lead's language; None if the ladder is older than templates
    contact: ContactDetails


class Renewal(NamedTuple):
    """`renewed`: the tasks whose leases now end at `leased_until`. `lost`: those under no live lease of the claimant."""

    renewed: list[int]
    lost: list[int]
    leased_until: datetime


class Release(NamedTuple):
    """`released`: the tasks that were given back. `lost`: those under no live lease of the claimant."""

    released: list[int]
    lost: list[int]


@verb(ExecutionClass.EXECUTE)
def claim_due(
    *,
    owner: str | None = None,
    limit: int = DUE_LIMIT,
    lease_minutes: int = LEASE_MINUTES,
    province: str | None = None,
    market: str | None = None,
    channel: str | None = None,
    act: Act,
) -> list[ClaimedTask]:
    """Claim tasks that are due and permitted now: the owner's own first, then unowned ones, each the oldest first. A ladder
    gives only its first permitted step, and none while another has claimed that step. If `owner` is None, the actor claims.

    A task has at most one live lease: meanwhile it is not given again, not even to its claimant. The lease is taken first,
    in a short transaction; then the gate is asked. A refused task is given back before the caller learns of it, and its
    stored interval is put right. If the process dies in between, the lease runs out by itself. An agent gets at most
    `AGENT_CLAIM_MAX` tasks at once.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NotYourName: the user may not claim under this name.
        VendorNotRegistered: the claimant works for a vendor whose registration ended.

    """
    owner = _own_name(owner, act)
    if reader_of(act.user) is not None:
        limit = min(limit, settings.AGENT_CLAIM_MAX)
    filters = {"province": province, "market": market, "channel": channel}
    claimed: list[tuple[Candidate, gate.ContactAnswer]] = []
    for _ in range(CLAIM_ROUNDS):
        round_act = replace(act)  # each round reads the clock anew
        taken = _take(owner, limit - len(claimed), lease_minutes, filters, round_act)
        pairs = with_answers(taken, round_act.now)
        claimed += [pair for pair in pairs if pair[1].verdict.allowed]
        refused = [candidate for candidate, answer in pairs if not answer.verdict.allowed]
        if not refused:
            break
        _give_back(refused, round_act.now)
    if not claimed:
        return []
    agent = _name_of(owner, act.user)
    said = scripts([_occasion(candidate, agent) for candidate, _ in claimed], claimed[0][1].sender)
    return [
        ClaimedTask(due_task(candidate, answer), script, _details(candidate))
        for (candidate, answer), script in zip(claimed, said, strict=True)
    ]


@transaction.atomic
def _take(owner: str, limit: int, lease_minutes: int, filters: Mapping[str, str | None], act: Act) -> list[Candidate]:
    """Lease tasks that the stored intervals permit. The tasks are locked for one statement and its commit. Meanwhile other
    claims skip them."""
    [[(mark,)]] = gate.require(ExecutionClass.EXECUTE, _MARK)
    _require_registered(mark, owner, act)
    until = act.now + timedelta(minutes=lease_minutes)
    user_id = act.user.pk if act.user and owner != act.user.get_username() else None
    return reading.lease(owner, user_id=user_id, now=act.now, until=until, limit=limit, filters=filters)


def _require_registered(mark: int | None, owner: str, act: Act) -> None:
    """Refuse if the claimant works for a vendor whose registration ended: by the name of the claim or by its user name."""
    require_registered(mark, [owner, act.user.get_username()] if act.user else [owner], act.now)


@transaction.atomic
def _give_back(refused: Sequence[Candidate], now: datetime) -> None:
    """End the leases of tasks that the gate refused, and store their present intervals, so no claim takes them again."""
    ids, until = [candidate.id for candidate in refused], refused[0].leased_until
    (held,) = together(_locking(ids, refused[0].leased_by))
    _end([pk for pk, leased_until in held if leased_until == until])
    put_right(ids, now)


def _occasion(candidate: Candidate, agent: str) -> Occasion:
    """Return what the candidate's script depends on: the template, the step, the lead and the agent."""
    lead = candidate.contact.person
    name = candidate.first_name, candidate.last_name
    made_from = candidate.template, candidate.version
    return Occasion(*made_from, candidate.step, lead.language, *name, candidate.address, lead.market, agent)


def _details(candidate: Candidate) -> ContactDetails:
    lead = candidate.contact.person
    return ContactDetails(f"{candidate.first_name} {candidate.last_name}".strip(), lead.phone, lead.email)


def _name_of(owner: str, user: User | None) -> str:
    """Return the name by which the claimant introduces itself to leads: its full name, or else its user name."""
    if user is not None and user.get_username() == owner:
        return user.get_full_name() or owner
    return names_of([owner]).get(owner, owner)


def _own_name(owner: str | None, act: Act) -> str:
    """Return the name to claim under: `owner`, or the actor's name if `owner` is None.

    Raises:
        NotYourName: the user may not claim under this name.

    """
    name, user = owner or act.actor, act.user
    if user is not None and name != label_of(user) and not leases.may_work_any(user):
        raise NotYourName
    return name


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def renew_leases(
    *,
    task_ids: Collection[int],
    owner: str | None = None,
    lease_minutes: int = LEASE_MINUTES,
    act: Act,
) -> Renewal:
    """Make the owner's live leases of these tasks end `lease_minutes` from now. An expired lease is not renewed.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        NotYourName: the user may not claim under this name.
        VendorNotRegistered: the claimant works for a vendor whose registration ended.

    """
    owner = _own_name(owner, act)
    [[(mark,)]] = gate.require(ExecutionClass.EXECUTE, _MARK)
    held = _held(task_ids, owner, act)
    _require_registered(mark, owner, act)
    leased_until = act.now + timedelta(minutes=lease_minutes)
    writes.update(FollowupTask, ("leased_until",), [(pk, leased_until) for pk in held])
    return Renewal(held, _others(task_ids, held), leased_until)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_leases(*, task_ids: Collection[int], owner: str | None = None, act: Act) -> Release:
    """End the owner's live leases of these tasks, so that somebody else may claim them.

    Raises:
        NotYourName: the user may not claim under this name.

    """
    held = _held(task_ids, _own_name(owner, act), act)
    _end(held)
    return Release(held, _others(task_ids, held))


# The ladders, then the tasks, in the order that every verb uses. An open task has an open ladder.
_LOCK = Select(
    lambda task_ids, owner: (
        FollowupTask.objects.open()
        .filter(pk__among=task_ids, leased_by=owner, ladder__closed_at__isnull=True)
        .order_by("ladder_id", "step")
        .values_list("pk", "leased_until")
    )
)


def _locking(task_ids: Collection[int], owner: str | None) -> Statement:
    """Return the statement that locks those of these open tasks that the owner claimed last, and reads until when."""
    return _LOCK.locking(FollowupLadder, FollowupTask, task_ids=task_ids, owner=owner)


def _held(task_ids: Collection[int], owner: str, act: Act) -> list[int]:
    """Lock these tasks. Return the ids of those under a live lease of the owner."""
    (locked,) = together(_locking(task_ids, owner))
    return [pk for pk, leased_until in locked if leased_until > act.now]


def _end(task_ids: Sequence[int]) -> None:
    """End the leases of locked tasks."""
    writes.update(FollowupTask, tuple(NO_LEASE), [(pk, *NO_LEASE.values()) for pk in task_ids])


def _others(task_ids: Collection[int], held: Sequence[int]) -> list[int]:
    return sorted(set(task_ids).difference(held))
