"""Rebuilding what is counted from the events that it is counted from."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import transaction

from buyers.liquidity import locking
from buyers.liquidity.figures import Liquidity
from buyers.liquidity.figures import folded as figures_of
from buyers.liquidity.models import LIQUIDITY_FIELDS, BuyerFeedbackEvent, BuyerLiquidityNode, BuyerRecord
from buyers.liquidity.rates import day_of
from buyers.liquidity.tallies import TALLY_FIELDS
from buyers.liquidity.trials import BuyerAnswer, Tallies
from buyers.liquidity.trials import folded as tallies_of
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act

_CLOSE = 1e-9  # relative: sums of floats that are stored as text in between may differ in the last digit


class CountedRates(NamedTuple):
    """What is counted of a node or a buyer. Buyers have no figures of the customer's guide."""

    tallies: Tallies
    liquidity: Liquidity | None = None

    def __str__(self) -> str:
        response, close = (f"{one.successes:.6g} of {one.trials:.6g}" for one in self.tallies)
        weights = f"answers {response}, purchases {close}"
        return f"{self.liquidity}, {weights}" if self.liquidity else weights

    def is_like(self, other: "CountedRates") -> bool:
        """Whether both say the same, but for the last digits of the tallies."""
        ours, theirs = (*self.tallies.response, *self.tallies.close), (*other.tallies.response, *other.tallies.close)
        largest = max(map(abs, (*ours, *theirs)))
        alike = all(math.isclose(a, b, rel_tol=_CLOSE, abs_tol=_CLOSE * largest) for a, b in zip(ours, theirs, strict=True))
        return alike and self.liquidity == other.liquidity


class Difference(NamedTuple):
    """A node or a buyer's record whose stored figures are not those that its events make."""

    row: BuyerLiquidityNode | BuyerRecord
    stored: CountedRates
    fresh: CountedRates


@verb(ExecutionClass.CONTROL)
def rebuild_liquidity(*, write: bool = True, act: Act) -> Iterator[Difference]:
    """Recompute each node and each buyer's record from its events, each in its own transaction.

    Yield those that differed. If `write`, mend them.
    """
    places = BuyerLiquidityNode.objects.order_by("pk").values_list("pk", "province", "market", "property_type")
    for pk, province, market, property_type in places:
        with transaction.atomic():
            locking.hold_node((province, market, property_type))
            node = BuyerLiquidityNode.objects.select_for_update().get(pk=pk)
            events = list(_events(node_id=pk))
            figures = figures_of((event, buyer_id) for event, buyer_id, *_ in events)
            found = Difference(node, CountedRates(node.tallies, node.liquidity), CountedRates(_tallied(events), figures))
            if found.stored.is_like(found.fresh):
                continue
            if write:
                node.liquidity, node.tallies, node.updated_at = figures, found.fresh.tallies, replace(act).now
                node.save(update_fields=[*LIQUIDITY_FIELDS, *TALLY_FIELDS, "updated_at"])
        yield found
    yield from _rebuilt_records(write=write)


def _rebuilt_records(*, write: bool) -> Iterator[Difference]:
    for buyer_id in BuyerRecord.objects.order_by("pk").values_list("buyer_id", flat=True):
        with transaction.atomic():
            locking.hold_record(str(buyer_id))
            record = BuyerRecord.objects.select_for_update().get(buyer_id=buyer_id)
            fresh = _tallied(list(_events(buyer_id=buyer_id)))
            found = Difference(record, CountedRates(record.tallies), CountedRates(fresh))
            if found.stored.is_like(found.fresh):
                continue
            if write:
                record.tallies = fresh
                record.save(update_fields=TALLY_FIELDS)
        yield found


def _events(**whose: Any) -> Iterator[tuple[Any, ...]]:
    columns = ("event", "buyer_id", "deal_ref", "created_at", "is_derived")
    return BuyerFeedbackEvent.objects.filter(**whose).order_by("id").values_list(*columns).iterator()


def _tallied(events: list[tuple[Any, ...]]) -> Tallies:
    return tallies_of(
        ((buyer_id, deal_ref) if buyer_id and deal_ref else None, BuyerAnswer(event, day_of(created_at), is_derived))
        for event, buyer_id, deal_ref, created_at, is_derived in events
    )
