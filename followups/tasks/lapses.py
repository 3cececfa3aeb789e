"""A step lapses if its lead gives no ground for too long: a message needs a consent, a call a scrub or an exemption.

A step lapses when the next step of its ladder falls due, and the last step seven days after it fell due itself. To lapse is
to be cancelled by the worker. The gate is asked under the ladder's lock. If there is any other refusal reason as well (our
identity or registration, the kill switch, a policy, a message that a person must read), the step waits.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from followups.ladders.models import FollowupLadder
from followups.signals import tasks_lapsed
from followups.tasks.cancellations import OpenSteps, cancel
from followups.tasks.contacts import contact_for
from followups.tasks.models import FollowupTask, TaskEvent, TaskQuerySet
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.gate import Reason
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope

BATCH = 1_000
LAST_STEP_LAPSES_AFTER = timedelta(days=7)
# The lead's own grounds: nothing that we change about ourselves provides them.
GROUNDS = (Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED, Reason.SCRUB_MISSING, Reason.SCRUB_EXPIRED)
_PASSING = (
    Reason.CONTACTED_RECENTLY,
    Reason.OUTSIDE_LEGAL_HOURS,
    Reason.CLOSED_DAY,
    Reason.OUTSIDE_CONTACT_WINDOW,
)


def lapsing_ground(reasons: Sequence[Reason]) -> Reason | None:
    """Return the first missing ground among these refusal reasons. None if there is none, or if any other reason stands
    beside it, except one about the time."""
    missing = [reason for reason in reasons if reason in GROUNDS]
    if not missing or set(reasons) - set(GROUNDS) - set(_PASSING):
        return None
    return missing[0]


@verb(ExecutionClass.RECORD)
def lapse_steps(*, act: Act) -> int:
    """Cancel the due steps that waited too long for the lead's own ground. Return how many.

    Rows that are locked by somebody else are skipped and lapse at the next run. Two calls at once share the work.
    """
    # Each batch reads the clock anew.
    return sum(_lapse_these(task_ids, replace(act)) for task_ids in _waiting(act.now).id_batches(BATCH))


def _waiting(now: datetime) -> TaskQuerySet:
    """Return the due steps without a permitted minute and without a live claim that have waited too long."""
    later = FollowupTask.objects.filter(ladder=OuterRef("ladder"), step__gt=OuterRef("step"), cancelled_at__isnull=True)
    waited = Q(next_due__lte=now) | Q(next_due__isnull=True, due_at__lte=now - LAST_STEP_LAPSES_AFTER)
    waiting = FollowupTask.objects.due(now).unleased(now).filter(open_from__isnull=True, lead__isnull=False)
    return waiting.alias(next_due=Subquery(later.order_by("step").values("due_at")[:1])).filter(waited)


@transaction.atomic
def _lapse_these(task_ids: Sequence[int], act: Act) -> int:
    """Lock ladders, then steps, and cancel the steps that the gate still refuses for want of a ground. Return how many."""
    ladder_ids = FollowupLadder.objects.filter(tasks__in=task_ids).order_by("pk").distinct().values_list("pk", flat=True)
    named = FollowupLadder.objects.filter(pk__in=list(ladder_ids)).order_by("pk")
    ladders = list(named.select_for_update(skip_locked=True))
    waiting = _waiting(act.now).filter(pk__in=task_ids, ladder__in=ladders).select_related("lead").order_by("pk")
    tasks = list(waiting.select_for_update(of=("self",), skip_locked=True))
    grounds = _grounds(tasks, act.now)
    for ground in dict.fromkeys(grounds.values()):
        steps = [(task.pk, task.ladder_id, task.channel) for task in tasks if grounds.get(task.pk) is ground]
        cancel(OpenSteps(ladders, steps), act.because(f"lapsed {ground.value}"), kind=TaskEvent.Kind.LAPSED)
    if grounds:
        lapsed = [_envelope(task, grounds[task.pk], act) for task in tasks if task.pk in grounds]
        tasks_lapsed.send(sender=FollowupTask, envelopes=lapsed)
    return len(grounds)


def _grounds(tasks: Sequence[FollowupTask], now: datetime) -> dict[int, Reason]:
    """Return the missing ground of each step that lapses, by the step's id."""
    answers = gate.decide_contacts([contact_for(task) for task in tasks], at=now) if tasks else []
    found = {task.pk: lapsing_ground(answer.verdict.reasons) for task, answer in zip(tasks, answers, strict=True)}
    return {task_id: ground for task_id, ground in found.items() if ground}


def _envelope(task: FollowupTask, ground: Reason, act: Act) -> Envelope:
    facts = {"task_id": task.pk, "step": task.step, "channel": task.channel, "reason": ground.value}
    return Envelope("followup_lapsed", task.subject, act, facts, act.now)
