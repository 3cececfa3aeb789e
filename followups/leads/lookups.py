"""Leads by what they are known by, many at once."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance.compliance.models import ContactPoint
from governance.compliance.services import Point
from wholesale.lookups import among


def leads_by_id(lead_ids: Collection[str]) -> QuerySet[Lead]:
    """Those that exist."""
    return Lead.objects.filter(lead_id__in=among(lead_ids))


def leads_at(points: Collection[Point]) -> QuerySet[Lead]:
    """The leads with one of these numbers or addresses, or that are named themselves; a number may belong to several."""
    phones = {value for kind, value in points if kind == ContactPoint.Kind.PHONE}
    emails = {value for kind, value in points if kind == ContactPoint.Kind.EMAIL}
    ids = {value for kind, value in points if kind == ContactPoint.Kind.LEAD}
    reached = Q()
    if phones:
        reached |= Q(phone__in=among(phones))
    if emails:
        reached |= Q(email__in=among(emails))
    if ids:
        reached |= Q(lead_id__in=among(ids))
    return Lead.objects.filter(reached) if reached else Lead.objects.none()


def lead_ids_at(points: Collection[Point]) -> set[str]:
    """Their ids, and those that are named themselves: a ladder may have a lead that nobody knows."""
    named = {value for kind, value in points if kind == ContactPoint.Kind.LEAD}
    return named.union(leads_at(points).values_list("lead_id", flat=True))
