"""Which items a user finds in the inbox, and in which order."""

from typing import Any

from django.db.models import QuerySet

from followups.leads.inbox import services as inbox
from followups.leads.inbox.models import InboxItem
from followups.tasks.due.readers import reads_all
from wholesale.plumbing import scopes
from wholesale.plumbing.users import label_of

SHOWN = 30  # items in the list beside the card


def first_items(user: Any) -> list[InboxItem]:
    """Return the first open items of the user's inbox, the most urgent first: all for who may read all leads, else the
    user's own, and nobody's about leads of whom the user may read. Each kind has its index."""
    waiting = inbox.waiting().select_related("lead", "message", "task").order_by("due_by", "id")
    if reads_all(user):
        return list(waiting[:SHOWN])
    unowned = scopes.visible(waiting.filter(owner__isnull=True), user)
    found = [*waiting.filter(owner=label_of(user))[:SHOWN], *unowned[:SHOWN]]
    return sorted(found, key=place_of)[:SHOWN]


def open_item(item_id: int, user: Any) -> InboxItem | None:
    """Return an open item that the user may read, or None."""
    rows: QuerySet[InboxItem] = inbox.waiting().select_related("lead", "message", "task")
    return scopes.visible(rows, user).filter(pk=item_id).first()


def place_of(item: InboxItem) -> tuple[Any, int]:
    """Return the sort key of an item: by when it is to be looked at, then its age."""
    return item.due_by, item.pk
