"""Finding buyers by their name, company, number, e-mail address or id."""

from contextlib import suppress
from typing import Any

from django.db.models import F, Q, QuerySet

from buyers.book.lookups import EMAILS, PHONES
from buyers.book.models import BuyBoxPlace, Buyer
from wholesale.plumbing import scopes
from wholesale.plumbing.searching import SearchedColumns, Sought, sought
from wholesale.plumbing.vocabulary import Province, normalise_word

CANDIDATES = 100  # the most rows that are ranked
SEARCHED = SearchedColumns(texts=("name", "company"), phones=PHONES, emails=EMAILS)
# Of an erased buyer only the row's id and place are left.
_NOBODY = Q(name="", company="", phone="", second_phone="", email="", second_email="", status=Buyer.Status.BLOCKED)


def matching(wanted: Sought) -> Q:
    """Return the condition for the buyers that a search finds. A buyer's id must be given in full."""
    return SEARCHED.matching(wanted) | Q(buyer_id=wanted.text)


def listed(buyers: QuerySet[Buyer], text: str) -> QuerySet[Buyer]:
    """Return those of the buyers that a list's search finds: as `matching`, and those who live or buy in such a market."""
    # A union has one query for each index, and a planner does not look into it: for words that few rows have it would
    # otherwise read all rows in the order of the list.
    words, named = Buyer.objects.filter(SEARCHED.matching(sought(text))), Buyer.objects.filter(buyer_id=text.strip())
    found: list[QuerySet[Any, Any]] = [words.values("pk"), named.values("pk")]
    with suppress(ValueError):  # the text names no market
        # All provinces are named, so that the indexes of places answer.
        place: dict[str, Any] = {"province__in": Province.values, "market": normalise_word(text)}
        found += [Buyer.objects.filter(**place).values("pk"), BuyBoxPlace.objects.filter(**place).values(pk=F("box__buyer"))]
    first, *others = (part.order_by() for part in found)
    return buyers.filter(pk__in=first.union(*others))


def find_buyers(wanted: Sought, user: Any, *, most: int) -> list[Buyer]:
    """Return the buyers that this user may read and that fit best, at most so many. Erased buyers are not found."""
    if wanted.is_empty:
        return []
    found: QuerySet[Buyer] = Buyer.objects.filter(matching(wanted)).exclude(_NOBODY)
    candidates = list(scopes.visible(found, user).order_by()[:CANDIDATES])

    def rank(buyer: Buyer) -> tuple[bool, int, int]:
        return buyer.buyer_id != wanted.text, -wanted.count_in(f"{buyer.name} {buyer.company}"), -buyer.pk

    return sorted(candidates, key=rank)[:most]
