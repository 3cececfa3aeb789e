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
    """Empty these numbers and addresses; what they are known by stays, and so does a lead's id. What people wrote of all of
    them goes, but where the point was empty already.

    Within the caller's transaction. `signature`: reason, actor, user, correlation_id, now.
    """
    reached = [row for row in rows if row.kind != ContactPoint.Kind.LEAD]
    ContactPoint.objects.filter(pk__in=[row.pk for row in reached]).update(value=None)
    new = [row for row in rows if row.kind == ContactPoint.Kind.LEAD or row.value is not None]
    return Forgotten(len([row for row in reached if row.value is not None]), forget_words(new, **signature))
