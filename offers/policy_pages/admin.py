"""The admin pages of offer policies. The form holds the terms; only the page that asks why turns a policy on or off."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from governance.policies_admin import SWITCHED, PlacePolicyAdmin
from offers.policies.models import OfferPolicy
from offers.policy_pages.switching import switch
from offers.policy_pages.what_if_page import entered, what_if_part
from wholesale.plumbing.admin_base import ButtonsByState
from wholesale.plumbing.admin_parts import DANGER, SUCCESS, button
from wholesale.plumbing.admin_questions import of_row
from wholesale.plumbing.vocabulary import Province


@admin.register(OfferPolicy)
class OfferPolicyAdmin(ButtonsByState, PlacePolicyAdmin):
    """The admin page of offer policies: how offers are bounded, and where they are made."""

    settings_title = _("Offer")
    list_display = (  # what an offer refuses besides stands on the page of the policy
        "place",
        "enabled",
        "max_arv_multiplier",
        "default_assignment_fee",
        "default_fees_buffer",
        "compute_on_low",
        "min_liquidity_score",
        "stake",
        "expires_after_days",
        "updated_at",
    )
    change_form_template = "admin/offers/offerpolicy/change_form.html"
    actions = ("enable", "disable")
    actions_detail = ("turn_on", "turn_off")

    # The form: it shows whether offers are made here, and cannot change it -------------------------------------------

    def key_fields(self) -> tuple[str, ...]:
        return (*self.row_key(), "state")

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        return (*super().get_readonly_fields(request, obj), "state")

    @display(description=_("State"), label=SWITCHED)
    def state(self, policy: OfferPolicy) -> str:
        """Whether the policy is on. A new one is off."""
        return str(self.columns["enabled"](policy))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """Show the form, and beside it the what-if."""
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None)
        if context is not None and "adminform" in context:
            policy = context["original"] or OfferPolicy(province=request.GET.get("province", Province.ON))
            is_form = self.has_change_permission(request, policy)
            context.update(entered(policy, is_form=is_form, is_new=context["original"] is None))
        return answer

    def get_urls(self) -> list[Any]:
        """Add the part of the page that says what the policy would answer."""
        part = self.admin_site.admin_view(self.what_if)
        return [
            path("what-if/", part, name="offers_offerpolicy_what_if_new"),
            path("<path:object_id>/what-if/", part, name="offers_offerpolicy_what_if"),
            *super().get_urls(),
        ]

    def what_if(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show what the policy would answer by the values that were sent. Nothing is stored."""
        return what_if_part(request, self, object_id)

    # Switching -------------------------------------------------------------------------------------------------------

    @button(_("Turn on..."), "change", icon="toggle_on", variant=SUCCESS, path="turn-on", when=lambda row: not row.enabled)
    @of_row
    def turn_on(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Turn the policy on, after a page that shows whether all is ready and asks for the reason."""
        return switch(request, self, [row], enabled=True) or _page_of(row)

    @button(_("Turn off..."), "change", icon="toggle_off", variant=DANGER, path="turn-off", when=lambda row: row.enabled)
    @of_row
    def turn_off(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Turn the policy off, after a page that asks for the reason."""
        return switch(request, self, [row], enabled=False) or _page_of(row)

    @action(description=_("Turn on..."), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies on, after a page that asks for the reason."""
        return self._switch_chosen(request, list(queryset), enabled=True)

    @action(description=_("Turn off..."), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies off, after a page that asks for the reason."""
        return self._switch_chosen(request, list(queryset), enabled=False)

    def _switch_chosen(self, request: HttpRequest, chosen: list[OfferPolicy], *, enabled: bool) -> HttpResponse | None:
        hidden = [
            ("action", "enable" if enabled else "disable"),
            *(("_selected_action", str(row.pk)) for row in chosen),
        ]
        return switch(request, self, chosen, enabled=enabled, hidden=hidden)


def _page_of(row: OfferPolicy) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:offers_offerpolicy_change", args=[row.pk]))
