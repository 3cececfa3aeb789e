"""The hot read of a node: its row, and the active buyers whose boxes cover its place, in one query; and the priors of a
place."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db.models import Func, OuterRef, Q, QuerySet, Subquery, TextField

from buyers.book.models import BuyBoxPlace, Buyer
from buyers.liquidity.models import LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerLiquidityNode, LiquidityPrior
from buyers.liquidity.rates import UNKNOWN, Priors
from buyers.liquidity.tallies import TALLY_FIELDS
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.vocabulary import ALL

Box = Sequence[Any]  # its property types, its buyer's id, and the values of TALLY_FIELDS of the buyer's record (or Nones)


class NodeRow(NamedTuple):
    """What is stored of a node, and what the active buyers of its place buy."""

    figures: Sequence[Any]  # LIQUIDITY_FIELDS
    updated_at: datetime
    priors: Sequence[float]  # PRIOR_FIELDS
    tallies: Sequence[float]  # TALLY_FIELDS
    strengths: tuple[float, float]  # of the priors of buyers' response and close rates, in events
    boxes: Sequence[Box]


class _Rows(Func):
    """The rows of a subquery as one text of JSON: a list of lists. Null if there are none."""

    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(json_agg(json_build_array(%(expressions)s)) AS text)")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="json_group_array(json_array(%(expressions)s))")


_BOX = ("box__property_types", "box__buyer__buyer_id", *(f"box__buyer__records__{name}" for name in TALLY_FIELDS))


def _boxes(province: Any, market: Any) -> "QuerySet[BuyBoxPlace]":
    """The places of the boxes of active buyers that cover this place."""
    here = Q(province=province, market=market) | Q(province=province, market=ALL)
    return BuyBoxPlace.objects.filter(here, box__buyer__status=Buyer.Status.ACTIVE).order_by()


def _strength(column: str) -> Subquery:
    return Subquery(LiquidityPrior.objects.filter(level=LiquidityPrior.Level.BUYER).values(column)[:1])


_SHOWN = (*LIQUIDITY_FIELDS, "updated_at", *PRIOR_FIELDS, *TALLY_FIELDS)
_NODE = Select(
    lambda province, market, property_type: (
        BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type)
        .order_by()
        .values_list(
            *_SHOWN,
            _strength("response_strength"),
            _strength("close_strength"),
            Subquery(_boxes(OuterRef("province"), OuterRef("market")).annotate(rows=_Rows(*_BOX)).values("rows")),
        )
    )
)
_BOXES = Select(lambda province, market: _boxes(province, market).values_list(*_BOX))


def node(province: str, market: str, property_type: str) -> NodeRow | None:
    """Return the node with what the active buyers of its place buy, or None if nothing was heard of it. Takes one query."""
    found = _NODE.first(province=province, market=market, property_type=property_type)
    if found is None:
        return None
    figures, at = len(LIQUIDITY_FIELDS), len(LIQUIDITY_FIELDS) + 1
    priors, tallies = at + len(PRIOR_FIELDS), at + len(PRIOR_FIELDS) + len(TALLY_FIELDS)
    response, close, boxes = found[tallies:]
    strengths = (response or UNKNOWN.strength, close or UNKNOWN.strength)
    listed = [(_listed(types), *box) for types, *box in orjson.loads(boxes)] if boxes else ()
    return NodeRow(found[:figures], found[figures], found[at:priors], found[priors:tallies], strengths, listed)


def _listed(types: Any) -> Any:
    """A list of words. SQLite keeps a list as text, also within a JSON document."""
    return orjson.loads(types) if isinstance(types, str) else types


def boxes(province: str, market: str) -> Sequence[Box]:
    """Return what the active buyers of a place buy. Takes one query."""
    return _BOXES.rows(province=province, market=market)


# Priors ----------------------------------------------------------------------------------------------------------------

_LEVEL = LiquidityPrior.Level
_FROM_NEAR_TO_FAR = (_LEVEL.MARKET, _LEVEL.PROVINCE, _LEVEL.CANADA)
PRIOR_COLUMNS = ("response_mean", "response_strength", "close_mean", "close_strength")
PRIORS = Select(
    lambda province, market: (
        LiquidityPrior.objects.filter(
            Q(level__in=(_LEVEL.BUYER, _LEVEL.CANADA))
            | Q(level=_LEVEL.PROVINCE, province=province)
            | Q(level=_LEVEL.MARKET, province=province, market=market)
        )
        .order_by()
        .values_list("level", *PRIOR_COLUMNS)
    )
)


class PlacePriors(NamedTuple):
    """The priors at a place."""

    new: Priors  # of a node of which nothing was heard
    buyer: Priors  # of a buyer; only their strengths are used


def priors_in(rows: Iterable[Sequence[Any]]) -> PlacePriors:
    """The priors in the rows of `PRIORS`. That of a new node is the market's, else the province's, else Canada's; else any
    rate is as likely as any other."""
    stored = {level: Priors.of(values) for level, *values in rows}
    unknown = Priors(UNKNOWN, UNKNOWN)
    nearest = next((stored[level] for level in _FROM_NEAR_TO_FAR if level in stored), unknown)
    return PlacePriors(nearest, stored.get(_LEVEL.BUYER, unknown))


def priors_at(province: str, market: str) -> PlacePriors:
    """The priors at a place. Takes one query."""
    return priors_in(PRIORS.rows(province=province, market=market))
