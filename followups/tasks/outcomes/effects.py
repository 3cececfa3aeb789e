"""Applying an outcome to the ladder and to the lead, within a completion."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from followups.leads.models import Lead
from followups.leads.moving import change_lead, locked_lead, locking_lead
from followups.leads.statuses import ENDS_THE_HUNT, moves_on_to
from followups.tasks import history
from followups.tasks.cancellations import (
    OPTED_OUT,
    OpenSteps,
    cancel,
    holding,
    locking_ladder,
    locking_ladders_at,
    open_steps,
)
from followups.tasks.contacts import put_reply
from followups.tasks.due_times import put_off
from followups.tasks.errors import TaskNotFound
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import Effect, Outcome
from followups.tasks.outcomes.services import GO_ON, Applied, OutcomeEffect, applied
from governance import gate
from governance.gate import Point
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Statement, together


@dataclass(frozen=True, slots=True)
class Planned:
    """The rule of an outcome, and what has to be locked to apply it."""

    rule: OutcomeEffect = GO_ON
    lead_id: str | None = None  # of the lead that the outcome may change
    points: Sequence[Point] = ()  # those that opt out
    ladders: Sequence[Statement] = ()  # that lock the ladders and steps which the outcome may change

    @property
    def ends_the_hunt(self) -> bool:
        """Whether nobody has to win the lead any more."""
        return self.lead_id is not None and self.rule.lead_status in ENDS_THE_HUNT


@dataclass(frozen=True, slots=True)
class Held:
    """The rule of an outcome, with the lead, points and steps that are locked to apply it."""

    planned: Planned = field(default_factory=Planned)
    points: gate.HeldPoints | None = None
    lead: Lead | None = None
    open: OpenSteps | None = None

    @property
    def rule(self) -> OutcomeEffect:
        """The rule of the outcome."""
        return self.planned.rule

    def holds(self, task_id: int) -> bool:
        """Whether the act has not cancelled this step of the ladder."""
        return self.open is None or any(step[0] == task_id for step in self.open.steps)


def plan(task_id: int, outcome: str) -> Planned:
    """Read the rule of an outcome and the task's lead. Return what has to be locked.

    Raises:
        TaskNotFound: no such task.

    """
    found = applied(outcome, task_id)
    if found is None:
        raise TaskNotFound
    return planned(outcome, found)


def planned(outcome: str, found: Applied) -> Planned:
    """Return what has to be locked to apply an outcome: the lead if the outcome may change it, its points for an opt-out,
    and each ladder of which steps may be put off or cancelled."""
    rule, ladder_id, lead_id = found.rule, found.ladder_id, found.lead_id
    changed = lead_id if found.lead_status and _changes_the_lead(outcome, rule, found.lead_status) else None
    if rule.effect == Effect.OPT_OUT and lead_id:
        points = [*gate.points_of(phone=found.phone or "", email=found.email or ""), (gate.LEAD, lead_id)]
        return Planned(rule, changed, points, locking_ladders_at(points))
    alone = Planned(rule, changed)
    if rule.effect == Effect.GO_ON and not alone.ends_the_hunt:
        return alone
    return Planned(rule, changed, (), locking_ladder(ladder_id=ladder_id, lead_id=changed))


def _changes_the_lead(outcome: str, rule: OutcomeEffect, status: str) -> bool:
    """Whether the outcome may change the lead. If somebody sets a status meanwhile, it counts as set after the outcome."""
    moves = bool(rule.lead_status) and (rule.lead_status in ENDS_THE_HUNT or status in moves_on_to(rule.lead_status))
    return moves or outcome == Outcome.WRONG_NUMBER


def hold(plan: Planned, last: Statement) -> tuple[Held, Rows]:
    """Lock what the plan names, in one message: points, the lead, ladders, steps. Return it, and the rows of the statement
    `last`, which locks the task after them."""
    of_lead = [locking_lead(plan.lead_id)] if plan.lead_id else []
    statements, points = [*of_lead, *plan.ladders, last], None
    if plan.points:
        points = gate.hold(plan.points, len(plan.points), *statements)
        answers = points.answers
    else:
        taking = gate.taking_points([(gate.LEAD, plan.lead_id)]) if plan.lead_id else []
        answers = together(*taking, *statements)[len(taking) :]
    lead = locked_lead(answers[0]) if of_lead else None
    steps = open_steps(*answers[-3:-1]) if plan.ladders else None
    return Held(plan, points, lead, steps), answers[-1]


def of_task(held: Held, task: FollowupTask) -> None:
    """Let the task share its ladder with the steps that are held, and take the task itself from among them."""
    if held.open:
        task.ladder = next((ladder for ladder in held.open.ladders if ladder.pk == task.ladder_id), task.ladder)
        held.open.steps[:] = [step for step in held.open.steps if step[0] != task.pk]


def take(held: Held, task: FollowupTask, facts: gate.GateFacts, act: Act, *, said_at: datetime) -> None:
    """Apply the rule of the task's outcome to the ladder and the lead. A closed ladder is neither paused nor stopped."""
    if held.rule.effect == Effect.PAUSE and not held.planned.ends_the_hunt:
        _pause(task, facts, act, held.rule.pause_days)
    elif held.rule.effect == Effect.STOP and held.open:
        cancel(held.open.of([task.ladder]), act.because(f"outcome {task.outcome}"))
    elif held.rule.effect == Effect.OPT_OUT:
        _opt_out(held, task, act, task.outcome, said_at)
    _change_the_lead(held, task, act, task.outcome)
    if task.outcome == Outcome.REPLIED:
        put_reply(task, act)


