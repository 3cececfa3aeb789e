"""Verbs of feedback. A node and its buyer's record are locked before their event gets its id, so events are folded in the
order of their ids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from buyers.liquidity import locking
from buyers.liquidity.figures import ACTIVE_EVENTS, Event, moved
from buyers.liquidity.models import LIQUIDITY_FIELDS, PRIOR_FIELDS, BuyerFeedbackEvent, BuyerLiquidityNode, BuyerRecord
from buyers.liquidity.rates import day_of
from buyers.liquidity.reading import priors_at
from buyers.liquidity.signals import feedback_recorded
from buyers.liquidity.tallies import CLOSE_FIELDS, RESPONSE_FIELDS, TALLY_FIELDS, Tallied, tallies_in
from buyers.liquidity.trials import BuyerAnswer, counted
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Select, Statement, together
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.users import label_of


def record_feedback(
    province: str,
    market: str,
    property_type: str,
    event: str,
    buyer_id: str | None = None,
    correlation_id: str | None = None,
    *,
    deal_ref: str | None = None,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
) -> BuyerFeedbackEvent:
    """Record what a buyer did, by `take_feedback`. The customer's guide prescribes this function."""
    place = {"province": province, "market": market, "property_type": property_type}
    act = Act(actor, user, "", correlation_id or correlation.current(), now)
    return take_feedback(**place, event=event, buyer_id=buyer_id, deal_ref=deal_ref, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def take_feedback(
    *,
    province: str,
    market: str,
    property_type: str,
    event: str,
    buyer_id: str | None = None,
    deal_ref: str | None = None,
    act: Act,
) -> BuyerFeedbackEvent:
    """Record what a buyer did, about a deal if one is named. The returned event's `node` has the new figures.

    The event moves the figures of the customer's guide by a step, and it counts in the posterior rates of the node and of
    the buyer (`trials`). If the user may not record under other people's names, the event's actor is the user, not the actor
    of `act`.
    """
    if act.user is not None and not act.user.has_perm("buyers.record_any_feedback"):
        act = replace(act, actor=label_of(act.user))
    place = {"province": province, "market": market, "property_type": property_type}
    return count_event(hold(place, buyer_id, deal_ref, act), place, event, act)


class HeldForEvent(NamedTuple):
    """What is locked for an event, and what is known of it."""

    node: BuyerLiquidityNode
    record: BuyerRecord | None  # None: the event names no buyer
    kinds: Sequence[str | None]  # of the buyer's events at the node (`_with_kinds`)
    deal_ref: str | None
    answers: Sequence[Sequence[Any]]  # of the buyer about the deal, at any node, as `_ANSWERS`
    new_id: int


def count_event(
    held: HeldForEvent, place: dict[str, str], event: str, act: Act, *, is_derived: bool = False
) -> BuyerFeedbackEvent:
    """Count an event in what is locked for it, and write it."""
    node, record = held.node, held.record
    buyer_id = record.buyer_id if record else None
    node.liquidity = moved(
        node.liquidity,
        event,
        named=record is not None,
        first_heard=not any(held.kinds),
        newly_active=event in ACTIVE_EVENTS and not set(ACTIVE_EVENTS).intersection(held.kinds),
    )
    node.updated_at = act.now
    recorded = BuyerFeedbackEvent(
        **{"pk": held.new_id, "node": node, **place, "event": event, "buyer_id": buyer_id, "deal_ref": held.deal_ref},
        is_derived=is_derived,
        **act.signature,
    )
    answer = BuyerAnswer(event, day_of(act.now), is_derived)
    subject = Subject("feedback", str(held.new_id), None, place["province"], place["market"])
    told = Envelope("buyer_feedback", subject, act, {"event": event, **place}, act.now)
    with writes.gathered():
        writes.insert_object(recorded)
        at_node = [given for node_id, *given in held.answers if node_id == node.pk]
        _store(node, at_node, answer, held.deal_ref, (*LIQUIDITY_FIELDS, "updated_at"))
        if record:
            _store(record, [given for _, *given in held.answers], answer, held.deal_ref, ())
        feedback_recorded.send(sender=BuyerFeedbackEvent, envelopes=[told])
    return recorded


def _store(
    row: Tallied, given: Sequence[Sequence[Any]], answer: BuyerAnswer, deal_ref: str | None, more: tuple[str, ...]
) -> None:
    """Count an answer in the row's tallies, and write those that it may have changed, and the columns `more`."""
    before = None
    if deal_ref is not None:
        before = [BuyerAnswer(event, day_of(created_at), is_derived) for event, created_at, is_derived in given]
    row.tallies = counted(row.tallies, before, answer)
    changed = TALLY_FIELDS if before is not None else _CHANGED[Event(answer.event)]
    columns = (*more, *changed)
    writes.update(type(row), columns, [(row.pk, *(getattr(row, name) for name in columns))])


# An event that names no deal is a trial of one kind. The other columns need not be written.
_CHANGED = {
    Event.RESPONDED: RESPONSE_FIELDS,
    Event.NO_RESPONSE: RESPONSE_FIELDS,
    Event.BOUGHT: CLOSE_FIELDS,
    Event.PASSED: CLOSE_FIELDS,
}


def _at(province: Any, market: Any, property_type: Any) -> "QuerySet[BuyerLiquidityNode]":
    return BuyerLiquidityNode.objects.filter(province=province, market=market, property_type=property_type).order_by()


def _with_kinds(province: Any, market: Any, property_type: Any, buyer_id: Any) -> "QuerySet[Any, Any]":
    """The node with its figures and tallies, and what kinds of events the buyer has at it.

    These are the first kind by the alphabet, and for each active kind the first from that kind on, which is that kind if
    there is such an event. Each is one look into an index, however many events there are. EXISTS could read the whole table:
    a planner that expects many events of a buyer starts with the first page.
    """
    kinds = BuyerFeedbackEvent.objects.filter(node=OuterRef("pk"), buyer_id=buyer_id).order_by("event").values("event")
    looks = [kinds, *(kinds.filter(event__gte=kind) for kind in ACTIVE_EVENTS)]
    node = _at(province, market, property_type)
    return node.values_list("pk", *LIQUIDITY_FIELDS, *TALLY_FIELDS, *(Subquery(look[:1]) for look in looks))


_RECORD = Select(lambda buyer_id: BuyerRecord.objects.filter(buyer_id=buyer_id).order_by().values_list("pk", *TALLY_FIELDS))
_WITH_KINDS = Select(_with_kinds)
_ANSWERS = Select(
    lambda buyer_id, deal_ref: (
        BuyerFeedbackEvent.objects.filter(buyer_id=buyer_id, deal_ref=deal_ref)
        .order_by("id")
        .values_list("node_id", "event", "created_at", "is_derived")
    )
)


def hold(place: dict[str, str], buyer_id: str | None, deal_ref: str | None, act: Act) -> HeldForEvent:
    """Lock the node and the buyer's record, which are made if need be, and read what an event of them needs."""
    taking = locking.taking((place["province"], place["market"], place["property_type"]), buyer_id)
    ask = [
        _WITH_KINDS.of(**place, buyer_id=buyer_id),
        Statement(f"SELECT {writes.id_sql(BuyerFeedbackEvent)}"),
        *([] if buyer_id is None else [_RECORD.of(buyer_id=buyer_id)]),
        *([] if buyer_id is None or deal_ref is None else [_ANSWERS.of(buyer_id=buyer_id, deal_ref=deal_ref)]),
    ]
    nodes, [(new_id,)], *of_buyer = together(*taking, *ask)[len(taking) :]
    records, answers = [*of_buyer, (), ()][:2]
    if not nodes or (buyer_id is not None and not records):
        _make(place, buyer_id, act, node_is_known=bool(nodes), record_is_known=bool(records))
        return hold(place, buyer_id, deal_ref, act)
    [(pk, *values)] = nodes
    figures, sums = len(LIQUIDITY_FIELDS), len(LIQUIDITY_FIELDS) + len(TALLY_FIELDS)
    node = BuyerLiquidityNode(pk=pk, **place, **dict(zip(LIQUIDITY_FIELDS, values, strict=False)))
    node.tallies = tallies_in(values[figures:sums])
    record = None
    if buyer_id is not None:
        record = BuyerRecord(pk=records[0][0], buyer_id=buyer_id)
        record.tallies = tallies_in(records[0][1:])
    return HeldForEvent(node, record, values[sums:], deal_ref if record else None, answers, new_id)


def _make(place: dict[str, str], buyer_id: str | None, act: Act, *, node_is_known: bool, record_is_known: bool) -> None:
    """Make the node and the buyer's record, if they are missing. They are locked, so nobody else makes them."""
    if not node_is_known:
        response, close = priors_at(place["province"], place["market"]).new
        prior = dict(zip(PRIOR_FIELDS, (*response, *close), strict=True))
        # The act's own clock is read under the lock.
        BuyerLiquidityNode.objects.create(**place, **prior, updated_at=replace(act).now)
    if buyer_id is not None and not record_is_known:
        BuyerRecord.objects.create(buyer_id=buyer_id)
