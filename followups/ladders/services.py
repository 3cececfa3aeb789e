"""Reassign, cancel and restart a whole ladder. Each verb records the reason."""

from django.db import transaction

from followups.ladders.errors import LadderClosed, LadderNotFound
from followups.ladders.models import FollowupLadder
from followups.ladders.starts import LadderStart, again_if_moved, begin_ladder, hold_lead
from followups.leads.inbox.services import give_replies
from followups.leads.lookups import points_in
from followups.tasks import history, leases
from followups.tasks.cancellations import OpenSteps, cancel, locking_ladder, open_steps
from followups.tasks.models import FollowupTask, TaskEvent
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select, together


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def reassign_ladder(ladder_id: int, owner: str | None, *, act: Act) -> FollowupLadder:
    """Give an open ladder and its open tasks to another owner, or to nobody if `owner` is None. Claims of these tasks end.
    If the ladder has this owner already, nothing changes.

    Raises:
        LadderNotFound: no such ladder.
        LadderClosed: it has no open step.

    """
    found = _locked(ladder_id)
    ladder = _open(found)
    if ladder.owner == owner:
        return ladder
    change, task_ids = {"from": ladder.owner, "to": owner}, [task_id for task_id, *_ in found.steps]
    ladder.owner = owner
    with writes.gathered():
        writes.update(FollowupTask, ("owner", *leases.NO_LEASE), [(pk, owner, *leases.NO_LEASE.values()) for pk in task_ids])
        writes.update(FollowupLadder, ("owner",), [(ladder_id, owner)])
        history.write(TaskEvent.Kind.REASSIGNED, task_ids, act, details=dict.fromkeys(task_ids, change))
    give_replies(ladder.lead_id, owner)
    return ladder


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def cancel_ladder(ladder_id: int, *, act: Act) -> FollowupLadder:
    """Cancel the open steps of a ladder, which closes it.

    Raises:
        LadderNotFound: no such ladder.
        LadderClosed: it has no open step.

    """
    found = _locked(ladder_id)
    ladder = _open(found)
    cancel(found, act)
    return ladder


@verb(ExecutionClass.EXECUTE)
@again_if_moved
def restart_ladder(ladder_id: int, *, act: Act) -> LadderStart:
    """Restart a ladder: cancel its open steps, and start a new ladder for the same lead, place and owner.

    A closed ladder may be restarted too, however recently it ended. If the lead has another open ladder by now, the steps of
    that other ladder are cancelled.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        LadderNotFound: no such ladder.
        NoLadder: see `start_ladder`.

    """
    (known,) = gate.require(ExecutionClass.EXECUTE, _LEAD_OF.of(ladder_id=ladder_id))
    if not known:
        raise LadderNotFound
    ((lead_id, province, market, *reached),) = known
    cancelling = locking_ladder(ladder_id=ladder_id, lead_id=lead_id)
    found = hold_lead(lead_id, points_in([tuple(reached)]), cancelling, pool_of=(province, market))
    ladder = next(one for one in found.cancelled.ladders if one.pk == ladder_id)
    return begin_ladder(found, lead_id, (ladder.province, ladder.market), ladder.owner, restart=True, act=act)


_LEAD_OF = Select(
    lambda ladder_id: FollowupLadder.objects.filter(pk=ladder_id).values_list(
        "lead_id", "province", "market", "lead__phone", "lead__email"
    )
)


def _locked(ladder_id: int) -> OpenSteps:
    """Lock a ladder and its open steps.

    Raises:
        LadderNotFound: no such ladder.

    """
    found = open_steps(*together(*locking_ladder(ladder_id=ladder_id, lead_id=None)))
    if not found.ladders:
        raise LadderNotFound
    return found


def _open(found: OpenSteps) -> FollowupLadder:
    """Return the one ladder that was locked, or raise LadderClosed."""
    (ladder,) = found.ladders
    if ladder.closed_at is not None:
        raise LadderClosed
    return ladder
