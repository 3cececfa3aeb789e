"""Rows of the ledger, as other apps ask for them."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.points import Point, digests
from governance.ledger.rules import Entry

_REFUSALS = (Entry.OPT_OUT, Entry.DO_NOT_CALL)


def points_on_file(points: Iterable[Point], *, or_among: Any = ()) -> list[ContactPoint]:
    """What is on file of these points, erased or not, and of the ids that a query gives. In the order of their ids."""
    known_by = Q(digest__in=digests(points).values())
    return list(ContactPoint.objects.filter(known_by | Q(pk__in=or_among)).order_by("pk"))


def lines_about(rows: Collection[ContactPoint]) -> "QuerySet[ContactRecord]":
    """What the ledger says of some points."""
    return ContactRecord.objects.filter(point__in=rows).select_related("point", "words")


def proofs_about(rows: Collection[ContactPoint]) -> "QuerySet[ConsentProof]":
    """What was agreed to at some points."""
    return ConsentProof.objects.filter(record__point__in=rows)


def count_refusals() -> int:
    """How many opt-outs and do-not-call entries were recorded."""
    return ContactRecord.objects.filter(entry__in=_REFUSALS).count()


def longest_proof(name: str) -> int:
    """How many characters a part of a consent's content may have."""
    field: Any = ConsentProof._meta.get_field(name)
    return int(field.max_length)
