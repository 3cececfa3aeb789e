"""What a match reads: the boxes for a place and a property type with their buyers, the buyers' trials, and the priors."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from buyers.book.lookups import EMAILS, PHONES
from buyers.book.models import BuyBoxPlace, Buyer
from buyers.liquidity.models import PRIOR_FIELDS, BuyerLiquidityNode, DealSent
from buyers.liquidity.rates import Prior, Priors
from buyers.liquidity.reading import PRIORS, priors_in
from buyers.liquidity.scores import rates_of
from buyers.liquidity.tallies import TALLY_FIELDS, tallies_in, tallies_of_many
from buyers.liquidity.trials import Tallies
from buyers.matching.rules import LIMITS, Deal, Numbers
from governance import gate
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.compiled import Rows, Select, together
from wholesale.plumbing.vocabulary import ALL

_BUYER = ("buyer_id", "status", *PHONES, *EMAILS)
_PHONE, _EMAIL = ContactPoint.Kind.PHONE.value, ContactPoint.Kind.EMAIL.value
_ANY_TYPE = "[]"


def _boxes(province: Any, statuses: Any) -> "QuerySet[BuyBoxPlace, Any]":
    """The boxes with a place in the province. A box comes once for each of its places there."""
    return (
        BuyBoxPlace.objects.filter(province=province, box__buyer__status__among=statuses)
        .order_by()
        .values_list(
            "market",
            Cast("box__property_types", TextField()),  # as text, since to parse each would take longer than all the rest
            "box_id",
            "box__buyer__id",
            *(f"box__{name}" for name in LIMITS),
            *(f"box__buyer__records__{name}" for name in TALLY_FIELDS),
            *(f"box__buyer__{name}" for name in _BUYER),
        )
    )


_OF_PROVINCE = Select(_boxes)
_OF_MARKET = Select(lambda province, market, statuses: _boxes(province, statuses).filter(Q(market=market) | Q(market=ALL)))
_LIMITS_FROM = 4
_TALLIES_FROM = _LIMITS_FROM + len(LIMITS)
_BUYER_FROM = _TALLIES_FROM + len(TALLY_FIELDS)


class Boxes(NamedTuple):
    """The boxes that a deal may fit, one a row, with their buyers. The fields are arrays and lists of the same length."""

    ids: NDArray[np.int64]
    buyers: NDArray[np.int64]  # the ids of the buyers' rows
    limits: Numbers
    names_market: NDArray[np.bool_]  # it is at the place by its market, not by its province
    names_types: NDArray[np.bool_]
    rows: Rows

    def tallies(self, rows: Sequence[int]) -> Tallies:
        """The trials of the buyers of these rows, as arrays. A buyer without a record has none."""
        return tallies_of_many([self.rows[row][_TALLIES_FROM:_BUYER_FROM] for row in rows])

    def buyer(self, row: int) -> "BoxOwner":
        """The buyer of a row."""
        return BoxOwner(*self.rows[row][_BUYER_FROM:])


class BoxOwner(NamedTuple):
    """What a match has to know of each buyer."""

    buyer_id: str
    status: str
    phone: str
    second_phone: str
    email: str
    second_email: str

    @property
    def is_reachable(self) -> bool:
        """Whether there is any number or address."""
        return any(self[2:])

    @property
    def points(self) -> list[gate.Point]:
        """The contact points of the buyer: as such, and of each number and address."""
        found: list[gate.Point] = [(gate.BUYER, self.buyer_id)]
        found += [(_PHONE, number) for number in self[2:4] if number]
        found += [(_EMAIL, address) for address in self[4:6] if address]
        return found


def boxes_for(deal: Deal, statuses: Sequence[str]) -> Boxes | None:
    """The boxes of buyers with these statuses at the deal's place that name its property type or none. None if there is
    none. Takes one query."""
    given = {"province": deal.province, "statuses": statuses}
    found = _OF_PROVINCE.rows(**given) if deal.market == ALL else _OF_MARKET.rows(**given, market=deal.market)
    word = f'"{deal.property_type}"'
    rows = [row for row in found if row[1] == _ANY_TYPE or word in row[1]]
    if not rows:
        return None
    markets, types, ids, buyers = zip(*(row[:_LIMITS_FROM] for row in rows), strict=True)
    return Boxes(
        np.array(ids),
        np.array(buyers),
        np.array([row[_LIMITS_FROM:_TALLIES_FROM] for row in rows], dtype=float),
        np.array([market != ALL for market in markets]),
        np.array([one != _ANY_TYPE for one in types]),
        rows,
    )


# Priors ----------------------------------------------------------------------------------------------------------------

_NODE = Select(
    lambda province, market, property_type: (
        BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type)
        .order_by()
        .values_list(*PRIOR_FIELDS, *TALLY_FIELDS)
    )
)


def priors_for(deal: Deal, day: float) -> Priors:
    """The priors of a buyer's rates at the deal's place and type: as is known of the node there, and as sure as buyers are
    alike. Of a node of which nothing was heard that is known which is known of the market, the province or Canada.

    Takes two queries, in one message on PostgreSQL.
    """
    place = {"province": deal.province, "market": deal.market}
    node, stored = together(_NODE.of(**place, property_type=deal.property_type), PRIORS.of(**place))
    new, buyer = priors_in(stored)
    count = len(PRIOR_FIELDS)
    if node:
        known = rates_of(tallies_in(node[0][count:]), Priors.of(node[0][:count]), day)
        means = known.response.mean, known.close.mean
    else:
        means = new.response.mean, new.close.mean
    return Priors(Prior(means[0], buyer.response.strength), Prior(means[1], buyer.close.strength))


# The buyers who are shown -----------------------------------------------------------------------------------------------

_SHOWN = Select(
    lambda ids: (
        Buyer.objects.filter(id__among=ids)
        .order_by()
        .values_list(
            "id",
            "name",
            "company",
            "language",
            "funds_amount",
            "funds_expire_on",
            Subquery(DealSent.objects.filter(buyer=OuterRef("buyer_id")).order_by("-sent_at").values("sent_at")[:1]),
        )
    )
)


def shown_buyers(ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Of each of these buyers the name, the company, the language, the funds, their expiry, and when a deal was last sent.
    Takes one query."""
    return {pk: tuple(values) for pk, *values in _SHOWN.rows(ids=ids)}
