"""Which items a user finds in the inbox, and in which order."""

from typing import Any

from django.db.models import QuerySet

from followups.leads.inbox import services as inbox
from followups.leads.inbox.models import InboxItem
from followups.tasks.due.readers import reads_all
from wholesale.plumbing import scopes
from wholesale.plumbing.users import label_of

SHOWN = 30  # items in the list beside the card
LOOKED_AT = 300  # items of nobody that are looked at before all of them are


def first_items(user: Any) -> list[InboxItem]:
    """Return the first open items of the user's inbox, the most urgent first: all for who may read all leads, else the
    user's own, and nobody's about leads of whom the user may read. Each kind has its index."""
    waiting = _in_order(inbox.waiting())
    if reads_all(user):
        return list(waiting[:SHOWN])
    own = waiting.filter(owner=label_of(user))[:SHOWN]
    return sorted([*own, *_nobodys(user)], key=place_of)[:SHOWN]


def _nobodys(user: Any) -> list[InboxItem]:
    """Return the first open items of nobody that the user may read. Whether the user may is asked of few items first: asked
    of all, the database reads all tasks to know it."""
    rows = inbox.waiting().filter(owner__isnull=True).order_by("due_by", "id")
    first = InboxItem.objects.filter(pk__in=rows.values("pk")[:LOOKED_AT])
    found = list(scopes.visible(_in_order(first), user)[:SHOWN])
    if len(found) == SHOWN or rows[:LOOKED_AT].count() < LOOKED_AT:
        return found
    return list(scopes.visible(_in_order(rows), user)[:SHOWN])


def open_item(item_id: int, user: Any) -> InboxItem | None:
    """Return an open item that the user may read, or None. The user's own item, which is the usual one, costs no look at
    what else the user may read."""
    rows = _in_order(inbox.waiting()).filter(pk=item_id)
    return rows.filter(owner=label_of(user)).first() or scopes.visible(rows, user).first()


def _in_order(rows: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    return rows.select_related("lead", "message", "task").order_by("due_by", "id")


def place_of(item: InboxItem) -> tuple[Any, int]:
    """Return the sort key of an item: by when it is to be looked at, then its age."""
    return item.due_by, item.pk
