"""The admin page of offer evidence, to read and to draft an offer from."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from offers.deals.drafting import DraftForm, draft_of, others_of
from offers.deals.life.services import draft_offer
from offers.deals.math import Calculation
from offers.deals.models import OfferEvidence
from offers.deals.shown.estimates import changes_shown, comps_shown, estimate_shown, stored_of
from offers.deals.shown.sums import deal_shown, sum_shown
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SinceFilter, allowed, button, column
from wholesale.plumbing.admin_questions import act_with_form, of_row
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.spoken import told


@admin.register(OfferEvidence)
class OfferEvidenceAdmin(GrowingAdmin):
    """The admin page of offer evidence: offers as they were computed."""

    list_display = ("id", "created_at", "place", "arv_cad", "repairs_cad", "offer", "actor")
    list_filter = (SinceFilter, "province")
    list_select_related = False
    search_fields = ("correlation_id__exact", "market__exact", "actor__exact")
    search_help_text = _("Correlation id, market or actor, in full")
    fieldsets = (
        (_("Offer"), {"fields": ("place", "calculation", "assignment_fee")}),
        (_("How the ARV was estimated"), {"fields": ("estimate",)}),
        (_("The deal around it"), {"fields": ("deal",)}),
        (_("Why these figures"), {"fields": ("policy", "policy_version", "comps", "assumptions", "advice")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    actions_detail = ("draft", "calculate_again")

    place = column(_("Place"), place_text, ordering="province")
    arv_cad = column(_("ARV"), lambda evidence: shown_money(evidence.arv), ordering="arv")
    repairs_cad = column(_("Repairs"), lambda evidence: shown_money(evidence.repairs), ordering="repairs")
    offer = column(
        _("Recommended offer"), lambda evidence: shown_money(evidence.recommended_offer), ordering="recommended_offer"
    )
    assignment_fee = column(_("Assignment fee"), lambda evidence: shown_money(evidence.default_assignment_fee))
    comps = column(_("Comparable sales that were given"), lambda evidence: told(evidence.comps_json))
    advice = column(_("What to offer first"), lambda evidence: told(evidence.advice_json))
    assumptions = column(_("Assumptions"), lambda evidence: told(evidence.assumptions_json))

    has_draft_permission = allowed("offers.draft_offer")
    has_calculate_permission = allowed("offers.estimate_arv")

    class Media:
        css = {"all": ("wholesale/record.css", "wholesale/calculator.css")}

    @display(description=_("Calculation"))
    def calculation(self, evidence: OfferEvidence) -> str:
        """The formula of the customer's guide with the figures of this offer, as a table."""
        lines = sum_shown(
            Calculation(*(getattr(evidence, name) for name in Calculation._fields)), evidence.max_arv_multiplier
        )
        return render_to_string("admin/offers/calculation.html", {"lines": lines})

    @display(description=_("Estimate"))
    def estimate(self, evidence: OfferEvidence) -> str:
        """The estimate, its comps, and what was struck and added, by whom and why."""
        kept: Any = evidence.arv_json
        shown = estimate_shown(kept)
        if shown is None:
            return gettext("none given")
        known = stored_of(kept)
        changes = [
            (gettext("Struck"), changes_shown(kept["struck"], known)),
            (gettext("Added by hand"), changes_shown(kept["added"], known)),
        ]
        context = {"estimate": shown, "comps": comps_shown(kept, known), "changes": changes, "actor": evidence.actor}
        return render_to_string("admin/offers/estimate.html", context)

    @display(description=_("Deal"))
    def deal(self, evidence: OfferEvidence) -> str:
        """The deal around the offer, as sums."""
        shown = deal_shown(evidence.deal_json)
        return render_to_string("admin/offers/deal.html", {"deal": shown}) if shown else gettext("none given")

    @button(_("Draft an offer..."), "draft", icon="draft", path="draft", when=lambda evidence: evidence.recommended_offer)
    @of_row
    def draft(self, request: HttpRequest, evidence: Any) -> HttpResponse:
        """Draft an offer from the evidence, after a page that asks for its price and its lead, then show the offer."""
        drafted: list[int] = []

        def act(**given: Any) -> str:
            offer = draft_offer(evidence_id=evidence.pk, **given, act=Act.by(request.user))
            drafted.append(offer.pk)
            self.log_change(request, evidence, f"Drafted offer {offer.pk}.")
            return gettext("The offer is drafted. It is not sent yet.")

        form = DraftForm(request.POST if request.method == "POST" else None, initial=draft_of(evidence, request.GET))
        answer = act_with_form(
            request,
            self,
            form,
            act,
            then=reverse("admin:offers_offerevidence_change", args=[evidence.pk]),
            title=gettext("Draft an offer from evidence %(id)s") % {"id": evidence.pk},
            explanation=gettext("At most %(amount)s, what the evidence recommends. The draft is not sent yet.")
            % {"amount": shown_money(evidence.recommended_offer)},
            warning=others_of(evidence),
            button=gettext("Draft it"),
        )
        return HttpResponseRedirect(reverse("admin:offers_offer_change", args=[drafted[0]])) if drafted else answer

    @button(_("Open in the calculator"), "calculate", icon="calculate", path="calculator")
    @of_row
    def calculate_again(self, request: HttpRequest, evidence: Any) -> HttpResponse:
        """Go to the calculator with what this evidence was asked, to change it and keep it as another."""
        return HttpResponseRedirect(f"{reverse('admin:offers_offer_calculator')}?evidence={evidence.pk}")
