"""The sellers' answers to earlier offers, by one query."""

from datetime import datetime

from django.db.models import Q

from offers.deals.advice.acceptance import SellerAnswer
from offers.deals.advice.prices import ENOUGH, KnownAnswers
from offers.deals.law.words import CANADA
from offers.deals.life.models import Offer
from offers.deals.life.states import State
from wholesale.plumbing.compiled import Select
from wholesale.plumbing.vocabulary import WALKTHROUGH_MARK

NEWEST = 2_000  # answers that are read; more narrow the band by little, and older ones say less of today

_UNACCEPTED = (State.REJECTED.value, State.EXPIRED.value)
# An offer that we withdrew was not answered. One that is accepted stays accepted, whatever becomes of it. Those of
# walkthroughs are nobody's answers.
_NEWEST = Select(
    lambda before: (
        Offer.objects.filter(
            Q(accepted_at__isnull=False) | Q(state__in=_UNACCEPTED),
            sent_at__isnull=False,
            answered_at__isnull=False,
            answered_at__lt=before,
        )
        .exclude(correlation_id__startswith=WALKTHROUGH_MARK)
        .order_by("-answered_at", "-id")
        .values_list("province", "amount", "arv", "state")
    )
)


def known(province: str, before: datetime) -> KnownAnswers:
    """The newest answers from before a time: those of the province where they are enough, else all of Canada's."""
    rows = _NEWEST.part(limit=NEWEST, offset=0, before=before)
    answers = [(place, SellerAnswer(float(amount / arv), state not in _UNACCEPTED)) for place, amount, arv, state in rows]
    here = [answer for place, answer in answers if place == province]
    return KnownAnswers(here, province) if len(here) >= ENOUGH else KnownAnswers([answer for _, answer in answers], CANADA)
