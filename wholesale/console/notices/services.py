"""What users do with notices: they read them, and choose how they are told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from governance.decisions import ExecutionClass, verb
from wholesale.console.notices.choices import kinds_for, ways_of
from wholesale.console.notices.models import Notice, NoticeChoice, NoticeKind, NoticeWay
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError

UNREAD_MAX = 99  # the highest number of unread notices that the bell shows
READ_KEPT, UNREAD_KEPT = timedelta(days=30), timedelta(days=90)


class NoticeGone(DomainError, code="notice_not_found", status=404):
    """There is no such notice, or it is another user's."""


class WayNotOpen(DomainError, code="way_not_open"):
    """This kind cannot be told to this user in this way."""


def unread_of(user: Any) -> int:
    """Return the number of a user's unread notices, at most `UNREAD_MAX` + 1."""
    unread = Notice.objects.filter(user=user, in_app=True, read_at__isnull=True).order_by()
    return len(unread.values_list("pk", flat=True)[: UNREAD_MAX + 1])


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def read_notice(notice_id: int, *, act: Act) -> Notice:
    """Mark a notice of the acting user as read. Marking it again changes nothing.

    Raises:
        NoticeGone: no such notice, or another user's.

    """
    notice = Notice.objects.select_for_update().filter(pk=notice_id, user=act.user, in_app=True).first()
    if notice is None:
        raise NoticeGone
    if notice.read_at is None:
        notice.read_at = act.now
        notice.save(update_fields=["read_at"])
    return notice


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def read_all_notices(*, up_to: int, act: Act) -> int:
    """Mark the acting user's notices up to an id as read: those that were there when the page was made. Return how many."""
    unread = Notice.objects.filter(user=act.user, in_app=True, read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=act.now)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def choose_ways(*, user: User, ways: Mapping[str, str], act: Act) -> None:
    """Set how a user is told of kinds (kind -> way).

    Raises:
        WayNotOpen: the user is not told of such a kind, or it cannot be told so.

    """
    possible = kinds_for(user)
    for kind, way in ways.items():
        if kind not in possible or way not in ways_of(NoticeKind(kind)):
            raise WayNotOpen(attr=kind.lower())
    for kind, way in ways.items():
        NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"way": NoticeWay(way)})


def forget_old(now: datetime) -> int:
    """Remove notices that were read long ago, and those that nobody reads. Return how many."""
    old = Q(read_at__lt=now - READ_KEPT) | Q(at__lt=now - UNREAD_KEPT)
    return Notice.objects.filter(old).delete()[0]
