"""The facts about a buyer that governance uses for its decisions."""

from collections.abc import Collection
from typing import Any

from buyers.book.models import Buyer
from governance import people
from governance.people import PersonFacts, Role
from wholesale.plumbing.compiled import Select

_COLUMNS = (
    "buyer_id",
    "province",
    "market",
    "zone",
    "phone",
    "email",
    "language",
    "status",
    "company",
    "second_phone",
    "second_email",
)
# Compiled once, as for leads.
_FACTS = Select(lambda buyer_ids: Buyer.objects.filter(buyer_id__among=buyer_ids).order_by().values_list(*_COLUMNS))


def buyer_facts(buyer: Any) -> PersonFacts:
    """Return the facts of a buyer's row, or of any object with the columns `_COLUMNS`."""
    return _facts(*(getattr(buyer, name) for name in _COLUMNS))


def facts_of(buyer_ids: Collection[str]) -> dict[str, PersonFacts]:
    """Return the facts that the contact gate needs of known buyers, by buyer id, in one query."""
    return {row[0]: _facts(*row) for row in _FACTS.rows(buyer_ids=buyer_ids)}


def readable_buyers(user: Any, buyer_ids: Collection[str]) -> set[str]:
    """Return those of the buyer ids that the user may read: all, or none."""
    return set(buyer_ids) if user.has_perm("buyers.view_buyer") else set()


def _facts(
    buyer_id: str,
    province: str,
    market: str,
    zone: str,
    phone: str,
    email: str,
    language: str,
    status: str,
    company: str,
    second_phone: str,
    second_email: str,
) -> PersonFacts:
    """Return the facts. We reach a buyer by its first number and address. A buyer without a company is taken for a private
    person, so that the stricter rules hold."""
    return PersonFacts(
        person_id=buyer_id,
        province=province,
        market=market,
        zone=zone,
        phone=phone,
        email=email,
        language=language,
        status=status,
        role=(Role.BUSINESS if company else Role.HOMEOWNER).value,
        kind=people.BUYER,
        second_phone=second_phone,
        second_email=second_email,
    )
