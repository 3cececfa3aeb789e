"""Finding many buyers at once, by id, number or address."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from buyers.book.models import Buyer
from governance import gate
from governance.gate import Point
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.lookups import among

PHONES, EMAILS = ("phone", "second_phone"), ("email", "second_email")
CONTACTS = (*PHONES, *EMAILS)
Kind = ContactPoint.Kind


def buyers_by_id(buyer_ids: Collection[str]) -> QuerySet[Buyer]:
    """Return the buyers with these ids. An id that no buyer has is ignored."""
    return Buyer.objects.filter(buyer_id__in=among(buyer_ids))


def points_of(contacts: Mapping[str, Any]) -> list[Point]:
    """Return the contact points of the numbers and addresses among a buyer's values."""
    return [
        point
        for phone, email in zip(PHONES, EMAILS, strict=True)
        for point in gate.points_of(phone=contacts.get(phone) or "", email=contacts.get(email) or "")
    ]


def points_of_buyer(buyer_id: str) -> list[Point]:
    """Return the points of a buyer's numbers and addresses. The list is empty if the buyer is unknown."""
    return [point for row in Buyer.objects.filter(buyer_id=buyer_id).values(*CONTACTS) for point in points_of(row)]


def buyers_at(points: Collection[Point]) -> QuerySet[Buyer]:
    """Return the buyers with any of these numbers or addresses. Several buyers may have one number."""
    phones = [value for kind, value in points if kind == Kind.PHONE]
    emails = [value for kind, value in points if kind == Kind.EMAIL]
    # One query for each index: PostgreSQL reads the whole table for an OR. The indexes leave out empty values, so each query
    # says that the value is not empty.
    wanted = [*((name, phones) for name in PHONES), *((name, emails) for name in EMAILS)]
    found = [
        Buyer.objects.filter(~Q(**{name: ""}), **{f"{name}__in": among(values)}).order_by().values("pk")
        for name, values in wanted
        if values
    ]
    if not found:
        return Buyer.objects.none()
    return Buyer.objects.filter(pk__in=found[0].union(*found[1:]) if len(found) > 1 else found[0])


def buyer_ids_with(point: Point) -> list[str]:
    """Return the ids of the buyers with this number or address."""
    return list(buyers_at([point]).values_list("buyer_id", flat=True))
