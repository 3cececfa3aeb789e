"""Finding leads by their name, number, e-mail address, address or id."""

from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet

from followups.leads.models import Lead
from wholesale.plumbing import scopes
from wholesale.plumbing.searching import SearchedColumns, Sought, among, sought
from wholesale.plumbing.vocabulary import Province, normalise_word

CANDIDATES = 100  # the most rows that are ranked
SEARCHED = SearchedColumns(texts=("first_name", "last_name", "address", "postal_code"), phones=("phone",), emails=("email",))
# Of an erased person only the row's id and place are left.
_NOBODY = Q(first_name="", last_name="", phone="", email="", address="", status=Lead.Status.DEAD)


def matching(wanted: Sought) -> Q:
    """Return the condition for the leads that a search finds. A lead's id must be given in full."""
    return SEARCHED.matching(wanted) | Q(lead_id=wanted.text)


def listed(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Return those of the leads that a list's search finds: as `matching`, and the leads of a market with this name."""
    # A union has one query for each index, and a planner does not look into it: for words that few rows have it would
    # otherwise read all rows in the order of the list.
    found = [Lead.objects.filter(SEARCHED.matching(sought(text))), Lead.objects.filter(lead_id=text.strip())]
    with suppress(ValueError):  # the text names no market
        # All provinces are named, so that the index of places answers.
        found.append(Lead.objects.filter(province__in=Province.values, market=normalise_word(text)))
    first, *others = (part.order_by().values("pk") for part in found)
    return leads.filter(among(first.union(*others)))


def find_leads(wanted: Sought, user: Any, *, most: int) -> list[Lead]:
    """Return the leads that this user may read and that fit best, at most so many. Erased persons are not found."""
    if wanted.is_empty:
        return []
    found: QuerySet[Lead] = Lead.objects.filter(matching(wanted)).exclude(_NOBODY)
    candidates = list(scopes.visible(found, user).order_by()[:CANDIDATES])

    def rank(lead: Lead) -> tuple[bool, int, int, int]:
        return (
            lead.lead_id != wanted.text,
            -wanted.count_in(f"{lead.first_name} {lead.last_name}"),
            -wanted.count_in(f"{lead.address} {lead.postal_code}"),
            -lead.pk,
        )

    return sorted(candidates, key=rank)[:most]
