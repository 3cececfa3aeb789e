"""Verbs of buyers. A node's row is locked before its event is inserted, so events are folded in the order of their ids."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from buyers.liquidity import ACTIVE_EVENTS, Liquidity, folded, moved
from buyers.models import LIQUIDITY_FIELDS, SFR, BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.signals import feedback_recorded
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL


def record_feedback(
    province: str,
    market: str,
    property_type: str,
    event: str,
    buyer_id: str | None = None,
    correlation_id: str | None = None,
    *,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
) -> BuyerFeedbackEvent:
    """Record what a buyer did, by `take_feedback`. The customer's guide prescribes this function."""
    place = {"province": province, "market": market, "property_type": property_type}
    act = Act(actor, user, "", correlation_id or correlation.current(), now)
    return take_feedback(**place, event=event, buyer_id=buyer_id, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def take_feedback(
    *, province: str, market: str, property_type: str, event: str, buyer_id: str | None = None, act: Act
) -> BuyerFeedbackEvent:
    """Record what a buyer did, and count it in the liquidity node. The returned event's `node` has the new figures.

    If the user may not record under other people's names, the event's actor is the user, not the actor of `act`.
    """
    if act.user is not None and not act.user.has_perm("buyers.record_any_feedback"):
        act = replace(act, actor=label_of(act.user))
    place = {"province": province, "market": market, "property_type": property_type}
    node = _locked_node(place, act)
    first_heard, newly_active = _standing(node, event, buyer_id)
    recorded = BuyerFeedbackEvent.objects.create(
        node=node,
        **place,
        event=event,
        buyer_id=buyer_id,
        **act.signature,
    )
    node.liquidity = moved(
        node.liquidity, event, named=buyer_id is not None, first_heard=first_heard, newly_active=newly_active
    )
    node.updated_at = act.now
    node.save(update_fields=[*LIQUIDITY_FIELDS, "updated_at"])
    subject = Subject("feedback", str(recorded.pk), None, province, market)
    told = Envelope("buyer_feedback", subject, act, {"event": event, **place}, act.now)
    feedback_recorded.send(sender=BuyerFeedbackEvent, envelopes=[told])
    return recorded


def _locked_node(place: dict[str, str], act: Act) -> BuyerLiquidityNode:
    locked = BuyerLiquidityNode.objects.select_for_update()
    try:
        return locked.get(**place)
    except BuyerLiquidityNode.DoesNotExist:
        # If two first events come at once, one waits here for the other's insert and then finds that row.
        fresh = BuyerLiquidityNode(**place, updated_at=replace(act).now)  # the act's own clock is read under the lock
        BuyerLiquidityNode.objects.bulk_create([fresh], ignore_conflicts=True)
        return locked.get(**place)


def _standing(node: BuyerLiquidityNode, event: str, buyer_id: str | None) -> tuple[bool, bool]:
    """Whether this is the buyer's first event at the node, and the buyer's first active event. False if no buyer."""
    if buyer_id is None:
        return False, False
    # The model's order is removed, because DISTINCT would take the id into account.
    kinds = set(node.events.filter(buyer_id=buyer_id).order_by().values_list("event", flat=True).distinct())
    return not kinds, event in ACTIVE_EVENTS and kinds.isdisjoint(ACTIVE_EVENTS)


_NODE = Select(
    lambda province, market, property_type: BuyerLiquidityNode.objects.filter(
        province=province, market=market, property_type=property_type
    ).values_list(*LIQUIDITY_FIELDS, "updated_at")
)


@verb(ExecutionClass.READ)
def liquidity_score(province: str, market: str = ALL, property_type: str = SFR) -> dict[str, Any]:
    """The figures of a node and its `score`. If there is no such node, the score is 0 and `known` is false."""
    place = {"province": province, "market": market, "property_type": property_type}
    *figures, updated_at = _NODE.first(**place) or (None,)
    liquidity = Liquidity(*figures)
    shown = {name: getattr(liquidity, name) for name in LIQUIDITY_FIELDS}
    return {**place, **shown, "updated_at": updated_at, "score": liquidity.score, "known": updated_at is not None}


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """A node whose stored figures differ from those that its events make."""

    node: BuyerLiquidityNode
    stored: Liquidity
    folded: Liquidity


@verb(ExecutionClass.CONTROL)
def rebuild_liquidity(*, write: bool = True, act: Act) -> Iterator[NodeDifference]:
    """Recompute each node from its events, in its own transaction. Yield the nodes that differed. If `write`, mend them."""
    for pk in BuyerLiquidityNode.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            node = BuyerLiquidityNode.objects.select_for_update().get(pk=pk)
            events = node.events.order_by("id").values_list("event", "buyer_id")
            stored, fresh = node.liquidity, folded(events.iterator())
            if stored == fresh:
                continue
            if write:
                node.liquidity, node.updated_at = fresh, replace(act).now
                node.save(update_fields=[*LIQUIDITY_FIELDS, "updated_at"])
        yield NodeDifference(node, stored, fresh)
