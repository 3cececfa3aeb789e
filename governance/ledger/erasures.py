"""Erasing contact points: their values, and the words that people wrote about them."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import append_lines
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecordWords
from governance.ledger.points import EVERY_CHANNEL
from governance.ledger.rules import Entry
from governance.ledger.signals import points_forgotten, told
from wholesale.plumbing.act import Act


class Forgotten(NamedTuple):
    """What an erasure did: how many contact points lost their value, and how many texts were removed."""

    points: int
    texts: int


def forget_points(rows: Collection[ContactPoint], *, act: Act) -> Forgotten:
    """Erase the values of numbers and addresses, and the words that people wrote about them. Digests and people's ids stay.

    Points that were erased already are left out. Call it within a transaction. Receivers of `points_forgotten` forget what
    they hold about the numbers and addresses.
    """
    new = [row for row in rows if row.is_person or row.value is not None]
    reached = [row for row in new if not row.is_person]
    if reached:
        points_forgotten.send(sender=ContactPoint, envelopes=told("points_forgotten", act, points=reached))
    ContactPoint.objects.filter(pk__in=[row.pk for row in reached]).update(value=None)
    return Forgotten(len(reached), forget_words(new, act))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def erase_point(*, point_id: int, act: Act) -> ContactPoint:
    """Erase a number or an address, and the words that people wrote about it. Its digest stays, so an opt-out still binds if
    the same number or address comes again. Erasing a point twice changes nothing.

    Raises:
        ContactPoint.DoesNotExist: there is no such point.

    """
    point = ContactPoint.objects.select_for_update().get(pk=point_id)
    if point.value is None:
        return point
    point.value = None
    point.save(update_fields=["value"])
    forget_words([point], act)
    return point


def forget_words(rows: Collection[ContactPoint], act: Act) -> int:
    """Remove the words and proofs of the lines about these points, and record the erasure. Return how many were removed.

    Call it within a transaction.
    """
    removed = sum(beside.objects.filter(record__point__in=rows).delete()[0] for beside in (ContactRecordWords, ConsentProof))
    append_lines([(row, EVERY_CHANNEL) for row in rows], Entry.ERASED, effective_at=act.now, act=act)
    return removed
