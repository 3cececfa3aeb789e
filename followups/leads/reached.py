"""Who is reached at a number or an address, which several leads may share."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance.compliance.models import ContactPoint
from governance.compliance.services import Point


def leads_at(points: Collection[Point]) -> "QuerySet[Lead]":
    """The leads with one of these numbers or addresses."""
    if not points:
        return Lead.objects.none()
    reached = Q()
    for kind, value in points:
        reached |= Q(phone=value) if kind == ContactPoint.Kind.PHONE else Q(email=value)
    return Lead.objects.filter(reached)
