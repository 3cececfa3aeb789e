"""Find the tasks at risk, and record breaches.

A look for breaches reads, by index, the late tasks whose breach is not on record, and the tasks that were completed since
the last look. So its cost depends on what is new, not on how much is late. A look locks the row of `SlaWatch`. If a look is
killed, it has recorded nothing, and the next look finds the same breaches.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from followups.signals import tasks_breached
from followups.sla.lateness import counted_from, has_passed, late_for
from followups.sla.models import SlaBreach, SlaNotice, SlaWatch
from followups.sla.rulebook import rulebook
from followups.tasks.models import UNRECORDED, FollowupTask, Instant, TaskQuerySet
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.lookups import among
from wholesale.plumbing.texts import shown

LOOK_MAX = 5_000  # breaches that one look records at most; the next look records the rest
# A completion is visible only after its commit, so each look begins this long before the end of the last one.
OVERLAP = timedelta(minutes=15)
_READ = (
    *("id", "ladder_id", "lead_id", "due_at", "actionable_at", "completed_at", "owner", "province", "market"),
    *("channel", "step", "open_from", "open_until", "late_for", "late_until", "warns_at", "breaches_at"),
)
_COPIED = ("due_at", "completed_at", "owner", "province", "market", "channel", "step")  # from a task to its breach


def at_risk(now: Instant) -> TaskQuerySet:
    """The open tasks that are at risk and have no breach on record. The longest at risk come first."""
    return FollowupTask.objects.open().filter(UNRECORDED, has_passed("warns_at", now)).order_by("warns_at", "id")


def breaching(now: datetime) -> TaskQuerySet:
    """The open tasks whose breach is not on record yet. Each is at risk too, so the index of tasks at risk is used."""
    return at_risk(now).filter(has_passed("breaches_at", now))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def find_breaches(*, act: Act) -> int:
    """Record a breach for each task that is, or was when completed, later than its policy allows; at most one for each due
    time. Write a row of what this look found, and KPI events. Return the number of breaches.

    A task that somebody else has locked is left for the next look.
    """
    SlaWatch.objects.get_or_create(pk=1)
    watch = SlaWatch.objects.select_for_update().get(pk=1)
    now = act.now
    found = _take(breaching(now), LOOK_MAX)
    room = LOOK_MAX - len(found)
    since = min(watch.looked_until or now, now) - OVERLAP
    completed = FollowupTask.objects.filter(completed_at__gte=since, completed_at__lte=now, cancelled_at__isnull=True)
    late = _take(
        completed.filter(UNRECORDED, has_passed("breaches_at", F("completed_at"))).order_by("breaches_at", "id"), room
    )
    if len(late) < room:
        watch.looked_until = now
        watch.save(update_fields=["looked_until"])
    found += late
    return _record(found, act) if found else 0


def _take(tasks: TaskQuerySet, limit: int) -> list[FollowupTask]:
    """Lock at most `limit` of these tasks, and return them. Tasks that others have locked are skipped: so no deadlock."""
    return list(tasks.only(*_READ).select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit])


def _record(late: list[FollowupTask], act: Act) -> int:
    """Write breaches and a notice, mark the tasks, and return how many. A task whose policy is off by now has no breach."""
    rules = rulebook(mark.current())
    judged = [(task, rule) for task in late if (rule := rules.of(task.province, task.market, task.channel))]
    if not judged:
        return 0
    now, correlation_id = act.now, act.correlation_id
    notice = SlaNotice.objects.create(breaches=len(judged), created_at=now, correlation_id=correlation_id)
    breaches = []
    for task, rule in judged:
        assert task.breaches_at is not None
        breaches.append(
            SlaBreach(
                task=task,
                counted_from=counted_from(task),
                breached_at=task.breaches_at,
                late_for=late_for(task, now) if task.completed_at is None else task.late_for,
                found_at=now,
                policy_id=rule.id,
                policy_version=rule.version,
                breach_after_minutes=rule.breach_after_minutes,
                notice=notice,
                correlation_id=correlation_id,
                **shown(task, _COPIED),
            )
        )
    SlaBreach.objects.bulk_create(breaches)
    these = FollowupTask.objects.filter(pk__in=among([task.pk for task, _ in judged], "bigint"))
    these.update(breached_due_at=F("due_at"))
    tasks_breached.send(sender=SlaBreach, envelopes=[_envelope(breach, act) for breach in breaches])
    return len(breaches)


def _envelope(breach: SlaBreach, act: Act) -> Envelope:
    facts = {
        "minutes_late": round(Decimal(breach.lateness.total_seconds()) / 60, 4),
        **{"task_id": breach.task_id, "step": breach.step, "channel": breach.channel, "owner": breach.owner},
    }
    return Envelope("followup_breached", breach.task.subject, act, facts, breach.breached_at)
