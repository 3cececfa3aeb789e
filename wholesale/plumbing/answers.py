"""Answers that are kept under an Idempotency-Key: found and erased by the texts in them."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from wholesale.plumbing.models import IdempotencyKey


def kept_answers(texts: Collection[str]) -> QuerySet[IdempotencyKey]:
    """The answers in which one of these texts stands, each as it stands in JSON; of no text none."""
    naming = reduce(or_, (Q(body__contains=text) for text in texts), Q(pk__in=[]))
    return IdempotencyKey.objects.filter(naming)


def erase_answers(texts: Collection[str]) -> int:
    """Empty those answers and say how many they are: the request that comes again is refused, and not acted on again."""
    return kept_answers(texts).update(body="")
