"""The page of a deal, as plain values for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from buyers.book.models import Buyer
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from followups.leads.models import Lead
from offers.deals.life.models import Offer
from offers.deals.math import Calculation
from offers.deals.models import OfferEvidence
from offers.deals.shown.estimates import EstimateShown, estimate_shown
from offers.deals.shown.sums import DealShown, SumLine, deal_shown, sum_shown
from wholesale.plumbing import scopes
from wholesale.plumbing.codes import place_text, property_text
from wholesale.plumbing.showing import shown_money, shown_time

ASKED_MAX = 100  # buyers on the page


@dataclass(frozen=True, slots=True)
class AskedBuyer:
    """A buyer to whom the deal was offered: how, when, and what it answered last. `link` is empty for an unknown buyer."""

    name: str
    link: str
    channel: str
    sent_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class RestsOn:
    """What an offer rests on, as the page of its evidence shows it: the estimate, the calculation, the deal around it."""

    estimate: EstimateShown | None
    lines: Sequence[SumLine]
    deal: DealShown | None


def figures_of(offer: Offer) -> list[tuple[str, str]]:
    """Return the amounts and times of an offer, by name. What it has not is left out."""
    found = (
        (_("On the table"), shown_money(offer.amount)),
        (_("ARV"), shown_money(offer.arv)),
        (_("Assignment fee"), shown_money(offer.fee)),
        (_("Place"), place_text(offer)),
        (_("Property"), property_text(offer.property_type)),
        (_("Deal"), offer.deal_name),
        (_("Stake"), offer.get_stake_display()),
        (_("Profit"), _amount(offer.realized_profit)),
        (_("Loss"), _amount(offer.realized_loss)),
        (_("In this state since"), shown_time(offer.state_since)),
        (pgettext("offer", "Sent"), _time(offer.sent_at)),
        (_("Expires"), _time(offer.expires_at)),
        (_("Accepted"), _time(offer.accepted_at)),
        (_("Under contract"), _time(offer.contracted_at)),
        (_("Ended"), _time(offer.closed_at)),
    )
    return [(name, str(value)) for name, value in found if value]


def links_of(offer: Offer, user: Any) -> list[tuple[str, str, str]]:
    """Return what the offer rests on and whom it is about: a name, the text and the address of each. An address is empty
    where the user may not read it."""
    found = [(_("Evidence"), _("How it was computed"), _page("offers_offerevidence", offer.evidence_id))]
    if offer.recommendation_id:
        found.append(
            (_("Advice"), _("What an AI advised"), _page("governance_heimdallrecommendation", offer.recommendation_id))
        )
    if offer.reservation_id:
        found.append((_("At stake"), _("The reservation"), _page("governance_riskreservation", offer.reservation_id)))
    if offer.lead_id:
        lead = scopes.visible(Lead.objects.filter(lead_id=offer.lead_id), user).first()
        found.append((_("Lead"), str(lead or offer.lead_id), _page("followups_lead", lead.pk) if lead else ""))
    if offer.buyer_id:
        buyer = scopes.visible(Buyer.objects.filter(buyer_id=offer.buyer_id), user).first()
        found.append((_("Buyer"), str(buyer or offer.buyer_id), _page("buyers_buyer", buyer.pk) if buyer else ""))
    return found


def rests_on(evidence: OfferEvidence) -> RestsOn:
    """Return the estimate, the calculation and the deal that the evidence keeps."""
    calc = Calculation(*(getattr(evidence, name) for name in Calculation._fields))
    lines = sum_shown(calc, evidence.max_arv_multiplier)
    return RestsOn(estimate_shown(evidence.arv_json), lines, deal_shown(evidence.deal_json))


def asked_of(offer: Offer, user: Any) -> Sequence[AskedBuyer]:
    """Return the buyers who were asked about the deal, the last first, in three queries."""
    sent = DealSent.objects.filter(deal_ref=offer.deal_name).order_by("-id")[:ASKED_MAX]
    by_buyer = {one.buyer_id: one for one in reversed(sent)}  # the last that was sent to each
    answers = BuyerFeedbackEvent.objects.filter(deal_ref=offer.deal_name, buyer_id__isnull=False).order_by("-id")
    said = {one.buyer_id: one for one in reversed(answers[:ASKED_MAX])}
    ids = list(dict.fromkeys([*reversed(by_buyer), *reversed(said)]))
    buyers = {one.buyer_id: one for one in scopes.visible(Buyer.objects.filter(buyer_id__in=ids), user)}
    return [_asked(str(one), buyers.get(str(one)), by_buyer.get(one), said.get(one)) for one in ids]


def _asked(buyer_id: str, buyer: Buyer | None, sent: DealSent | None, said: BuyerFeedbackEvent | None) -> AskedBuyer:
    return AskedBuyer(
        str(buyer or buyer_id),
        _page("buyers_buyer", buyer.pk) if buyer else "",
        str(sent.get_channel_display()) if sent else "",
        sent.sent_at if sent else None,
        str(said.get_event_display()) if said else "",
    )


def _page(name: str, row: int) -> str:
    return reverse(f"admin:{name}_change", args=[row])


def _amount(amount: Any) -> str:
    return "" if amount is None else shown_money(amount)


def _time(at: datetime | None) -> str:
    return "" if at is None else shown_time(at)
