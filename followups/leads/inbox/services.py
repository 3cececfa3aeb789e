"""Verbs of the inbox. Other rooms add items; a person closes them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from followups.leads.errors import DecideTheMessage, InboxItemDone, InboxItemNotFound, NotYourItem
from followups.leads.inbound.models import InboundMessage
from followups.leads.inbox.models import InboxItem
from governance.decisions import ExecutionClass, verb
from governance.gate.ledger import Entry
from wholesale.plumbing import scopes, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.facts import storable
from wholesale.plumbing.texts import in_english
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

Kind = InboxItem.Kind
# The time within which a person has to look. A lead who answered is the most urgent. A possible wish to be left alone is
# honoured at once by the hold, so it may wait some hours for its decision.
WITHIN: dict[str, timedelta] = {
    Kind.MESSAGE: timedelta(hours=4),
    Kind.SENDER: timedelta(hours=4),
    Kind.REPLY: timedelta(minutes=30),
}


def put_message(message: InboundMessage, kind: InboxItem.Kind, act: Act) -> None:
    """Add an inbox item about a message, within the caller's transaction."""
    detail = "; ".join(f"{name}: {value}" for name, value in message.as_sent.items())
    put(kind, act, message_id=message.pk, lead_id=message.lead_id, detail=storable(detail, NOTE_MAX_LENGTH))


def on_opt_outs_unreadable(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receive a signal: add an inbox item for each opt-out whose point cannot be read, to find out whose point it was."""
    for envelope in envelopes:
        for record in envelope.facts["records"]:
            detail = f"{in_english(Entry(record.entry).label)}, line {record.pk} of the ledger: {record.point}"
            put(Kind.SENDER, envelope.act, detail=storable(detail, NOTE_MAX_LENGTH))


def put(kind: InboxItem.Kind, act: Act, **about: object) -> None:
    """Add an inbox item about a message or a task (`about`), within the caller's transaction. Nothing is added if the
    message has an item of this kind already, or the task has an item."""
    given = {
        "kind": kind,
        "due_by": act.now + WITHIN[kind],
        "created_at": act.now,
        "correlation_id": act.correlation_id,
        **about,
    }
    writes.insert(InboxItem, tuple(given), [tuple(given.values())], or_nothing=True)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def close_item(item_id: int, *, act: Act) -> InboxItem:
    """Mark an inbox item as done, with a reason. A repetition by the same person changes nothing.

    Raises:
        InboxItemNotFound: there is no such item, or the user may not read it.
        NotYourItem: the item is somebody else's, and the user may only close own and unowned items.
        DecideTheMessage: the item is a doubtful message. Deciding the message closes it.
        InboxItemDone: somebody else has already closed it.

    """
    item = scopes.visible(InboxItem.objects.all(), act.user).select_for_update().filter(pk=item_id).first()
    if item is None:
        raise InboxItemNotFound
    require_own(item, act.user)
    if item.done_at is not None:
        if item.done_by != act.actor:
            raise InboxItemDone
        return item
    if item.kind == Kind.MESSAGE:
        raise DecideTheMessage
    return _close(item, act)


def close_message(message: InboundMessage, act: Act) -> None:
    """Close the inbox item of a message that is being decided, within the caller's transaction.

    Raises:
        NotYourItem: the item is somebody else's.

    """
    item = InboxItem.objects.select_for_update().filter(message=message, kind=Kind.MESSAGE, done_at__isnull=True).first()
    if item:
        require_own(item, act.user)
        _close(item, act)


def _close(item: InboxItem, act: Act) -> InboxItem:
    item.done_at, item.done_by, item.done_user, item.done_reason = act.now, act.actor, act.user, act.reason
    item.save(update_fields=["done_at", "done_by", "done_user", "done_reason"])
    return item


def require_own(item: InboxItem, user: User | None) -> None:
    """Raise an error if this user may not close this item.

    Raises:
        NotYourItem: the item is somebody else's, and the user may only close own and unowned items.

    """
    if user is None or item.owner in (None, label_of(user)) or user.has_perm("followups.close_any_inboxitem"):
        return
    raise NotYourItem


def waiting() -> "QuerySet[InboxItem]":
    """Return the open inbox items."""
    return InboxItem.objects.filter(done_at__isnull=True)


def late(now: Any) -> Q:
    """Return the query condition for inbox items that are open and past their time."""
    return Q(done_at__isnull=True, due_by__lt=now)
