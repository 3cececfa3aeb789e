"""The form that drafts an offer from its evidence."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from buyers.liquidity.figures import SFR
from offers.bounds import ARV_MAX
from offers.deals.life.models import Offer
from offers.deals.life.states import FINAL
from offers.deals.models import OfferEvidence
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, normalise_word


def _amount(label: Any, **options: Any) -> forms.DecimalField:
    bounds: dict[str, Any] = {"max_value": ARV_MAX, "max_digits": 14, "decimal_places": 2}
    return forms.DecimalField(label=label, widget=UnfoldAdminDecimalFieldWidget, **bounds, **options)


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LABEL_MAX_LENGTH, widget=UnfoldAdminTextInputWidget, **options)


class DraftForm(forms.Form):
    """The form of a draft. Amounts are in CAD."""

    amount = _amount(_("We offer, CAD"), min_value=Decimal("0.01"))
    fee = _amount(_("Assignment fee, CAD"), min_value=0)
    property_type = _text(_("Property"))
    lead_id = _text(_("Lead id"), required=False)
    deal_ref = _text(_("Deal"), required=False, help_text=_("The deal's name towards buyers."))

    def clean_property_type(self) -> str:
        try:
            return normalise_word(self.cleaned_data["property_type"])
        except ValueError as error:
            raise forms.ValidationError(_("Must be 1 to 64 letters, digits, spaces or hyphens.")) from error

    def clean_lead_id(self) -> str | None:
        return self.cleaned_data["lead_id"] or None


def others_of(evidence: OfferEvidence) -> str:
    """Name the offers of the evidence that have not ended; empty without any. Two of one house would be one too many."""
    others = Offer.objects.filter(evidence=evidence).exclude(state__in=FINAL).order_by("pk")
    numbers = ", ".join(str(pk) for pk in others.values_list("pk", flat=True)[:10])
    return (
        gettext("Offers of this evidence that have not ended, by number: %(numbers)s.") % {"numbers": numbers}
        if numbers
        else ""
    )


def draft_of(evidence: OfferEvidence, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the form begins with: the prices of the evidence's deal, else what it recommends; and what the address says."""
    deal: Any = evidence.deal_json or {}
    paid = deal.get("prices", {})
    subject = (evidence.arv_json or {}).get("subject", {})
    price = Decimal(str(paid.get("seller_price") or evidence.recommended_offer))
    return {
        "amount": min(price, evidence.recommended_offer),
        "fee": Decimal(str(paid.get("assignment_fee", evidence.default_assignment_fee))),
        "property_type": asked.get("property_type") or subject.get("property_type") or SFR,
        "lead_id": asked.get("lead_id", ""),
    }
