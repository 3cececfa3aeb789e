"""Verbs and lookups of compliance."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Func, TextField
from django.utils import timezone

from governance.channels import Channel
from governance.compliance.models import ContactPoint, ContactRecord
from governance.compliance.rules import Entry, LedgerLine
from governance.decisions import ExecutionClass, verb
from wholesale import correlation

Point = tuple[str, str]  # a ContactPoint.Kind, and the number as E.164 or the address


def point_of(channel: str, *, phone: str, email: str) -> Point | None:
    """The point that a channel reaches, or None where the lead has none."""
    if channel == Channel.EMAIL:
        return (ContactPoint.Kind.EMAIL, email) if email else None
    return (ContactPoint.Kind.PHONE, phone) if phone else None


def digest(point: Point) -> str:
    """What a point is known by, also after its value was erased."""
    kind, value = point
    message = f"{kind}:{value.strip().lower()}".encode()
    return hmac.new(settings.CONTACT_DIGEST_KEY.encode(), message, hashlib.sha256).hexdigest()


def ledgers(points: Collection[Point]) -> dict[Point, tuple[LedgerLine, ...]]:
    """All lines about some points, by point, in one query."""
    by_digest = {digest(point): point for point in points}
    lines: dict[Point, list[LedgerLine]] = defaultdict(list)
    rows = ContactRecord.objects.filter(point__digest__in=by_digest).order_by("id")
    for known_by, *line in rows.values_list("point__digest", "entry", "channel", "effective_at", "basis", "expires_at"):
        lines[by_digest[known_by]].append(LedgerLine(*line))
    return {point: tuple(lines[point]) for point in points}


def contact_points(points: Collection[Point]) -> dict[Point, ContactPoint]:
    """The rows of some points, made where there is none."""
    by_digest = {digest(point): point for point in points}
    ContactPoint.objects.bulk_create(
        (ContactPoint(kind=kind, digest=known_by, value=value) for known_by, (kind, value) in sorted(by_digest.items())),
        ignore_conflicts=True,
    )
    return {by_digest[row.digest]: row for row in ContactPoint.objects.filter(digest__in=by_digest)}


# An opt-out and an act that depends on there being none (a ladder begins) are one after the other: the opt-out takes
# PostgreSQL's exclusive advisory lock of its points, the act the shared one. SQLite's IMMEDIATE transactions need none.
_LOCK_KEY = "hashtextextended({}, 7301002)"


class HoldingOffOptOuts(Func):
    """Selected beside a number or an address: nobody's opt-out of it is recorded until the caller's transaction ends.

    Read the ledger in a later statement, never in the same one: its snapshot would be older than the lock.
    """

    template = f"pg_advisory_xact_lock_shared({_LOCK_KEY.format('%(expressions)s')})"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str | int, ...]]:
        return "NULL", ()


def lock_for_opt_out(points: Collection[Point]) -> None:
    """Wait for the acts that hold off an opt-out of these points, and hold off new ones until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for value in sorted(value for _, value in points):
                cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK_KEY.format('%s')})", [value])


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_opt_out(
    *,
    points: Collection[Point],
    channel: str = "",
    said_at: datetime,
    evidence: str = "",
    reason: str = "",
    actor: str,
    user: User | None = None,
    correlation_id: str | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """Keep that whoever is reached at these points asked not to be contacted by this channel; empty, by none."""
    now = now or timezone.now()
    return ContactRecord.objects.bulk_create(
        ContactRecord(
            point=point,
            entry=Entry.OPT_OUT,
            channel=channel,
            effective_at=said_at,
            evidence=evidence,
            reason=reason,
            actor=actor,
            user=user,
            correlation_id=correlation_id or correlation.current(),
            created_at=now,
        )
        for point in contact_points(points).values()
    )
