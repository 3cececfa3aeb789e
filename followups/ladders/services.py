"""Reassign, cancel and restart a whole ladder. Each verb records the reason."""

from django.db import transaction

from followups.ladders.errors import LadderClosed, LadderNotFound
from followups.ladders.models import FollowupLadder
from followups.ladders.prospects import Prospect
from followups.ladders.starts import LadderStart, again_if_moved, begin_ladder, hold_lead
from followups.tasks import history, leases
from followups.tasks.cancellations import cancel_steps
from followups.tasks.models import FollowupTask, TaskEvent
from governance import gate
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def reassign_ladder(ladder_id: int, owner: str | None, *, act: Act) -> FollowupLadder:
    """Give an open ladder and its open tasks to another owner, or to nobody if `owner` is None. Claims of these tasks end.
    If the ladder has this owner already, nothing changes.

    Raises:
        LadderNotFound: no such ladder.
        LadderClosed: it has no open step.

    """
    ladder = _locked_open_ladder(ladder_id)
    if ladder.owner == owner:
        return ladder
    task_ids = list(ladder.tasks.open().order_by("pk").select_for_update().values_list("pk", flat=True))
    FollowupTask.objects.filter(pk__in=task_ids).update(owner=owner, **leases.NO_LEASE)
    change = {"from": ladder.owner, "to": owner}
    ladder.owner = owner
    ladder.save(update_fields=["owner"])
    history.write(TaskEvent.Kind.REASSIGNED, task_ids, act, details=dict.fromkeys(task_ids, change))
    return ladder


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def cancel_ladder(ladder_id: int, *, act: Act) -> FollowupLadder:
    """Cancel the open steps of a ladder, which closes it.

    Raises:
        LadderNotFound: no such ladder.
        LadderClosed: it has no open step.

    """
    ladder = _locked_open_ladder(ladder_id)
    cancel_steps([ladder], act)
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
    gate.require(ExecutionClass.EXECUTE)
    named = FollowupLadder.objects.filter(pk=ladder_id)
    found = named.only("lead").first()
    if found is None:
        raise LadderNotFound
    lead_id = found.lead_id
    prospect, held = hold_lead(lead_id) if lead_id else (Prospect(), {})
    ladder = named.select_for_update().get()
    if not lead_id:
        cancel_steps([ladder], act)
    return begin_ladder(
        prospect,
        held,
        lead_id=lead_id,
        province=ladder.province,
        market=ladder.market,
        owner=ladder.owner,
        restart=True,
        act=act,
    )


def _locked_open_ladder(ladder_id: int) -> FollowupLadder:
    ladder = FollowupLadder.objects.select_for_update().filter(pk=ladder_id).first()
    if ladder is None:
        raise LadderNotFound
    if ladder.closed_at is not None:
        raise LadderClosed
    return ladder
