"""Finding and erasing answers that are kept under an Idempotency-Key and contain certain texts."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from wholesale.plumbing.models import IdempotencyKey


def kept_answers(texts: Collection[str]) -> QuerySet[IdempotencyKey]:
    """Return the kept answers that contain at least one of these texts. The texts must be spelled as in JSON."""
    naming = reduce(or_, (Q(body__contains=text) for text in texts), Q(pk__in=[]))
    return IdempotencyKey.objects.filter(naming)


def erase_answers(texts: Collection[str]) -> int:
    """Empty the kept answers that contain one of these texts, so that a repeated request is refused. Return their number."""
    return kept_answers(texts).update(body="")
