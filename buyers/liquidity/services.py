"""Verbs of buyers. A node's row is locked before its event gets its id, so events are folded in the order of their ids."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from buyers.liquidity.figures import ACTIVE_EVENTS, SFR, Liquidity, folded, moved
from buyers.liquidity.models import LIQUIDITY_FIELDS, BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.liquidity.signals import feedback_recorded
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select, Statement, together
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
    node, new_id, kinds = _held(place, buyer_id, act)
    node.liquidity = moved(
        node.liquidity,
        event,
        named=buyer_id is not None,
        first_heard=not any(kinds),
        newly_active=event in ACTIVE_EVENTS and not set(ACTIVE_EVENTS).intersection(kinds),
    )
    node.updated_at = act.now
    recorded = BuyerFeedbackEvent(pk=new_id, node=node, **place, event=event, buyer_id=buyer_id, **act.signature)
    subject = Subject("feedback", str(new_id), None, province, market)
    told = Envelope("buyer_feedback", subject, act, {"event": event, **place}, act.now)
    with writes.gathered():
        writes.insert_object(recorded)
        changed = [getattr(node, name) for name in (*LIQUIDITY_FIELDS, "updated_at")]
        writes.update(BuyerLiquidityNode, (*LIQUIDITY_FIELDS, "updated_at"), [(node.pk, *changed)])
        feedback_recorded.send(sender=BuyerFeedbackEvent, envelopes=[told])
    return recorded


def _at(province: Any, market: Any, property_type: Any) -> "QuerySet[BuyerLiquidityNode]":
    return BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type).order_by()


def _with_kinds(province: Any, market: Any, property_type: Any, buyer_id: Any) -> "QuerySet[Any, Any]":
    """The node with its figures, and what kinds of events the buyer has at it: the first kind by the alphabet, and for each
    active kind the first from that kind on, which is that kind if there is such an event.

    Each is one look into an index, however many events there are. EXISTS could read the whole table: a planner that expects
    many events of a buyer starts with the first page.
    """
    kinds = BuyerFeedbackEvent.objects.filter(node=OuterRef("pk"), buyer_id=buyer_id).order_by("event").values("event")
    looks = [kinds, *(kinds.filter(event__gte=kind) for kind in ACTIVE_EVENTS)]
    node = _at(province, market, property_type)
    return node.values_list("pk", *LIQUIDITY_FIELDS, *(Subquery(look[:1]) for look in looks))


_LOCK = Select(
    lambda province, market, property_type: (
        _at(province, market, property_type).select_for_update(no_key=True).values_list("pk")
    )
)
_WITH_KINDS = Select(_with_kinds)


def _held(place: dict[str, str], buyer_id: str | None, act: Act) -> tuple[BuyerLiquidityNode, int, list[str | None]]:
    """The node, locked; the id of a new event; and the kinds of the buyer's events (see `_with_kinds`)."""
    ask = (
        _LOCK.of(**place),
        _WITH_KINDS.of(**place, buyer_id=buyer_id),
        Statement(f"SELECT {writes.id_sql(BuyerFeedbackEvent)}"),
    )
    locked, found, [(new_id,)] = together(*ask)
    if not locked:
        # If two first events come at once, one waits here for the other's insert and then finds that row.
        fresh = BuyerLiquidityNode(**place, updated_at=replace(act).now)  # the act's own clock is read under the lock
        BuyerLiquidityNode.objects.bulk_create([fresh], ignore_conflicts=True)
        return _held(place, buyer_id, act)
    [(pk, *figures_and_kinds)] = found
    count = len(LIQUIDITY_FIELDS)
    figures = dict(zip(LIQUIDITY_FIELDS, figures_and_kinds, strict=False))
    return BuyerLiquidityNode(pk=pk, **place, **figures), new_id, figures_and_kinds[count:]


_FIGURES = Select(
    lambda province, market, property_type: _at(province, market, property_type).values_list(*LIQUIDITY_FIELDS, "updated_at")
)


@verb(ExecutionClass.READ)
def liquidity_score(province: str, market: str = ALL, property_type: str = SFR) -> dict[str, Any]:
    """The figures of a node and its `score`. If there is no such node, the score is 0 and `known` is false."""
    place = {"province": province, "market": market, "property_type": property_type}
    *figures, updated_at = _FIGURES.first(**place) or (None,)
    liquidity = Liquidity(*figures)
    shown = {name: getattr(liquidity, name) for name in LIQUIDITY_FIELDS}
    return {**place, **shown, "updated_at": updated_at, "score": liquidity.score, "known": updated_at is not None}


@verb(ExecutionClass.CONTROL)
def rebuild_liquidity(*, write: bool = True, act: Act) -> Iterator[tuple[BuyerLiquidityNode, Liquidity, Liquidity]]:
    """Recompute each node from its events, in its own transaction. Yield each node that differed, with its stored figures
    and those that its events make. If `write`, mend it."""
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
        yield node, stored, fresh
