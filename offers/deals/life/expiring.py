"""What time alone does to offers: they expire, and an outcome that was waited for in vain counts as a no."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from governance.decisions import ExecutionClass, verb
from offers.deals.life.models import Offer
from offers.deals.life.moving import locked, move, tell_overdue
from offers.deals.life.states import ON_THE_TABLE, State
from wholesale.plumbing.act import Act


def run_out(offer: Offer, act: Act) -> bool:
    """Let a locked offer expire if its time has run out while the seller has not answered. Return whether it did."""
    is_due = offer.state in ON_THE_TABLE and offer.expires_at is not None and offer.expires_at <= act.now
    if is_due:
        move(offer, State.EXPIRED, act.because(""), answered_at=act.now)
    return is_due


@verb(ExecutionClass.RECORD)
def expire_offers(*, act: Act) -> int:
    """Let offers expire whose time has run out, and tell the outcomes that were waited for too long: an answer for
    OFFER_ANSWER_DAYS since the sending, a contract for OFFER_CONTRACT_DAYS since the acceptance. Return how many expired.

    Each offer is its own transaction, so this may stop at any time and run twice.
    """
    now = act.now
    due = Offer.objects.filter(state__in=ON_THE_TABLE, expires_at__lte=now).order_by("expires_at", "pk")
    expired = sum(_expire(pk, replace(act, at=now)) for pk in list(due.values_list("pk", flat=True)))
    for unanswered in list(_unanswered(now).values_list("pk", flat=True)):
        _tell_unanswered(unanswered, replace(act, at=now))
    for without in list(_without_contract(now).values_list("pk", flat=True)):
        _tell_without_contract(without, replace(act, at=now))
    return expired


@transaction.atomic
def _expire(offer_id: int, act: Act) -> bool:
    """Let an offer expire, unless something happened to it in the meantime."""
    return run_out(locked(offer_id), act)


def _unanswered(now: datetime) -> QuerySet[Offer]:
    since = now - timedelta(days=settings.OFFER_ANSWER_DAYS)
    return Offer.objects.filter(sent_at__lte=since, acceptance_told_at__isnull=True).order_by("sent_at", "pk")


def _without_contract(now: datetime) -> QuerySet[Offer]:
    since = now - timedelta(days=settings.OFFER_CONTRACT_DAYS)
    return Offer.objects.filter(accepted_at__lte=since, contract_told_at__isnull=True).order_by("accepted_at", "pk")


@transaction.atomic
def _tell_unanswered(offer_id: int, act: Act) -> None:
    offer = locked(offer_id)
    if offer.acceptance_told_at is None:
        tell_overdue(offer, act, accepted=False)


@transaction.atomic
def _tell_without_contract(offer_id: int, act: Act) -> None:
    offer = locked(offer_id)
    if offer.contract_told_at is None:
        tell_overdue(offer, act, contracted=False)
