"""Verbs and lookups of compliance."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection

from django.conf import settings

from governance.channels import Channel
from governance.compliance.models import ContactPoint, ContactRecord
from governance.compliance.rules import LedgerLine

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
