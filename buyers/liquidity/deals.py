"""Verbs of deals that are offered to buyers: that one was sent, what a buyer answered, and that one stayed silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from buyers.liquidity import locking
from buyers.liquidity.errors import BuyerNotContactable, BuyerUnknown
from buyers.liquidity.figures import Event
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from buyers.liquidity.services import count_event, hold, take_feedback
from governance import gate, people
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def send_deal(
    *,
    buyer_id: str,
    deal_ref: str,
    channel: str,
    province: str,
    market: str,
    property_type: str,
    seen: int | None = None,
    act: Act,
) -> DealSent:
    """Record that a deal is offered to a buyer of the book now. The contact gate is asked first: a buyer is a person too.

    `seen` is the id of the last sending of the deal to the buyer that whoever sends it knows of, or 0. If it was sent since,
    nothing is recorded and that sending is returned. So a button that is pressed twice, or by two people, sends once.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        BuyerUnknown: the book has no such buyer.
        BuyerNotContactable: the gate refuses the contact, for the reasons that the message names.

    """
    gate.require(ExecutionClass.EXECUTE)
    buyer = people.load(people.BUYER, [buyer_id]).get(buyer_id)
    if buyer is None:
        raise BuyerUnknown(gettext_noop("There is no buyer %(buyer_id)s in the book."), attr="buyer_id", buyer_id=buyer_id)
    reached = gate.point_of(channel, phone=buyer.phone, email=buyer.email)
    if reached is None:
        raise BuyerNotContactable(
            gettext_noop("%(buyer_id)s has no number or address that %(channel)s reaches."),
            attr="buyer_id",
            buyer_id=buyer_id,
            channel=channel,
        )
    # Nobody records an opt-out between the question and the row.
    gate.lock_points([*gate.points_of(phone=buyer.phone, email=buyer.email), (people.BUYER, buyer_id)])
    since = _sent_since(buyer_id, deal_ref, seen)
    if since is not None:
        return since
    (answer,) = gate.decide_contacts([gate.Contact(buyer, channel)], at=act.now)
    if not answer.verdict.allowed:
        reasons = ", ".join(answer.verdict.reasons)
        raise BuyerNotContactable(
            gettext_noop("%(buyer_id)s may not be contacted by %(channel)s now: %(reasons)s."),
            attr="buyer_id",
            buyer_id=buyer_id,
            channel=channel,
            reasons=reasons,
        )
    sent = DealSent.objects.create(
        buyer_id=buyer_id,
        deal_ref=deal_ref,
        channel=channel,
        sent_at=act.now,
        **{"province": province, "market": market, "property_type": property_type},
        **act.signature,
    )
    gate.note_use(answer, act.now, act)
    gate.note_contact([reached], act.now)
    return sent


def _sent_since(buyer_id: str, deal_ref: str, seen: int | None) -> DealSent | None:
    if seen is None:
        return None
    return DealSent.objects.filter(buyer_id=buyer_id, deal_ref=deal_ref, pk__gt=seen).order_by("pk").last()


def questions_to(person: people.PersonFacts) -> dict[str, gate.Contact | None]:
    """Return what `send_deal` asks the gate about a buyer, by channel. None: no number or address is on file for it."""
    return {
        channel: gate.Contact(person, channel)
        if gate.point_of(channel, phone=person.phone, email=person.email) is not None
        else None
        for channel in Channel.values
    }


@verb(ExecutionClass.RECORD)
@transaction.atomic
def take_answer(
    *,
    buyer_id: str,
    deal_ref: str,
    event: str,
    province: str,
    market: str,
    property_type: str,
    seen: int,
    act: Act,
) -> BuyerFeedbackEvent:
    """Record what a buyer answered to a deal, as `take_feedback` does.

    `seen` is the id of the buyer's last answer about the deal that whoever records it knows of, or 0. If the same answer was
    recorded since, it is returned and nothing is recorded.
    """
    place = {"province": province, "market": market, "property_type": property_type}
    locking.hold_node((province, market, property_type))
    locking.hold_record(buyer_id)
    answers = BuyerFeedbackEvent.objects.filter(buyer_id=buyer_id, deal_ref=deal_ref, pk__gt=seen).order_by("pk")
    since = answers.filter(event=event, is_derived=False).last()
    return since or take_feedback(**place, event=event, buyer_id=buyer_id, deal_ref=deal_ref, act=act)


@verb(ExecutionClass.RECORD)
def record_silence(*, act: Act) -> int:
    """Record NO_RESPONSE for each buyer who was sent a deal and has stayed silent about it for BUYER_SILENCE_HOURS since it
    was sent last. Return how many there were.

    It happens once for a buyer and a deal, and never where an answer is on file. Each is its own transaction, so this may
    stop at any time and run twice.
    """
    count = 0
    for sent in _silent(act.now - timedelta(hours=settings.BUYER_SILENCE_HOURS)):
        count += _record_silence(sent, replace(act, at=act.now))
    return count


def _silent(since: datetime) -> Iterator[DealSent]:
    """The last sending of each deal to a buyer of whom no answer about it is on file, if it was not later than `since`."""
    answers = BuyerFeedbackEvent.objects.filter(buyer_id=OuterRef("buyer_id"), deal_ref=OuterRef("deal_ref"))
    again = DealSent.objects.filter(
        buyer_id=OuterRef("buyer_id"), deal_ref=OuterRef("deal_ref"), sent_at__gt=OuterRef("sent_at")
    )
    waiting = DealSent.objects.filter(~Exists(answers), ~Exists(again), sent_at__lte=since).order_by("pk")
    yield from waiting.iterator()


@transaction.atomic
def _record_silence(sent: DealSent, act: Act) -> bool:
    """Record one silence, unless an answer came in the meantime. The buyer's record is locked, so none comes now."""
    place = {"province": sent.province, "market": sent.market, "property_type": sent.property_type}
    held = hold(place, sent.buyer_id, sent.deal_ref, act)
    if held.answers:
        return False
    count_event(held, place, Event.NO_RESPONSE, act, is_derived=True)
    return True
