"""What an outcome does to the ladder, within the completion that has locked the ladder's row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from followups.cancelling import OPTED_OUT, cancel_steps
from followups.history import Act
from followups.leads.lookups import leads_at
from followups.models import FollowupLadder, FollowupTask, TaskEvent
from followups.outcomes.rules import Effect
from followups.putting_off import put_off
from governance import gate
from governance.compliance.services import Point


@dataclass(frozen=True, slots=True)
class OptingOut:
    """What an opt-out closes: the points of the lead, and the ladders of all who are reached there."""

    points: list[Point]
    ladders: list[FollowupLadder]


def hold_opt_out(task_id: int) -> OptingOut | None:
    """Before an opt-out: lock the points of the task's lead, then every ladder that it will touch, by id.

    None where there is no such task. Of a lead that nobody knows there are no points, and only its own ladders.
    """
    task = FollowupTask.objects.select_related("lead").filter(pk=task_id).first()
    if task is None:
        return None
    points = gate.points_of(phone=task.lead.phone, email=task.lead.email) if task.lead else []
    gate.lock_points(points)
    lead_ids = set(leads_at(points).values_list("lead_id", flat=True))
    if task.lead_id:
        lead_ids.add(task.lead_id)
    touched = Q(pk=task.ladder_id) | Q(closed_at__isnull=True, lead_id__in=lead_ids)
    ladders = FollowupLadder.objects.filter(touched).order_by("pk").select_for_update()
    return OptingOut(points, list(ladders))


def stop(task: FollowupTask, act: Act) -> None:
    """Cancel the open steps of the task's ladder."""
    cancel_steps([task.ladder], act=act, reason=f"outcome {task.outcome}")


def pause(task: FollowupTask, act: Act, days: int) -> None:
    """Put the open steps of the task's ladder off by so many days."""
    steps = FollowupTask.objects.open().filter(ladder=task.ladder_id).select_related("lead").order_by("pk")
    put_off(
        [(step, step.due_at + timedelta(days=days)) for step in steps.select_for_update(of=("self",))],
        kind=TaskEvent.Kind.PAUSED,
        act=act,
        reason=f"outcome {task.outcome}",
    )


def opt_out(task: FollowupTask, act: Act, opting_out: OptingOut, said_at: datetime) -> None:
    """Cancel the open steps of all who are reached at the lead's points, and keep the no for every channel."""
    # The task's own ladder was changed by the completion; the other rows are as they were locked.
    others = [ladder for ladder in opting_out.ladders if ladder.pk != task.ladder_id]
    cancel_steps([task.ladder, *others], act=act, reason=OPTED_OUT)
    if opting_out.points:
        gate.record_opt_out(
            points=opting_out.points,
            said_at=said_at,
            evidence=f"task {task.pk}",
            reason=f"outcome {task.outcome}",
            actor=act.actor,
            user=act.user,
            correlation_id=act.correlation_id,
            now=act.now,
        )


def take(
    effect: Effect, task: FollowupTask, act: Act, *, pause_days: int, opting_out: OptingOut | None, said_at: datetime
) -> None:
    """Do what the rule of the outcome says. A task of a closed ladder leaves nothing to pause or to stop."""
    if effect == Effect.PAUSE:
        pause(task, act, pause_days)
    elif effect == Effect.STOP:
        stop(task, act)
    elif opting_out:
        opt_out(task, act, opting_out, said_at)
