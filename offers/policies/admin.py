"""The admin page of offer policies, with a page to switch several."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldBooleanWidget

from governance.policies import upsert
from governance.policies_admin import PlacePolicyAdmin
from offers.policies.models import OfferPolicy
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import ReasonForm, confirmation, restate
from wholesale.plumbing.errors import VersionConflict


class SwitchForm(ReasonForm):
    """The form that switches offer policies: the reason, a box to confirm several provinces, the versions shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    several = forms.BooleanField(widget=UnfoldBooleanWidget)

    def __init__(self, data: Any, *, rows: Sequence[OfferPolicy], provinces: int) -> None:
        super().__init__(data)
        self.versions = ",".join(f"{row.pk}:{row.version}" for row in rows)
        self.initial["seen"] = self.versions
        if provinces > 1:
            self.fields["several"].label = f"I mean to turn on {provinces} provinces at once"
        else:
            del self.fields["several"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("seen") != self.versions:
            self.refuse_stale()
        return cleaned

    def refuse_stale(self) -> None:
        """Add the error that somebody changed a policy after the page was shown, so nothing is switched."""
        restate(self, "seen", self.versions)
        self.add_error(None, "Nothing was changed: somebody changed these policies meanwhile. Look at the rows again.")


@admin.register(OfferPolicy)
class OfferPolicyAdmin(PlacePolicyAdmin):
    """The admin page of offer policies: how offers are bounded, and where they are made."""

    settings_title = "Offer"
    actions = ("enable", "disable")

    @action(description="Enable...", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies on, after a page that asks for the reason."""
        return self._switch(request, queryset, enabled=True)

    @action(description="Disable...", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies off, after a page that asks for the reason."""
        return self._switch(request, queryset, enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[OfferPolicy], *, enabled: bool) -> HttpResponse | None:
        state = "on" if enabled else "off"
        chosen = list(queryset)
        rows = [row for row in chosen if row.enabled is not enabled]
        if not rows:
            messages.info(request, f"Nothing to do: what you chose is {state} already.")
            return None
        provinces = sorted({row.get_province_display() for row in rows}) if enabled else []
        form = SwitchForm(request.POST if "seen" in request.POST else None, rows=rows, provinces=len(provinces))
        if form.is_valid():
            try:
                self._act(request, rows, enabled=enabled, reason=form.cleaned_data["reason"])
            except VersionConflict:
                form.refuse_stale()
            else:
                messages.success(request, f"Turned {state}: {', '.join(map(self.place, rows))}.")
                return None
        shown = self.columns
        return confirmation(
            request,
            self,
            title=f"{'Enable' if enabled else 'Disable'} offer policies",
            form=form,
            explanation=self._explanation(len(rows), len(chosen) - len(rows), state),
            warning=self._warning(provinces),
            table={
                "headers": ["Place", "Now", "Then", "Max ARV multiplier", "Fees buffer"],
                "rows": [
                    [self.place(row), shown["enabled"](row), state.capitalize()]
                    + [shown[name](row) for name in ("max_arv_multiplier", "default_fees_buffer")]
                    for row in rows
                ],
            },
            hidden=[
                ("action", "enable" if enabled else "disable"),
                *(("_selected_action", str(row.pk)) for row in chosen),
            ],
            button=f"Turn {state}",
            danger=not enabled,
        )

    @staticmethod
    def _explanation(count: int, left_alone: int, state: str) -> str:
        policies = "1 policy" if count == 1 else f"{count} policies"
        also = f" {left_alone} more of what you chose is {state} already and stays as it is." if left_alone else ""
        effect = "Offers are computed there from then on." if state == "on" else "No offer is computed there any more."
        return f"This turns {policies} {state}. {effect}{also}"

    @staticmethod
    def _warning(provinces: list[str]) -> str:
        """A warning if several provinces are turned on at once. The customer's guide wants one at a time, never all 13."""
        if len(provinces) < 2:
            return ""
        return (
            f"This turns on {len(provinces)} provinces at once: {', '.join(provinces)}. Enable one, watch its first offers, "
            "and add the next once the flow is proven. Never all 13 at once."
        )

    @transaction.atomic
    def _act(self, request: HttpRequest, rows: list[OfferPolicy], *, enabled: bool, reason: str) -> None:
        for row in rows:
            act = Act.by(request.user, reason=reason)
            place = {"province": row.province, "market": row.market}
            stored = upsert(OfferPolicy, **place, enabled=enabled, act=act, expected_version=row.version)
            self.log_change(request, stored, f"Turned {'on' if enabled else 'off'}.")
