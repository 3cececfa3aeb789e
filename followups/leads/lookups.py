"""Leads by what they are known by, many at once."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance import gate
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


# SQL of its own: each ladder that starts asks it before its locks, and a query set costs more to build than to carry out.
_POINTS = f"SELECT phone, email FROM {Lead._meta.db_table} WHERE lead_id = %s"


def points_of_lead(lead_id: str) -> list[Point]:
    """The number and the address of a lead, as far as it has them. None where nobody knows the lead."""
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, [lead_id])
        row = cursor.fetchone()
    return gate.points_of(phone=row[0], email=row[1]) if row else []
