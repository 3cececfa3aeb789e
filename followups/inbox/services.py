"""Verbs of the inbox."""

from datetime import timedelta

from followups.history import Act
from followups.inbox.models import InboxItem
from followups.models import FollowupTask, InboundMessage

# By when a person is to have looked. A lead who answered is the hottest there is; a wish to be left alone is honoured at
# once by the hold, and decided within the working day.
WITHIN: dict[str, timedelta] = {
    InboxItem.Kind.MESSAGE: timedelta(hours=4),
    InboxItem.Kind.SENDER: timedelta(hours=4),
    InboxItem.Kind.REPLY: timedelta(minutes=30),
}


def put_message(message: InboundMessage, kind: InboxItem.Kind, act: Act) -> None:
    """Have a person look at a message, within the caller's transaction."""
    _put(kind, act, message=message, lead_id=message.lead_id, owner=None)


def put_reply(task: FollowupTask, act: Act) -> None:
    """Have the task's owner look after a lead who answered, within the caller's transaction. Once a task."""
    _put(InboxItem.Kind.REPLY, act, task=task, lead_id=task.lead_id, owner=task.owner)


def _put(kind: InboxItem.Kind, act: Act, **about: object) -> None:
    item = InboxItem(
        kind=kind, due_by=act.now + WITHIN[kind], created_at=act.now, correlation_id=act.correlation_id, **about
    )
    InboxItem.objects.bulk_create([item], ignore_conflicts=True)
