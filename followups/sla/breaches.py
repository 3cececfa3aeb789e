"""What is at risk, and the breaches.

A look for breaches reads what is late and not on record yet, by index, and what was completed since the look before: so it
costs by what is new, however much is late. Who looks holds the watch's row; whoever is killed has recorded nothing, and the
next look finds the same.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from followups.signals import tasks_breached
from followups.sla import mail
from followups.sla.lateness import counted_from, late_for
from followups.sla.lateness_sql import has_passed
from followups.sla.models import SlaBreach, SlaNotice, SlaWatch
from followups.sla.rulebook import rulebook
from followups.tasks.models import UNRECORDED, FollowupTask, TaskQuerySet
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.lookups import among

LOOK_MAX = 5_000  # breaches that one look records; the next one goes on
# A task is completed a moment before that is to be seen: so far back each look begins before the end of the last.
OVERLAP = timedelta(minutes=15)
_READ = (
    *("id", "ladder_id", "lead_id", "due_at", "actionable_at", "completed_at", "owner", "province", "market"),
    *("channel", "step", "open_from", "open_until", "late_for", "late_until", "warns_at", "breaches_at"),
)


def at_risk(now: datetime) -> TaskQuerySet:
    """The open tasks that are later than their policy warns of and no breach on record, late the longest first."""
    return FollowupTask.objects.open().filter(UNRECORDED, has_passed("warns_at", now)).order_by("warns_at", "id")


def breaching(now: datetime) -> TaskQuerySet:
    """The open tasks that are a breach and not on record. Each is at risk too, which is what the index serves."""
    return at_risk(now).filter(has_passed("breaches_at", now))


@verb(ExecutionClass.RECORD)
@transaction.atomic
def find_breaches(*, by_mail: bool = True, act: Act) -> int:
    """Record each task that is later than its policy allows, or was when it was completed, once for each time at which it
    was due; with a notice, their KPI rows, and unless `by_mail` is false an e-mail to the operators. How many.

    A task that is locked by somebody else is left to the next look.
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
    recorded = _record(found, act, by_mail=by_mail) if found else 0
    if by_mail and mail.is_due(now):
        mail.send_digest.enqueue()
    return recorded


def _take(tasks: TaskQuerySet, limit: int) -> list[FollowupTask]:
    """At most so many of these, locked; whoever holds others is not waited for, so nobody waits in a circle."""
    return list(tasks.only(*_READ).select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit])


def _record(late: list[FollowupTask], act: Act, *, by_mail: bool) -> int:
    """Write the breaches with their notice, and mark the tasks. A policy that was switched off a moment ago makes none."""
    rules = rulebook()
    tasks = [task for task in late if rules.of(task.province, task.market, task.channel)]
    if not tasks:
        return 0
    now, correlation_id = act.now, act.correlation_id
    state = SlaNotice.Mail.WAITING if by_mail else SlaNotice.Mail.NONE
    notice = SlaNotice.objects.create(breaches=len(tasks), created_at=now, correlation_id=correlation_id, mail=state)
    breaches = []
    for task in tasks:
        rule = rules.of(task.province, task.market, task.channel)
        assert rule is not None
        assert task.breaches_at is not None
        breaches.append(
            SlaBreach(
                task=task,
                due_at=task.due_at,
                counted_from=counted_from(task),
                breached_at=task.breaches_at,
                late_for=late_for(task, now) if task.completed_at is None else task.late_for,
                found_at=now,
                completed_at=task.completed_at,
                owner=task.owner,
                province=task.province,
                market=task.market,
                channel=task.channel,
                step=task.step,
                policy_id=rule.id,
                policy_version=rule.version,
                breach_after_minutes=rule.breach_after_minutes,
                notice=notice,
                correlation_id=correlation_id,
            )
        )
    SlaBreach.objects.bulk_create(breaches)
    these = FollowupTask.objects.filter(pk__in=among([task.pk for task in tasks], "bigint"))
    these.update(breached_due_at=F("due_at"))
    tasks_breached.send(sender=SlaBreach, envelopes=[_envelope(breach, act) for breach in breaches])
    return len(breaches)


def _envelope(breach: SlaBreach, act: Act) -> Envelope:
    facts = {
        "minutes_late": round(Decimal(breach.lateness.total_seconds()) / 60, 4),
        **{"task_id": breach.task_id, "step": breach.step, "channel": breach.channel, "owner": breach.owner},
    }
    return Envelope("followup_breached", breach.task.subject, act, facts, breach.breached_at)