def opt_out_afterwards(held: Held, task: FollowupTask, act: Act, *, said_at: datetime) -> None:
    """Record an opt-out at a task that is completed already. It is recorded at most once for each task."""
    known = TaskEvent.objects.filter(task=task, kind=TaskEvent.Kind.OPTED_OUT)
    if held.rule.effect != Effect.OPT_OUT or task.outcome == Outcome.OPTED_OUT or known.exists():
        return
    with writes.gathered(), holding(held.open):
        history.write(TaskEvent.Kind.OPTED_OUT, [task.pk], act)
        _opt_out(held, task, act, Outcome.OPTED_OUT.value, said_at)
        _change_the_lead(held, task, act, Outcome.OPTED_OUT.value)


def _pause(task: FollowupTask, facts: gate.GateFacts, act: Act, days: int) -> None:
    """Put off all open steps of the task's ladder by so many days. The times between the steps stay.

    If the first open step is overdue, it falls due so many days from now.
    """
    steps = FollowupTask.objects.open().filter(ladder=task.ladder_id).exclude(pk=task.pk)
    found = list(steps.select_related("lead").order_by("pk"))
    first = min([step.due_at for step in found], default=act.now)
    by = timedelta(days=days) + max(act.now - first, timedelta())
    later = [(step, step.due_at + by) for step in found]
    put_off(later, TaskEvent.Kind.PAUSED, act.because(f"outcome {task.outcome}"), facts)


def _opt_out(held: Held, task: FollowupTask, act: Act, outcome: str, said_at: datetime) -> None:
    """Cancel the open steps of all leads who are reached at the lead's points, and record the opt-out for every channel."""
    if held.open:
        cancel(held.open, act.because(OPTED_OUT))
    if held.points:
        gate.write_opt_out(
            held.planned.points,
            said_at=said_at,
            evidence=f"task {task.pk}",
            held=held.points,
            act=act.because(f"outcome {outcome}"),
        )


def _change_the_lead(held: Held, task: FollowupTask, act: Act, outcome: str) -> None:
    """Mark the lead's number or address as wrong if the outcome says so, and move the lead on to the status of the rule."""
    lead_id, wrong_at = held.planned.lead_id, task.channel if outcome == Outcome.WRONG_NUMBER else ""
    if lead_id is not None:
        change_lead(lead_id, held.lead, act, status=held.rule.lead_status, wrong_at=wrong_at)
