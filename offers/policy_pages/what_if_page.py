"""The what-if on the page of an offer policy: what is entered, and the part that htmx brings. Nothing is stored."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from governance import gate, policies
from offers.policies.models import OfferPolicy
from offers.policies.readiness import PACE_SPAN, provinces_turned_on
from offers.policy_pages.entries import TermsForm, WhatIfForm, begin_with, hidden_terms, house_sliders, term_sliders
from offers.policy_pages.lately import lately, sales_known
from offers.policy_pages.pace import too_many_provinces
from offers.policy_pages.sending import against_sending, pace_warnings
from offers.policy_pages.shown import ShownAnswer, provinces_text, reasons_of, steps_of, verdict
from offers.policy_pages.what_if import TriedHouse, answer_of
from wholesale.plumbing import mark
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.showing import shown_pair
from wholesale.plumbing.vocabulary import ALL, Province


def entered(policy: OfferPolicy, *, is_form: bool, is_new: bool) -> dict[str, Any]:
    """What the page needs to show the sliders, with what was usual lately in the policy's place (three queries)."""
    found = lately(policy.province, policy.market, timezone.now())
    page = "offers_offerpolicy_what_if"
    return {
        "what_if_url": reverse(f"admin:{page}_new") if is_new else reverse(f"admin:{page}", args=[policy.pk]),
        "what_if_form": WhatIfForm(initial=begin_with(found)),
        "house_sliders": list(house_sliders(begin_with(found))),
        "term_sliders": list(term_sliders(policy, is_form=is_form)),
        "hidden_terms": [] if is_form else hidden_terms(policy),
        "is_new": is_new,
        "lately": found,
    }


def what_if_part(request: HttpRequest, model_admin: ModelAdmin, object_id: str | None = None) -> HttpResponse:
    """Show what the policy answers by the values that were sent, beside what it answers by those that are stored."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if object_id is None:
        stored = _in_place(request)
        base = OfferPolicy(province=stored.province if stored else "", market=ALL)
    else:
        stored = model_admin.get_queryset(request).filter(pk=row_id(object_id)).first()
        if stored is None:
            return model_admin._get_obj_does_not_exist_redirect(request, model_admin.opts, object_id)
        base = stored
    terms, what = TermsForm.meant(base, request.POST), WhatIfForm(request.POST)
    context: dict[str, Any] = {"errors": [*_errors_of(terms), *_errors_of(what)]}
    if not context["errors"]:
        context |= compared(terms.instance, stored, what.house(), timezone.now(), per_day=what.cleaned_data["per_day"])
    return TemplateResponse(request, "admin/offers/offerpolicy/what_if.html", context)


def _in_place(request: HttpRequest) -> OfferPolicy | None:
    """The policy that is in force now where the form would make a new one."""
    province, market = request.POST.get("province", ""), request.POST.get("market", "").strip().upper()
    if province not in Province.values:
        return None
    return policies.effective(OfferPolicy, mark.current(), province, market or ALL)


def _errors_of(form: Any) -> list[str]:
    form.is_valid()
    return [shown_pair(form.fields[name].label, error) for name, errors in form.errors.items() for error in errors]


def compared(
    policy: OfferPolicy, stored: OfferPolicy | None, house: TriedHouse, now: datetime, *, per_day: Any
) -> dict[str, Any]:
    """What the policy answers for the house, beside the stored one, and what stands against sending it and its pace."""
    today = now.date()
    meant = ShownAnswer(policy, answer_of(policy, house, today=today))
    before = ShownAnswer(stored, answer_of(stored, house, today=today)) if stored else None
    return {
        "verdict": verdict(meant.answer),
        "is_offer": meant.answer.is_offer,
        "stored_verdict": verdict(before.answer) if before else "",
        "steps": steps_of(meant, before),
        "multipliers": [one.policy.max_arv_multiplier if one else None for one in (meant, before)],
        "reasons": reasons_of(meant, before, house),
        "against": against_sending(policy, meant.answer, now) if policy.province else [],
        "pace": pace_said(policy, meant, per_day, now),
        "stored": stored,
    }


def pace_said(policy: OfferPolicy, judged: ShownAnswer, per_day: Any, now: datetime) -> list[str]:
    """The warnings about the pace: of this many offers a day, and of provinces that were turned on lately."""
    if not policy.province:
        return []
    sales = sales_known(policy.province, policy.market, now)
    said = pace_warnings(policy, judged.answer, per_day, gate.caps_used(now), sales)
    asked = set() if policy.enabled else {policy.province}
    return said + rollout_said(asked, now)


def rollout_said(asked: set[str], now: datetime) -> list[str]:
    """The warning that turning these provinces on would be too fast, if it would."""
    many = too_many_provinces(provinces_turned_on(now - PACE_SPAN), asked)
    return [provinces_text([str(Province(one).label) for one in many])] if many else []
