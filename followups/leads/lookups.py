"""Finding many leads at once, by id, number or address."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from governance import gate
from governance.gate import Point
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.compiled import Rows, Select, Statement, together
from wholesale.plumbing.lookups import among

Kind = ContactPoint.Kind


def leads_by_id(lead_ids: Collection[str]) -> QuerySet[Lead]:
    """Return the leads with these ids. An id that no lead has is ignored."""
    return Lead.objects.filter(lead_id__in=among(lead_ids))


def leads_at(points: Collection[Point]) -> QuerySet[Lead]:
    """Return the leads with any of these numbers, addresses or lead ids. Several leads may have one number."""
    return leads_by_id(lead_ids_at(points))


def lead_ids_with(point: Point) -> list[str]:
    """Return the ids of the leads with this number or address."""
    return list(leads_at([point]).values_list("lead_id", flat=True))


# Each ladder that starts asks it before its locks.
_POINTS = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).order_by().values_list("phone", "email"))


def points_of_lead(lead_id: str) -> list[Point]:
    """Return the points of a lead's number and address. The list is empty if the lead has neither or is unknown."""
    return points_in(_POINTS.rows(lead_id=lead_id))


def asking_points_of(lead_id: str | None) -> Statement:
    """Return the statement whose rows `points_in` turns into the points of a lead."""
    return _POINTS.of(lead_id=lead_id)


def points_in(rows: Rows) -> list[Point]:
    """Return the points of numbers and addresses that were read."""
    return [point for phone, email in rows for point in gate.points_of(phone=phone, email=email)]


def _at(phones: Any, emails: Any, lead_ids: Any) -> QuerySet[Any, Any]:
    # One query for each index: PostgreSQL reads the whole table for an OR. The indexes of phone and e-mail leave out empty
    # values, so each query says that the value is not empty.
    by_phone = Lead.objects.filter(~Q(phone=""), phone__among=phones)
    by_email = Lead.objects.filter(~Q(email=""), email__among=emails)
    found = [leads.order_by().values("pk") for leads in (by_phone, by_email, Lead.objects.filter(lead_id__among=lead_ids))]
    return Lead.objects.filter(pk__in=found[0].union(*found[1:])).order_by().values_list("lead_id")


_IDS = Select(_at)


def by_kind(points: Collection[Point]) -> dict[str, list[str]]:
    """Return the values of points for a compiled query: as `phones`, `emails` and `lead_ids`. No lead has a value with a
    line break, which would end the value in the query."""
    names = {"phones": Kind.PHONE, "emails": Kind.EMAIL, "lead_ids": Kind.LEAD}
    return {name: [value for of, value in points if of == kind and "\n" not in value] for name, kind in names.items()}


def asking_leads_at(points: Collection[Point]) -> Statement:
    """Return the statement with the ids of the known leads with these points, one in each row."""
    return _IDS.of(**by_kind(points))


def lead_ids_at(points: Collection[Point]) -> set[str]:
    """Return the ids of the leads with these points, and the lead ids among the points, also those of unknown leads."""
    (rows,) = together(asking_leads_at(points))
    return lead_ids_in(rows, points)


def lead_ids_in(rows: Rows, points: Iterable[Point]) -> set[str]:
    """Return what `lead_ids_at` returns, from the rows of `asking_leads_at`."""
    return {lead_id for (lead_id,) in rows} | {value for kind, value in points if kind == Kind.LEAD}
