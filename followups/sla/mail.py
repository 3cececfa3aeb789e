"""The e-mail about breaches: a digest for the operators, at most one in 15 minutes, never one e-mail for each breach.

It is sent at least once: notices wait in the database until it is sent. It names tasks and owners, but no number or address
of a lead.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django_tasks import task

from followups.sla.models import SlaBreach, SlaNotice
from followups.tasks.contacts import contact_for
from governance import gate
from governance.channels import Channel
from wholesale.plumbing.roles import OPERATOR
from wholesale.plumbing.vocabulary import ALL, Province
from wholesale.plumbing.work.queues import Queue

EVERY = timedelta(minutes=15)
GROUPS_SHOWN, TASKS_SHOWN = 10, 10
_NO_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def operators() -> QuerySet[User]:
    """The active operators who have an e-mail address."""
    return User.objects.filter(is_active=True, groups__name=OPERATOR).exclude(email="")


def can_send() -> bool:
    """Whether this server sends e-mail at all."""
    return settings.EMAIL_BACKEND != _NO_BACKEND


def recipients() -> list[str]:
    """The operators' e-mail addresses, sorted; empty if the server sends no e-mail."""
    return sorted(set(operators().values_list("email", flat=True))) if can_send() else []


def is_due(now: datetime) -> bool:
    """Whether notices wait, and the last e-mail is at least 15 minutes old."""
    waiting = SlaNotice.objects.filter(mail=SlaNotice.Mail.WAITING)
    return waiting.exists() and not SlaNotice.objects.filter(mailed_at__gt=now - EVERY).exists()


@task(queue_name=Queue.PERIODIC)
def send_digest() -> None:
    """Send one e-mail about the notices that wait, unless another worker has sent it by now."""
    send()


@transaction.atomic
def send(now: datetime | None = None) -> int:
    """Send the operators one e-mail about all notices that wait, if it is due. Return the number of recipients.

    The notices are locked meanwhile, so that two workers send only one e-mail. If the transaction fails after the e-mail was
    sent, it is sent again.
    """
    waiting = SlaNotice.objects.filter(mail=SlaNotice.Mail.WAITING).order_by("pk")
    notices = list(waiting.select_for_update(skip_locked=True))
    now = now or timezone.now()
    if not notices or not is_due(now):
        return 0
    to = recipients()
    these = SlaNotice.objects.filter(pk__in=[notice.pk for notice in notices])
    if not to:
        these.update(mail=SlaNotice.Mail.NONE)
        return 0
    subject, body = compose(notices)
    EmailMessage(subject, body, to=to).send()
    these.update(mail=SlaNotice.Mail.SENT, mailed_at=now, mailed_to=len(to))
    return len(to)


def compose(notices: Sequence[SlaNotice]) -> tuple[str, str]:
    """The subject and the text of the e-mail about these notices, which come earliest first."""
    breaches = SlaBreach.objects.filter(notice__in=notices)
    count = sum(notice.breaches for notice in notices)
    headline = f"{count:,} {'task' if count == 1 else 'tasks'} breached the SLA"
    groups = list(breaches.order_by().values_list("province", "owner").annotate(number=Count("id")))
    groups.sort(key=lambda group: (-group[2], group[0], group[1] or ""))
    latest_first = breaches.order_by(F("late_for").desc(nulls_last=True), "id")
    lines = [
        f"{headline}, found from {_utc(notices[0].created_at)} to {_utc(notices[-1].created_at)}.",
        "",
        "By province and owner:",
        *(f"  {Province(place).label}, {owner or 'nobody'}: {number:,}" for place, owner, number in groups[:GROUPS_SHOWN]),
        *([f"  and {len(groups) - GROUPS_SHOWN} more"] if len(groups) > GROUPS_SHOWN else []),
        "",
        "Late for the longest time, in permitted time:",
        *_rows(list(latest_first.select_related("task__lead")[:TASKS_SHOWN])),
        "",
        f"All breaches: {_link('admin:followups_slabreach_changelist')}",
        f"Still open: {_link('admin:followups_followuptask_changelist')}?state=breached",
    ]
    return headline, "\n".join(lines) + "\n"


def _rows(breaches: Sequence[SlaBreach]) -> list[str]:
    answers = gate.decide_contacts([contact_for(breach.task) for breach in breaches], at=breaches[0].found_at)
    lines = []
    for breach, answer in zip(breaches, answers, strict=True):
        place = Province(breach.province).label + (f", {breach.market}" if breach.market != ALL else "")
        what = f"step {breach.step}, {Channel(breach.channel).label.lower()}, {place}, {breach.owner or 'nobody'}"
        late = timesince(breach.counted_from, breach.counted_from + breach.lateness).replace("\xa0", " ")
        lines += [
            f"  Task {breach.task_id}: {what}; due {_clock(breach.counted_from, answer.verdict.zone)}, late by {late}",
            f"    {_link('admin:followups_followuptask_change', breach.task_id)}",
        ]
    return lines


def _clock(moment: datetime, zone: tzinfo | None) -> str:
    there = moment.astimezone(zone) if zone else moment
    return f"{there:%a %d %b, %H:%M}{'' if zone else ' UTC'}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _link(name: str, *args: int) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
