"""Leads by what they are known by, many at once."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance import gate
from governance.gate import Point
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.lookups import among

Kind = ContactPoint.Kind


def leads_by_id(lead_ids: Collection[str]) -> QuerySet[Lead]:
    """Those that exist."""
    return Lead.objects.filter(lead_id__in=among(lead_ids))


def leads_at(points: Collection[Point]) -> QuerySet[Lead]:
    """The leads with one of these numbers or addresses, or that are named themselves; a number may belong to several."""
    by_column = {
        column: {value for kind, value in points if kind == of_kind}
        for column, of_kind in (("phone", Kind.PHONE), ("email", Kind.EMAIL), ("lead_id", Kind.LEAD))
    }
    # One look by each index, since PostgreSQL reads the whole table for an OR. Phones and addresses are indexed where there
    # are any, and it has to be told that there are.
    found = [
        Lead.objects.filter(~Q(**{column: ""}), **{f"{column}__in": among(values)}).order_by().values("pk")
        for column, values in by_column.items()
        if values
    ]
    return Lead.objects.filter(pk__in=found[0].union(*found[1:])) if found else Lead.objects.none()


# Each ladder that starts asks it before its locks.
_POINTS = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).order_by().values_list("phone", "email"))


def points_of_lead(lead_id: str) -> list[Point]:
    """The number and the address of a lead, as far as it has them. None where nobody knows the lead."""
    row = _POINTS.first(lead_id=lead_id)
    return gate.points_of(phone=row[0], email=row[1]) if row else []


def lead_ids_at(points: Collection[Point]) -> set[str]:
    """Their ids, and those that are named themselves: a ladder may have a lead that nobody knows."""
    named = {value for kind, value in points if kind == Kind.LEAD}
    return named.union(leads_at(points).values_list("lead_id", flat=True))
