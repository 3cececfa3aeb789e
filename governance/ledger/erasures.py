"""How points are forgotten with the person that they belong to."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import append_lines
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecordWords
from governance.ledger.points import EVERY_CHANNEL
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act


class Forgotten(NamedTuple):
    """How much was removed."""

    points: int
    texts: int


def forget_points(rows: Collection[ContactPoint], *, act: Act) -> Forgotten:
    """Empty these numbers and addresses and remove what people wrote of them. What they are known by stays, and so does a
    lead's id. Of those that were empty already nothing is left to remove.

    Within the caller's transaction.
    """
    new = [row for row in rows if row.kind == ContactPoint.Kind.LEAD or row.value is not None]
    reached = [row.pk for row in new if row.kind != ContactPoint.Kind.LEAD]
    ContactPoint.objects.filter(pk__in=reached).update(value=None)
    return Forgotten(len(reached), forget_words(new, act))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def erase_point(*, point_id: int, act: Act) -> ContactPoint:
    """Forget a number or an address and what people wrote of it, and keep what it is known by: what was recorded of it holds
    when it comes again. Twice changes nothing.

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
    """Remove what people wrote of these points and what they agreed to, record that they were erased, and say how many texts
    were removed.

    Within the caller's transaction.
    """
    removed = sum(beside.objects.filter(record__point__in=rows).delete()[0] for beside in (ContactRecordWords, ConsentProof))
    append_lines([(row, EVERY_CHANNEL) for row in rows], Entry.ERASED, effective_at=act.now, act=act)
    return removed
