"""The admin page of offer evidence, to read."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from offers.deals.models import OfferEvidence
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SinceFilter, column, json_text, place_text
from wholesale.plumbing.showing import shown_money, shown_rate


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
        (_("Why these figures"), {"fields": ("policy", "policy_version", "comps", "estimate", "assumptions")}),
        (_("What was said of it"), {"fields": ("deal", "advice")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    place = column(_("Place"), place_text, ordering="province")
    arv_cad = column(_("ARV"), lambda evidence: shown_money(evidence.arv), ordering="arv")
    repairs_cad = column(_("Repairs"), lambda evidence: shown_money(evidence.repairs), ordering="repairs")
    offer = column(
        _("Recommended offer"), lambda evidence: shown_money(evidence.recommended_offer), ordering="recommended_offer"
    )
    assignment_fee = column(_("Assignment fee"), lambda evidence: shown_money(evidence.default_assignment_fee))
    comps = column(_("Comparable sales"), lambda evidence: json_text(evidence.comps_json))
    estimate = column(_("How the ARV was estimated"), lambda evidence: json_text(evidence.arv_json))
    deal = column(_("The deal around it"), lambda evidence: json_text(evidence.deal_json))
    advice = column(_("What to offer first"), lambda evidence: json_text(evidence.advice_json))
    assumptions = column(_("Assumptions"), lambda evidence: json_text(evidence.assumptions_json))

    @display(description=_("Calculation"))
    def calculation(self, evidence: OfferEvidence) -> str:
        """The formula of the customer's guide with the figures of this offer, as a table."""
        share = evidence.arv * evidence.max_arv_multiplier
        return render_to_string(
            "admin/offers/calculation.html",
            {
                "lines": [
                    (gettext("After-repair value (ARV)"), shown_money(evidence.arv)),
                    (
                        gettext("times the policy's multiplier, %(max_arv_multiplier)s")
                        % {"max_arv_multiplier": shown_rate(evidence.max_arv_multiplier, 2)},
                        shown_money(share),
                    ),
                    (gettext("less repairs"), shown_money(-evidence.repairs)),
                    (gettext("less the fees buffer"), shown_money(-evidence.fees_buffer)),
                    (gettext("Maximum allowable offer (MAO)"), shown_money(evidence.mao)),
                ],
                "total": (gettext("Recommended offer"), shown_money(evidence.recommended_offer)),
            },
        )
