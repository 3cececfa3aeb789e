"""What offers keep about a person (`followups.leads.people.registry` says what each function is for)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from offers.deals.life.models import Offer, OfferEvent, OfferEventWords
from offers.deals.life.states import OPEN
from wholesale.plumbing.act import Act


def _offers(lead_id: str) -> QuerySet[Offer]:
    return Offer.objects.filter(lead_id=lead_id)


def names(lead_id: str) -> bool:
    """Whether an offer names the lead."""
    return _offers(lead_id).exists()


def rows(lead_id: str) -> Mapping[str, QuerySet[Any]]:
    """The offers of a lead and their events, each under its name in the export."""
    return {
        "offers": _offers(lead_id),
        "offer_events": OfferEvent.objects.filter(offer__lead_id=lead_id).select_related("words"),
    }


def counts(lead_id: str) -> list[tuple[str, int]]:
    """How many offers the lead has, and how many of them are open, each with a label."""
    return [
        (gettext("Offers"), _offers(lead_id).count()),
        (gettext("Open offers"), _offers(lead_id).filter(state__in=OPEN).count()),
    ]


def contacts(lead_ids: Collection[str]) -> QuerySet[Any]:
    """No rows: the sending of an offer is recorded as a contact by the task that it belongs to."""
    return OfferEvent.objects.none()


def close(lead_id: str, act: Act, *, reason: str) -> int:
    """End nothing, because what is offered or signed binds us all the same. The offers are locked, so that no verb writes
    words about them before the person is erased."""
    list(_offers(lead_id).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return 0


def erase_words(lead_id: str) -> int:
    """Erase the reasons and references of documents in the events of the lead's offers. Return how many texts."""
    return OfferEventWords.objects.filter(event__offer__lead_id=lead_id).delete()[0]
