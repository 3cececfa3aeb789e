"""Steps that wait for the lead's own ground lapse: a message for a consent, a call for a scrub or an exemption.

A step lapses when the next step of its ladder falls due, and the last step seven days after it fell due itself. A lapse is
a cancellation by the worker. It is judged by the contact gate under the ladder's lock. Where anything else stands in the way
as well (our identity or registration, the kill switch, a policy, a message that a person must read), the step waits.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from followups import history
from followups.history import Act
from followups.leads.facts import contact_for
from followups.models import FollowupLadder, FollowupTask, TaskEvent, TaskQuerySet
from followups.signals import tasks_lapsed
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.gate import Reason

BATCH = 1_000
LAST_STEP_LAPSES_AFTER = timedelta(days=7)
# The lead's own: nothing that we do about ourselves brings them.
GROUNDS = (Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED, Reason.SCRUB_MISSING, Reason.SCRUB_EXPIRED)
_PASSING = (
    Reason.CONTACTED_RECENTLY,
    Reason.OUTSIDE_LEGAL_HOURS,
    Reason.CLOSED_DAY,
    Reason.OUTSIDE_CONTACT_WINDOW,
)


def lapsing_ground(reasons: Sequence[Reason]) -> Reason | None:
    """The ground that a step lapses for, by what stands in its way. None where anything but a ground or the time does."""
    missing = [reason for reason in reasons if reason in GROUNDS]
    if not missing or set(reasons) - set(GROUNDS) - set(_PASSING):
        return None
    return missing[0]


@verb(ExecutionClass.RECORD)
def lapse_steps(*, correlation_id: str | None = None, now: datetime | None = None) -> int:
    """Cancel the due steps that waited for the lead's own ground for as long as they may. How many.

    It waits for nobody: what somebody else holds lapses at the next turn. Two who call it at once share the work.
    """
    return sum(_lapse_these(task_ids, correlation_id, now) for task_ids in _batches(now or timezone.now()))


def _waiting(now: datetime) -> TaskQuerySet:
    """Due steps of no permitted minute, under no claim, whose time to wait is over."""
    later = FollowupTask.objects.filter(ladder=OuterRef("ladder"), step__gt=OuterRef("step"), cancelled_at__isnull=True)
    waited = Q(next_due__lte=now) | Q(next_due__isnull=True, due_at__lte=now - LAST_STEP_LAPSES_AFTER)
    waiting = FollowupTask.objects.due(now).unleased(now).filter(open_from__isnull=True, lead__isnull=False)
    return waiting.alias(next_due=Subquery(later.order_by("step").values("due_at")[:1])).filter(waited)


def _batches(now: datetime) -> Iterator[list[int]]:
    """Their ids, the oldest first."""
    ordered = _waiting(now).values_list("due_at", "id")
    page = list(ordered[:BATCH])
    while page:
        yield [pk for _, pk in page]
        due_at, last = page[-1]
        page = list(ordered.filter(due_at__gte=due_at).exclude(due_at=due_at, id__lte=last)[:BATCH])


@transaction.atomic
def _lapse_these(task_ids: Sequence[int], correlation_id: str | None, now: datetime | None) -> int:
    """Lock the ladders, then the steps, and ask the gate. What changed meanwhile is left."""
    ladders = FollowupLadder.objects.filter(tasks__in=task_ids).order_by("pk").distinct().values_list("pk", flat=True)
    named = FollowupLadder.objects.filter(pk__in=list(ladders)).order_by("pk")
    held = list(named.select_for_update(skip_locked=True).values_list("pk", flat=True))
    now = now or timezone.now()
    waiting = _waiting(now).filter(pk__in=task_ids, ladder__in=held).select_related("lead").order_by("pk")
    tasks = list(waiting.select_for_update(of=("self",), skip_locked=True))
    grounds = _grounds(tasks, now)
    if grounds:
        act = Act.of("system", None, correlation_id, now)
        _cancel([task for task in tasks if task.pk in grounds], grounds, act)
    return len(grounds)


def _grounds(tasks: Sequence[FollowupTask], now: datetime) -> dict[int, Reason]:
    """The missing ground of each step that lapses, by its id."""
    answers = gate.decide_contacts([contact_for(task) for task in tasks], at=now) if tasks else []
    found = {task.pk: lapsing_ground(answer.verdict.reasons) for task, answer in zip(tasks, answers, strict=True)}
    return {task_id: ground for task_id, ground in found.items() if ground}


def _cancel(tasks: Sequence[FollowupTask], grounds: dict[int, Reason], act: Act) -> None:
    by_ground: dict[Reason, list[int]] = defaultdict(list)
    for task in tasks:
        by_ground[grounds[task.pk]].append(task.pk)
    for ground, task_ids in by_ground.items():
        reason = f"lapsed {ground.value}"
        FollowupTask.objects.filter(pk__in=task_ids).update(cancelled_at=act.now, cancel_reason=reason)
        history.write(TaskEvent.Kind.LAPSED, task_ids, act, reason=reason)
    _close_steps(Counter(task.ladder_id for task in tasks), act.now)
    tasks_lapsed.send(
        sender=FollowupTask,
        tasks=tasks,
        reasons=[grounds[task.pk].value for task in tasks],
        correlation_id=act.correlation_id,
        now=act.now,
    )


def _close_steps(lapsed: Counter[int], now: datetime) -> None:
    """So many steps of these locked ladders are open no more: one statement for each number of steps."""
    for steps in sorted(set(lapsed.values())):
        FollowupLadder.objects.filter(pk__in=[ladder for ladder, n in lapsed.items() if n == steps]).update(
            open_steps=F("open_steps") - steps,
            closed_at=Case(When(open_steps=steps, then=Value(now)), default=F("closed_at")),
        )
