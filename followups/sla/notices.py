"""Notices of breaches, for people to read."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.sla.errors import NoticeNotFound
from followups.sla.models import SlaNotice
from governance.decisions import ExecutionClass, verb


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
