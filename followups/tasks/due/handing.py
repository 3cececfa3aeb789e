"""Handing a task on: giving it back for somebody else, and taking one that waits for somebody else."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from followups.ladders.models import FollowupLadder
from followups.leads.inbox.services import give_replies
from followups.pool.models import PoolAgent
from followups.pool.services import locking_agents, next_agents
from followups.pool.vendors.services import require_registered
from followups.tasks import history, leases
from followups.tasks.cancellations import OpenSteps, locking_ladder, open_steps
from followups.tasks.contacts import contact_for
from followups.tasks.due.claims import LEASE_MINUTES
from followups.tasks.errors import NotYourTask, TaskNotFound
from followups.tasks.models import FollowupTask, TaskEvent, TaskQuerySet
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import mark, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

HELP_AFTER = timedelta(hours=2)  # a colleague's task may be taken over when it has been due for so long


@verb(ExecutionClass.RECORD)
@transaction.atomic
def hand_back(task_id: int, *, act: Act) -> FollowupTask:
    """End the live claim of the act's user, and leave the task to somebody else: Next does not give it to the user again.

    If the user owns the ladder, the next agent of the pool does from now on, or nobody where no other agent works.

    Raises:
        TaskNotFound: no such task.
        NotYourTask: the user holds no live claim of it.

    """
    assert act.user is not None
    name = label_of(act.user)
    task, found = _locked(task_id)
    if not leases.is_live(task, act.now) or task.leased_by != name:
        raise NotYourTask(gettext_noop("You do not hold this task any more."))
    if task.owner == name:
        _give_ladder(task, found, _another_than(name, task, act), act)
    task.returned_by = name
    columns = (*leases.NO_LEASE, "returned_by")
    writes.update(FollowupTask, columns, [(task_id, *leases.NO_LEASE.values(), name)])
    return task


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def take_over(task_id: int, *, act: Act) -> FollowupTask:
    """Claim one task that the act's user `may_help_with`. A colleague's ladder belongs to the user from then on.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        VendorNotRegistered: the user works for a vendor whose registration ended.
        NotYourTask: it is not, or no longer, one that the user may help with, or the gate refuses it.

    """
    assert act.user is not None
    gate.require(ExecutionClass.EXECUTE)
    name = label_of(act.user)
    require_registered(mark.current(), [name], act.now)
    task, found = _locked(task_id)
    offered = may_help_with(name, act.now).filter(pk=task_id).select_related("lead").first()
    if offered is None or not gate.decide_contacts([contact_for(offered)], at=act.now)[0].verdict.allowed:
        raise NotYourTask(gettext_noop("Somebody else has it by now, or it may not be done at this minute."))
    if task.owner not in (None, name):
        _give_ladder(task, found, name, act)
    lease = (name, None, act.now + timedelta(minutes=LEASE_MINUTES))
    writes.update(FollowupTask, (*leases.NO_LEASE, "returned_by"), [(task_id, *lease, None)])
    return task


def may_help_with(name: str, now: datetime) -> TaskQuerySet:
    """Return the tasks that may be done now, that Next does not give this agent, and that the agent may take all the same:
    those that the agent gave back and nobody took, and colleagues' tasks of the agent's pools that have been due for
    `HELP_AFTER`."""
    free = FollowupTask.objects.permitted(now).going_first(now).unleased(now)
    returned = Q(owner__isnull=True, returned_by=name)
    here = Q(pk__in=())
    # The places are read first: then the tasks are found by the index of each place.
    for province, market in PoolAgent.objects.filter(agent=name).values_list("province", "market"):
        here |= Q(province=province) if market == ALL else Q(province=province, market=market)
    late = Q(owner__isnull=False, due_at__lte=now - HELP_AFTER) & ~Q(owner=name) & here
    return free.filter(returned | late)


def _locked(task_id: int) -> tuple[FollowupTask, OpenSteps]:
    """Lock the ladder of a task and its open steps. Return the task and what is locked."""
    ladder_id = FollowupTask.objects.filter(pk=task_id).values_list("ladder_id", flat=True).first()
    found = open_steps(*together(*locking_ladder(ladder_id=ladder_id, lead_id=None)))
    task: FollowupTask | None = FollowupTask.objects.filter(pk=task_id).select_related("lead").first()
    if task is None:
        raise TaskNotFound
    return task, found


def _another_than(name: str, task: FollowupTask, act: Act) -> str | None:
    """Return the next agent of the pool of the task's place, other than this one; None if no other agent works there."""
    place = (task.province, task.market)
    (agents,) = together(locking_agents([place]))
    (chosen,) = next_agents([row for row in agents if row[5] != name], [place], act.now)
    return chosen


def _give_ladder(task: FollowupTask, found: OpenSteps, owner: str | None, act: Act) -> None:
    """Give a locked ladder and its open steps to another owner, or to nobody. Each step's history says so."""
    steps, change = [pk for pk, *_ in found.steps], {"from": task.owner, "to": owner}
    with writes.gathered():
        writes.update(FollowupTask, ("owner",), [(pk, owner) for pk in steps])
        writes.update(FollowupLadder, ("owner",), [(task.ladder_id, owner)])
        history.write(TaskEvent.Kind.REASSIGNED, steps, act, details=dict.fromkeys(steps, change))
    give_replies(task.lead_id, owner)
    task.owner = owner
