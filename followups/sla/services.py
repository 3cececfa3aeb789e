"""Verbs and lookups of the SLA: its policies, what is at risk, and the breaches.

A look for breaches reads what is late and not on record yet, by index, and what was completed since the look before: so it
costs by what is new, however much is late. Who looks holds the watch's row; whoever is killed has recorded nothing, and the
next look finds the same.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from followups.minutes.tasks import enqueue_watched
from followups.models import UNRECORDED, FollowupTask, TaskQuerySet
from followups.signals import tasks_breached
from followups.sla import mail
from followups.sla.counting import has_passed
from followups.sla.errors import BreachBeforeWarning, NoticeNotFound
from followups.sla.lateness import late_for
from followups.sla.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.sla.rulebook import rulebook
from followups.sla.rules import BREACH_AFTER, WARN_AFTER, counted_from
from governance import policies
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.lookups import among
from wholesale.plumbing.vocabulary import ALL

LOOK_MAX = 5_000  # breaches that one look records; the next one goes on
# A task is completed a moment before that is to be seen: so far back each look begins before the end of the last.
OVERLAP = timedelta(minutes=15)
_LATENESS = ("warn_after_minutes", "breach_after_minutes")
_READ = (
    *("id", "ladder_id", "due_at", "actionable_at", "completed_at", "owner", "province", "market", "channel", "step"),
    *("open_from", "open_until", "late_for", "late_until", "warns_at", "breaches_at"),
)


# Policies ---------------------------------------------------------------------------------------------------------------


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    province: str,
    channel: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> SlaPolicy:
    """Create or change the policy of a market and a channel. `changes` may hold `enabled`, `warn_after_minutes` and
    `breach_after_minutes`; what is absent stays. What is a breach already stays one.

    Raises:
        BreachBeforeWarning: a task would be a breach before it is at risk.
        RequiredParameter: a new policy without both times.
        VersionConflict: somebody else changed it first.

    """
    key = {"province": province, "market": market, "channel": channel}
    stored = SlaPolicy.objects.select_for_update().filter(**key).first()
    values: dict[str, Any] = {name: changes.get(name, getattr(stored, name, None)) for name in _LATENESS}
    for name, value in values.items():
        if value is None:
            raise RequiredParameter(attr=name)
    require_sound(**values)
    policy = policies.upsert(
        SlaPolicy,
        key=key,
        changes=changes,
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
    )
    enqueue_watched(province, market, channel)
    return policy


def require_sound(*, warn_after_minutes: int, breach_after_minutes: int) -> None:
    """Refuse times that come in the wrong order.

    Raises:
        BreachBeforeWarning: a task would be a breach before it is at risk.

    """
    if warn_after_minutes > breach_after_minutes:
        raise BreachBeforeWarning(attr="warn_after_minutes")


@transaction.atomic
def seed_policies(now: datetime | None = None) -> int:
    """Give each province and channel that has none the guide's times. Returns how many were made; none is overwritten."""
    return sum(
        policies.seed_provinces(
            SlaPolicy,
            upsert_policy,
            reason="safe default",
            now=now,
            key={"channel": channel},
            warn_after_minutes=WARN_AFTER,
            breach_after_minutes=BREACH_AFTER,
        )
        for channel in Channel.values
    )


# What is late -----------------------------------------------------------------------------------------------------------


def at_risk(now: datetime) -> TaskQuerySet:
    """The open tasks that are later than their policy warns of and no breach on record, late the longest first."""
    return FollowupTask.objects.open().filter(UNRECORDED, has_passed("warns_at", now)).order_by("warns_at", "id")


def breaching(now: datetime) -> TaskQuerySet:
    """The open tasks that are a breach and not on record. Each is at risk too, which is what the index serves."""
    return at_risk(now).filter(has_passed("breaches_at", now))


# Breaches ---------------------------------------------------------------------------------------------------------------


@verb(ExecutionClass.RECORD)
@transaction.atomic
def find_breaches(now: datetime | None = None, *, by_mail: bool = True) -> int:
    """Record each task that is later than its policy allows, or was when it was completed, once for each time at which it
    was due; with a notice, their KPI rows, and unless `by_mail` is false an e-mail to the operators. How many.

    A task that is locked by somebody else is left to the next look.
    """
    SlaWatch.objects.get_or_create(pk=1)
    watch = SlaWatch.objects.select_for_update().get(pk=1)
    now = now or timezone.now()
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
    recorded = _record(found, now, by_mail=by_mail) if found else 0
    if by_mail and mail.is_due(now):
        mail.send_digest.enqueue()
    return recorded


def _take(tasks: TaskQuerySet, limit: int) -> list[FollowupTask]:
    """At most so many of these, locked; whoever holds others is not waited for, so nobody waits in a circle."""
    return list(tasks.only(*_READ).select_for_update(skip_locked=True, of=("self",), no_key=True)[:limit])


def _record(late: list[FollowupTask], now: datetime, *, by_mail: bool) -> int:
    """Write the breaches with their notice, and mark the tasks. A policy that was switched off a moment ago makes none."""
    rules = rulebook()
    tasks = [task for task in late if rules.of(task.province, task.market, task.channel)]
    if not tasks:
        return 0
    correlation_id = correlation.current()
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
    tasks_breached.send(sender=SlaBreach, breaches=breaches)
    return len(breaches)


# Notices ----------------------------------------------------------------------------------------------------------------


@verb(ExecutionClass.RECORD)
@transaction.atomic
def read_notice(notice_id: int, *, actor: str, user: User | None = None, now: datetime | None = None) -> SlaNotice:
    """Say that somebody has read a notice, for all. Reading it again changes nothing.

    Raises:
        NoticeNotFound: no such notice.

    """
    notice = SlaNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NoticeNotFound
    if notice.read_at is None:
        notice.read_at, notice.read_by, notice.read_user = now or timezone.now(), actor, user
        notice.save(update_fields=["read_at", "read_by", "read_user"])
    return notice
