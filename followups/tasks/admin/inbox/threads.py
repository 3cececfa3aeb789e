"""What was said between a lead and us: what they wrote, what we tried, and what we answered."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followups.leads.inbound.models import InboundMessage
from followups.leads.inbox.models import InboxItem
from followups.leads.replies.models import AdministrativeReply
from followups.tasks.admin.presses import outcome_words
from followups.tasks.models import ContactAttempt

SHOWN = 20  # the last lines of a thread


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A line of a thread: when, whether it is theirs, who, by which channel, what it is, and its words."""

    at: datetime
    is_theirs: bool
    who: str
    channel: str
    what: str
    words: str
    is_asked: bool = False  # the message that the item is about


def thread_of(item: InboxItem) -> list[ThreadLine]:
    """Return the last lines between us and whom the item is about, the oldest first. If the lead is unknown, they are those
    of the sender's number or address. One query for each kind of line."""
    lines = [*_messages(item)]
    if item.lead_id:
        lines += [*_attempts(item.lead_id), *_replies(item.lead_id), *_answers(item.lead_id)]
    return sorted(lines, key=lambda line: line.at)[-SHOWN:]


def _messages(item: InboxItem) -> list[ThreadLine]:
    if item.lead_id:
        found = InboundMessage.objects.filter(lead_id=item.lead_id)
    elif item.message_id:
        same = InboundMessage.subjects.through.objects.filter(inboundmessage=item.message_id).values("contactpoint")
        found = InboundMessage.objects.filter(Q(pk=item.message_id) | Q(subjects__in=same)).distinct()
    else:
        return []
    return [
        ThreadLine(
            one.received_at,
            True,
            "",
            str(one.get_channel_display()),
            str(one.get_decided_as_display() or one.get_meaning_display()),
            one.text,
            one.pk == item.message_id,
        )
        for one in found.order_by("-id")[:SHOWN]
    ]


def _attempts(lead_id: str) -> list[ThreadLine]:
    """Return what we tried: an attempt has the outcome and the note of its task."""
    found = ContactAttempt.objects.filter(lead_id=lead_id).select_related("task").order_by("-id")[:SHOWN]
    return [
        ThreadLine(
            one.contacted_at,
            False,
            one.actor,
            str(one.get_channel_display()),
            outcome_words(one.channel, one.task.outcome) if one.task.outcome else pgettext("task", "Done"),
            one.task.note,
        )
        for one in found
    ]


def _replies(lead_id: str) -> list[ThreadLine]:
    """Return the administrative replies that were sent."""
    found = AdministrativeReply.objects.filter(lead_id=lead_id, sent_at__isnull=False).order_by("-id")[:SHOWN]
    return [
        ThreadLine(one.sent_at, False, one.sent_by, str(one.get_channel_display()), str(one.get_kind_display()), one.text)
        for one in found
        if one.sent_at
    ]


def _answers(lead_id: str) -> list[ThreadLine]:
    """Return what was recorded as answered in the inbox."""
    found = InboxItem.objects.filter(lead_id=lead_id, done_at__isnull=False).exclude(kind=InboxItem.Kind.MESSAGE)
    return [
        ThreadLine(one.done_at, False, one.done_by, "", _("Answered"), one.done_reason)
        for one in found.order_by("-id")[:SHOWN]
        if one.done_at
    ]
