"""The page of the calculator, for a lead or for any house. htmx posts its form and takes only the result."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from followups.leads.models import Lead
from offers.deals.models import OfferEvidence
from offers.deals.services import make_offer
from offers.deals.what_if import WhatIf, what_if
from wholesale.console.calculator.asked import CalculatorAsked, of_evidence, of_form, of_lead
from wholesale.console.calculator.inputs import groups
from wholesale.console.calculator.results import result_of, sought_of
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError

NEEDS, SAVES, DRAFTS = "offers.estimate_arv", "offers.compute_offer", "offers.draft_offer"


def calculator_page(request: HttpRequest, model_admin: ModelAdmin, lead: Lead | None = None) -> HttpResponse:
    """Show the calculator, its result after a change, or keep the result as evidence.

    Whoever may estimate an ARV may calculate. Only who may compute offers keeps one.
    """
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    asked = _asked(request, lead)
    if request.method == "POST" or asked.values.get("province"):
        asked.check()
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    if is_part and asked.do == "find":
        return TemplateResponse(request, "console/calculator/found.html", {"asked": asked, "found": sought_of(asked)})
    saved = _saved(request, model_admin, asked, lead) if asked.do == "save" else {}
    found: WhatIf | None = what_if(**asked.offer) if asked.params is not None else None
    context: dict[str, Any] = {
        "asked": asked,
        "result": result_of(asked, found),
        "is_part": is_part,
        "inputs": groups(asked.values, found.policy if found else None),
        "found": sought_of(asked),
        "is_kept_possible": found is not None and not found.is_refused and found.calc is not None,
        "may_save": request.user.has_perm(SAVES),
        "lead": lead,
        **saved,
    }
    if is_part:
        return TemplateResponse(request, "console/calculator/result.html", context)
    context |= {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": lead,
        "title": _("Offer calculator"),
        "name": str(lead) if lead else _("Any house"),
        "address": lead.address if lead else "",
        "lead_link": reverse("admin:followups_lead_change", args=[lead.pk]) if lead else "",
    }
    return TemplateResponse(request, "console/calculator/page.html", context)


def _asked(request: HttpRequest, lead: Lead | None) -> CalculatorAsked:
    """What the form asks, or the evidence that the address names, or the lead."""
    if request.method == "POST":
        return of_form(request.POST)
    kept = row_id(request.GET.get("evidence", ""))
    if kept and request.user.has_perm("offers.view_offerevidence"):
        evidence = scopes.visible(OfferEvidence.objects.filter(pk=kept), request.user).first()
        if evidence is not None:
            return of_evidence(evidence)
    return CalculatorAsked(of_lead(lead))


def _saved(request: HttpRequest, model_admin: ModelAdmin, asked: CalculatorAsked, lead: Lead | None) -> dict[str, Any]:
    """Keep the result as evidence. Return what the page says of it: where it is, and where the offer is drafted."""
    if not request.user.has_perm(SAVES):
        raise PermissionDenied
    if asked.params is None or asked.wrong:
        return {}
    try:
        evidence = make_offer(**asked.params, act=Act.by(request.user))
    except DomainError as refusal:
        return {"not_saved": [detail for detail, _attr in refusal.shown_errors]}
    model_admin.log_addition(request, evidence, "Computed in the calculator.")
    draft = ""
    if request.user.has_perm(DRAFTS) and evidence.recommended_offer:
        about = {"lead_id": lead.lead_id} if lead else {}
        if kind := asked.values.get("property_type"):
            about["property_type"] = kind
        draft = f"{reverse('admin:offers_offerevidence_draft', args=[evidence.pk])}?{urlencode(about)}"
    return {
        "evidence": evidence,
        "evidence_link": reverse("admin:offers_offerevidence_change", args=[evidence.pk]),
        "draft_link": draft,
    }
