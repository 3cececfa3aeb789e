"""Applying an outcome to the ladder and to the lead, within a completion that has locked the ladder's row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from followups.ladders.models import FollowupLadder
from followups.leads.lookups import leads_at
from followups.leads.moving import hold_lead, mark_wrong, move_lead
from followups.leads.statuses import ENDS_THE_HUNT, moves_on_to
from followups.tasks import history
from followups.tasks.cancellations import OPTED_OUT, cancel, lock_steps
from followups.tasks.contacts import put_reply
from followups.tasks.due_times import put_off
from followups.tasks.errors import TaskNotFound
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import Effect, Outcome
from followups.tasks.outcomes.services import GO_ON, OutcomeEffect, applied
from governance import gate
from governance.gate import Point
from wholesale.plumbing.act import Act


@dataclass(frozen=True, slots=True)
class OptingOut:
    """The locked rows for an opt-out: the lead's points, and the ladders of all leads who are reached at these points."""

    points: list[Point]
    ladders: list[FollowupLadder]


@dataclass(frozen=True, slots=True)
class Held:
    """The rule of an outcome, with the lead, points and ladders that `hold` has locked to apply the rule."""

    rule: OutcomeEffect = GO_ON
    lead_id: str | None = None  # of the lead that the outcome may change
    opting_out: OptingOut | None = None


def hold(task_id: int, outcome: str) -> Held:
    """Read the rule of an outcome. If the outcome may change the lead, lock the lead and its points; for an opt-out,
    also the ladders of all leads there. The caller has not locked the task's ladder yet.

    Raises:
        TaskNotFound: no such task.

    """
    found = applied(outcome, task_id)
    if found is None:
        raise TaskNotFound
    rule, lead_id, status = found
    changed = lead_id if status and _changes_the_lead(outcome, rule, status) else None
    if rule.effect == Effect.OPT_OUT:
        return Held(rule, changed, _hold_opt_out(task_id))
    if changed:
        hold_lead(changed)
    return Held(rule, changed)


def _changes_the_lead(outcome: str, rule: OutcomeEffect, status: str) -> bool:
    """Whether the outcome may change the lead. If somebody sets a status meanwhile, it counts as set after the outcome."""
    moves = bool(rule.lead_status) and (rule.lead_status in ENDS_THE_HUNT or status in moves_on_to(rule.lead_status))
    return moves or outcome == Outcome.WRONG_NUMBER


def _hold_opt_out(task_id: int) -> OptingOut:
    """Lock the points of the task's lead, the lead itself, then every ladder that the opt-out will touch, by id."""
    task = FollowupTask.objects.select_related("lead").get(pk=task_id)
    points = gate.points_of(phone=task.lead.phone, email=task.lead.email) if task.lead else []
    if task.lead_id:
        points.append((gate.LEAD, task.lead_id))
    gate.lock_points(points)
    lead_ids = set(leads_at(points).values_list("lead_id", flat=True)) | ({task.lead_id} - {None})
    touched = Q(pk=task.ladder_id) | Q(closed_at__isnull=True, lead_id__in=lead_ids)
    ladders = FollowupLadder.objects.filter(touched).order_by("pk").select_for_update()
    return OptingOut(points, list(ladders))


def take(held: Held, task: FollowupTask, act: Act, *, said_at: datetime) -> None:
    """Apply the rule of the task's outcome to the ladder and the lead. A closed ladder is neither paused nor stopped."""
    if held.rule.effect == Effect.PAUSE:
        _pause(task, act, held.rule.pause_days)
    elif held.rule.effect == Effect.STOP:
        cancel(lock_steps([task.ladder]), act.because(f"outcome {task.outcome}"))
    elif held.opting_out:
        _opt_out(held.opting_out, task, act, task.outcome, said_at)
    _change_the_lead(held, task, act, task.outcome)
    if task.outcome == Outcome.REPLIED:
        put_reply(task, act)


def opt_out_afterwards(held: Held, task: FollowupTask, act: Act, *, said_at: datetime) -> None:
    """Record an opt-out at a task that is completed already. It is recorded at most once for each task."""
    known = TaskEvent.objects.filter(task=task, kind=TaskEvent.Kind.OPTED_OUT)
    if held.opting_out is None or task.outcome == Outcome.OPTED_OUT or known.exists():
        return
    history.write(TaskEvent.Kind.OPTED_OUT, [task.pk], act)
    _opt_out(held.opting_out, task, act, Outcome.OPTED_OUT.value, said_at)
    _change_the_lead(held, task, act, Outcome.OPTED_OUT.value)


def _pause(task: FollowupTask, act: Act, days: int) -> None:
    """Put off all open steps of the task's ladder by so many days. The times between the steps stay.

    If the first open step is overdue, it falls due so many days from now.
    """
    steps = FollowupTask.objects.open().filter(ladder=task.ladder_id).select_related("lead").order_by("pk")
    found = list(steps.select_for_update(of=("self",)))
    first = min([step.due_at for step in found], default=act.now)
    by = timedelta(days=days) + max(act.now - first, timedelta())
    later = [(step, step.due_at + by) for step in found]
    put_off(later, TaskEvent.Kind.PAUSED, act.because(f"outcome {task.outcome}"))


def _opt_out(opting_out: OptingOut, task: FollowupTask, act: Act, outcome: str, said_at: datetime) -> None:
    """Cancel the open steps of all leads who are reached at the lead's points, and record the opt-out for every channel."""
    # The completion has changed the task's own ladder since it was locked. The other ladders are as they were.
    others = [ladder for ladder in opting_out.ladders if ladder.pk != task.ladder_id]
    cancel(lock_steps([task.ladder, *others]), act.because(OPTED_OUT))
    if opting_out.points:
        gate.record_opt_out(
            points=opting_out.points, said_at=said_at, evidence=f"task {task.pk}", act=act.because(f"outcome {outcome}")
        )


def _change_the_lead(held: Held, task: FollowupTask, act: Act, outcome: str) -> None:
    """Mark the lead's number or address as wrong if the outcome says so, and move the lead on to the status of the rule."""
    if held.lead_id is None:
        return
    if outcome == Outcome.WRONG_NUMBER:
        mark_wrong(held.lead_id, task.channel, act)
    if held.rule.lead_status:
        move_lead(held.lead_id, held.rule.lead_status, act)
    if held.rule.lead_status in ENDS_THE_HUNT and task.ladder.open_steps:
        task.ladder.refresh_from_db(fields=["open_steps", "closed_at"])
