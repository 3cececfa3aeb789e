"""The admin page of offer policies, with a page to switch several."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
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
            self.fields["several"].label = gettext("I mean to turn on %(provinces)s provinces at once") % {
                "provinces": provinces
            }
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
        self.add_error(
            None, gettext("Nothing was changed: somebody changed these policies meanwhile. Look at the rows again.")
        )


@admin.register(OfferPolicy)
class OfferPolicyAdmin(PlacePolicyAdmin):
    """The admin page of offer policies: how offers are bounded, and where they are made."""

    settings_title = _("Offer")
    actions = ("enable", "disable")

    @action(description=_("Enable..."), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies on, after a page that asks for the reason."""
        return self._switch(request, queryset, enabled=True)

    @action(description=_("Disable..."), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[OfferPolicy]) -> HttpResponse | None:
        """Turn the chosen policies off, after a page that asks for the reason."""
        return self._switch(request, queryset, enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[OfferPolicy], *, enabled: bool) -> HttpResponse | None:
        state = gettext("on") if enabled else gettext("off")
        chosen = list(queryset)
        rows = [row for row in chosen if row.enabled is not enabled]
        if not rows:
            messages.info(request, gettext("Nothing to do: what you chose is %(state)s already.") % {"state": state})
            return None
        provinces = sorted({row.get_province_display() for row in rows}) if enabled else []
        form = SwitchForm(request.POST if "seen" in request.POST else None, rows=rows, provinces=len(provinces))
        if form.is_valid():
            try:
                self._act(request, rows, enabled=enabled, reason=form.cleaned_data["reason"])
            except VersionConflict:
                form.refuse_stale()
            else:
                messages.success(
                    request,
                    gettext("Turned %(state)s: %(rows)s.") % {"state": state, "rows": ", ".join(map(self.place, rows))},
                )
                return None
        shown = self.columns
        return confirmation(
            request,
            self,
            title=gettext("%(act)s offer policies") % {"act": gettext("Enable") if enabled else gettext("Disable")},
            form=form,
            explanation=self._explanation(len(rows), len(chosen) - len(rows), state, enabled=enabled),
            warning=self._warning(provinces),
            table={
                "headers": [
                    gettext("Place"),
                    gettext("Now"),
                    gettext("Then"),
                    gettext("Max ARV multiplier"),
                    gettext("Fees buffer"),
                ],
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
            button=gettext("Turn %(state)s") % {"state": state},
            danger=not enabled,
        )

    @staticmethod
    def _explanation(count: int, left_alone: int, state: str, *, enabled: bool) -> str:
        policies = ngettext("%(count)s policy", "%(count)s policies", count) % {"count": count}
        also = (
            gettext(" %(left_alone)s more of what you chose is %(state)s already and stays as it is.")
            % {"left_alone": left_alone, "state": state}
            if left_alone
            else ""
        )
        effect = (
            gettext("Offers are computed there from then on.")
            if enabled
            else gettext("No offer is computed there any more.")
        )
        return gettext("This turns %(policies)s %(state)s. %(effect)s%(also)s") % {
            "policies": policies,
            "state": state,
            "effect": effect,
            "also": also,
        }

    @staticmethod
    def _warning(provinces: list[str]) -> str:
        """A warning if several provinces are turned on at once. The customer's guide wants one at a time, never all 13."""
        if len(provinces) < 2:
            return ""
        return gettext(
            "This turns on %(count)s provinces at once: %(provinces)s. Enable one, watch its first "
            "offers, and add the next once the flow is proven. Never all 13 at once."
        ) % {"count": len(provinces), "provinces": ", ".join(provinces)}

    @transaction.atomic
    def _act(self, request: HttpRequest, rows: list[OfferPolicy], *, enabled: bool, reason: str) -> None:
        for row in rows:
            act = Act.by(request.user, reason=reason)
            place = {"province": row.province, "market": row.market}
            stored = upsert(OfferPolicy, **place, enabled=enabled, act=act, expected_version=row.version)
            self.log_change(request, stored, f"Turned {'on' if enabled else 'off'}.")
