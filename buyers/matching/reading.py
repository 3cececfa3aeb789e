"""What a match reads: the boxes for a place and a property type with their buyers, the buyers' trials, and the priors."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from buyers.book.models import BuyBoxPlace, Buyer
from buyers.liquidity.models import BuyerLiquidityNode, BuyerRecord, DealSent, LiquidityPrior
from buyers.liquidity.rates import NO_TRIALS, UNKNOWN, Prior, Tally, posterior
from buyers.liquidity.tallies import TALLY_FIELDS
from buyers.matching.rules import LIMITS, Deal, Numbers
from governance import gate
from wholesale.plumbing.compiled import Rows, Select, together
from wholesale.plumbing.vocabulary import ALL

_CONTACTS = ("phone", "second_phone", "email", "second_email")
_BUYER = ("buyer_id", "status", *_CONTACTS)
_ANY_TYPE = "[]"
_LEVEL = LiquidityPrior.Level


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
            *(f"box__buyer__{name}" for name in _BUYER),
        )
    )


_OF_PROVINCE = Select(_boxes)
_OF_MARKET = Select(lambda province, market, statuses: _boxes(province, statuses).filter(Q(market=market) | Q(market=ALL)))
_LIMITS_FROM = 4
_BUYER_FROM = _LIMITS_FROM + len(LIMITS)


class Boxes(NamedTuple):
    """The boxes that a deal may fit, one a row, with their buyers. The fields are arrays and lists of the same length."""

    ids: NDArray[np.int64]
    buyers: NDArray[np.int64]  # the ids of the buyers' rows
    limits: Numbers
    names_market: NDArray[np.bool_]  # it is at the place by its market, not by its province
    names_types: NDArray[np.bool_]
    rows: Rows

    def buyer(self, row: int) -> "BuyerRow":
        """The buyer of a row."""
        return BuyerRow(*self.rows[row][_BUYER_FROM:])


class BuyerRow(NamedTuple):
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
        found = [("BUYER", self.buyer_id)]
        found += [("PHONE", one) for one in self[2:4] if one]
        found += [("EMAIL", one) for one in self[4:6] if one]
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
        np.array([row[_LIMITS_FROM:_BUYER_FROM] for row in rows], dtype=float),
        np.array([market != ALL for market in markets]),
        np.array([one != _ANY_TYPE for one in types]),
        rows,
    )


# Priors and trials ------------------------------------------------------------------------------------------------------

_PRIOR = ("response_mean", "response_strength", "close_mean", "close_strength")
_NODE = Select(
    lambda province, market, property_type: (
        BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type)
        .order_by()
        .values_list(*(f"prior_{name}" for name in _PRIOR), *TALLY_FIELDS)
    )
)
_PRIORS = Select(
    lambda province, market: (
        LiquidityPrior.objects.filter(
            Q(level__in=(_LEVEL.BUYER, _LEVEL.CANADA))
            | Q(level=_LEVEL.PROVINCE, province=province)
            | Q(level=_LEVEL.MARKET, province=province, market=market)
        )
        .order_by()
        .values_list("level", *_PRIOR)
    )
)
_RECORDS = Select(
    lambda buyer_ids: (
        BuyerRecord.objects.alias(known_by=ExpressionWrapper(F("buyer_id"), CharField()))  # a foreign key has no `among`
        .filter(known_by__among=buyer_ids)
        .order_by()
        .values_list("buyer_id", *TALLY_FIELDS)
    )
)


class Known(NamedTuple):
    """What is known of a rate before a buyer's own trials, and of those trials. The fields of the tally are arrays."""

    tally: Tally
    prior: Prior


def known_of(buyer_ids: Sequence[str], deal: Deal, day: float) -> tuple[Known, Known]:
    """What is known of the rates of responding and of buying of these buyers, in their order, at the deal's place and type.
    Takes three queries, in one message on PostgreSQL."""
    place = {"province": deal.province, "market": deal.market}
    node, stored, records = together(
        _NODE.of(**place, property_type=deal.property_type), _PRIORS.of(**place), _RECORDS.of(buyer_ids=buyer_ids)
    )
    priors = {level: values for level, *values in stored}
    strengths = priors.get(_LEVEL.BUYER)
    found = {buyer_id: values for buyer_id, *values in records}
    nothing = [*NO_TRIALS, *NO_TRIALS]
    tallies = np.array([found.get(buyer_id, nothing) for buyer_id in buyer_ids], dtype=float).reshape(-1, len(TALLY_FIELDS))
    means = _node_means(node, priors, day)
    known = []
    for n, mean in enumerate(means):
        strength = strengths[2 * n + 1] if strengths else UNKNOWN.strength
        known.append(Known(Tally(*tallies[:, 4 * n : 4 * n + 4].T), Prior(mean, strength)))
    return known[0], known[1]


def _node_means(node: Rows, priors: dict[str, list[float]], day: float) -> tuple[float, float]:
    """The means of both rates at the node; if there is no such node, those that hold for a new one in the market, in the
    province or in Canada."""
    if node:
        values = node[0]
        priors_of_node, tallies = values[:4], values[4:]
        return tuple(  # type: ignore[return-value]
            float(posterior(Tally(*tallies[4 * n : 4 * n + 4]), Prior(*priors_of_node[2 * n : 2 * n + 2]), day).mean)
            for n in (0, 1)
        )
    for level in (_LEVEL.MARKET, _LEVEL.PROVINCE, _LEVEL.CANADA):
        if level in priors:
            return priors[level][0], priors[level][2]
    return UNKNOWN.mean, UNKNOWN.mean


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
