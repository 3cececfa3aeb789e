"""How points are forgotten with the person that they belong to."""

from collections.abc import Collection
from typing import Any, NamedTuple

from governance.compliance.models import ContactPoint
from governance.compliance.services import forget_words


class Forgotten(NamedTuple):
    """How much was removed."""

    points: int
    texts: int


def forget_points(rows: Collection[ContactPoint], **signature: Any) -> Forgotten:
    """Empty these numbers and addresses and remove what people wrote of them. What they are known by stays, and so does a
    lead's id. Of those that were empty already nothing is left to remove.

    Within the caller's transaction. `signature`: reason, actor, user, correlation_id, now.
    """
    new = [row for row in rows if row.kind == ContactPoint.Kind.LEAD or row.value is not None]
    reached = [row.pk for row in new if row.kind != ContactPoint.Kind.LEAD]
    ContactPoint.objects.filter(pk__in=reached).update(value=None)
    return Forgotten(len(reached), forget_words(new, **signature))
