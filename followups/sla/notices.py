"""Notices of breaches, for people to read."""

from django.db import transaction

from followups.sla.errors import NoticeNotFound
from followups.sla.models import SlaNotice
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def read_notice(notice_id: int, *, act: Act) -> SlaNotice:
    """Mark a notice as read, for everybody. Marking it again changes nothing.

    Raises:
        NoticeNotFound: no such notice.

    """
    notice = SlaNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NoticeNotFound
    if notice.read_at is None:
        notice.read_at, notice.read_by, notice.read_user = act.now, act.actor, act.user
        notice.save(update_fields=["read_at", "read_by", "read_user"])
    return notice
