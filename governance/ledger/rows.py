"""Queries of the ledger's rows for other apps."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.points import Point, digests
from governance.ledger.rules import Entry

_REFUSALS = (Entry.OPT_OUT, Entry.DO_NOT_CALL)


def points_on_file(points: Iterable[Point], *, or_among: Any = ()) -> list[ContactPoint]:
    """The database rows of these points, even of erased ones, and the rows whose ids are in `or_among`. Ordered by id."""
    known_by = Q(digest__in=digests(points).values())
    return list(ContactPoint.objects.filter(known_by | Q(pk__in=or_among)).order_by("pk"))


def lines_about(rows: Collection[ContactPoint]) -> "QuerySet[ContactRecord]":
    """The ledger lines about these contact points."""
    return ContactRecord.objects.filter(point__in=rows).select_related("point", "words")


def proofs_about(rows: Collection[ContactPoint]) -> "QuerySet[ConsentProof]":
    """The contents of the consents that are on file about these contact points."""
    return ConsentProof.objects.filter(record__point__in=rows)


def count_refusals() -> int:
    """The number of opt-outs and do-not-call entries ever recorded."""
    return ContactRecord.objects.filter(entry__in=_REFUSALS).count()


def longest_proof(name: str) -> int:
    """The most characters that the field of this name may have in a proof."""
    field: Any = ConsentProof._meta.get_field(name)
    return int(field.max_length)
