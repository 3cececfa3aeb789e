"""The admin page of offer evidence, to read."""

from django.contrib import admin
from django.template.loader import render_to_string
from unfold.decorators import display

from offers.deals.models import OfferEvidence
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SinceFilter, column, json_text, place_text
from wholesale.plumbing.texts import cad, percent


@admin.register(OfferEvidence)
class OfferEvidenceAdmin(GrowingAdmin):
    """The admin page of offer evidence: offers as they were computed."""

    list_display = ("id", "created_at", "place", "arv_cad", "repairs_cad", "offer", "actor")
    list_filter = (SinceFilter, "province")
    list_select_related = False
    search_fields = ("correlation_id__exact", "market__exact", "actor__exact")
    search_help_text = "Correlation id, market or actor, in full"
    fieldsets = (
        ("Offer", {"fields": ("place", "calculation", "assignment_fee")}),
        ("Why these figures", {"fields": ("policy", "policy_version", "comps", "estimate", "assumptions")}),
        ("What was said of it", {"fields": ("deal", "advice")}),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    place = column("Place", place_text, ordering="province")
    arv_cad = column("ARV", lambda evidence: cad(evidence.arv), ordering="arv")
    repairs_cad = column("Repairs", lambda evidence: cad(evidence.repairs), ordering="repairs")
    offer = column("Recommended offer", lambda evidence: cad(evidence.recommended_offer), ordering="recommended_offer")
    assignment_fee = column("Assignment fee", lambda evidence: cad(evidence.default_assignment_fee))
    comps = column("Comparable sales", lambda evidence: json_text(evidence.comps_json))
    estimate = column("How the ARV was estimated", lambda evidence: json_text(evidence.arv_json))
    deal = column("The deal around it", lambda evidence: json_text(evidence.deal_json))
    advice = column("What to offer first", lambda evidence: json_text(evidence.advice_json))
    assumptions = column("Assumptions", lambda evidence: json_text(evidence.assumptions_json))

    @display(description="Calculation")
    def calculation(self, evidence: OfferEvidence) -> str:
        """The formula of the customer's guide with the figures of this offer, as a table."""
        share = evidence.arv * evidence.max_arv_multiplier
        return render_to_string(
            "admin/offers/calculation.html",
            {
                "lines": [
                    ("After-repair value (ARV)", cad(evidence.arv)),
                    (f"times the policy's multiplier, {percent(evidence.max_arv_multiplier)}", cad(share)),
                    ("less repairs", cad(-evidence.repairs)),
                    ("less the fees buffer", cad(-evidence.fees_buffer)),
                    ("Maximum allowable offer (MAO)", cad(evidence.mao)),
                ],
                "total": ("Recommended offer", cad(evidence.recommended_offer)),
            },
        )
