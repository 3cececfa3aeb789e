"""Turning offer policies on and off: the page that asks why, with what the operator should see before."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldBooleanWidget

from governance.policies import upsert
from offers.policies.models import OfferPolicy
from offers.policy_pages.ready import ready_for, ready_html
from offers.policy_pages.what_if_page import rollout_said
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_questions import ReasonForm, confirmation, restate
from wholesale.plumbing.codes import place_text
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
            self.fields["several"].label = _("I mean to turn on %(provinces)s provinces at once") % {"provinces": provinces}
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
        self.add_error(None, _("Nothing was changed: somebody changed these policies meanwhile. Look at the rows again."))


def switch(
    request: HttpRequest,
    model_admin: Any,
    chosen: Sequence[OfferPolicy],
    *,
    enabled: bool,
    hidden: Sequence[tuple[str, str]] = (),
) -> HttpResponse | None:
    """Ask why the chosen policies are turned on or off, then do it. Return None once nothing is left to ask.

    `hidden` is posted with the form to the same address.
    """
    rows = [row for row in chosen if row.enabled is not enabled]
    if not rows:
        messages.info(
            request,
            _("Nothing to do: what you chose is on already.")
            if enabled
            else _("Nothing to do: what you chose is off already."),
        )
        return None
    provinces = sorted({row.get_province_display() for row in rows}) if enabled else []
    form = SwitchForm(request.POST if "seen" in request.POST else None, rows=rows, provinces=len(provinces))
    if form.is_valid():
        try:
            _act(request, rows, model_admin.log_change, enabled=enabled, reason=form.cleaned_data["reason"])
        except VersionConflict:
            form.refuse_stale()
        else:
            places = ", ".join(map(place_text, rows))
            messages.success(
                request, (_("Turned on: %(rows)s.") if enabled else _("Turned off: %(rows)s.")) % {"rows": places}
            )
            return None
    shown = model_admin.columns
    return confirmation(
        request,
        model_admin,
        title=_("Turn offer policies on") if enabled else _("Turn offer policies off"),
        form=form,
        explanation=_explanation(len(rows), len(chosen) - len(rows), enabled=enabled),
        warning=_warning(rows, provinces),
        table={
            "headers": [_("Place"), _("Now"), _("Then"), _("Max ARV multiplier"), _("Fees buffer")],
            "rows": [
                [place_text(row), shown["enabled"](row), _("On") if enabled else _("Off")]
                + [shown[name](row) for name in ("max_arv_multiplier", "default_fees_buffer")]
                for row in rows
            ],
        },
        details=ready_html([ready_for(row, timezone.now()) for row in rows]) if enabled else "",
        hidden=hidden,
        button=_("Turn on") if enabled else _("Turn off"),
        danger=not enabled,
    )


def _explanation(count: int, left_alone: int, *, enabled: bool) -> str:
    """What the switch does to so many policies, and that the others are as they are to be."""
    if enabled:
        does = ngettext("This turns on %(count)s policy.", "This turns on %(count)s policies.", count)
        effect = _("Offers are computed there from then on.")
        others = ngettext(
            "%(count)s more of what you chose is on already.", "%(count)s more of what you chose are on already.", left_alone
        )
    else:
        does = ngettext("This turns off %(count)s policy.", "This turns off %(count)s policies.", count)
        effect = _("No offer is computed there any more.")
        others = ngettext(
            "%(count)s more of what you chose is off already.",
            "%(count)s more of what you chose are off already.",
            left_alone,
        )
    said = [does % {"count": count}, effect, *([others % {"count": left_alone}] if left_alone else [])]
    return " ".join(said)


def _warning(rows: Sequence[OfferPolicy], provinces: Sequence[str]) -> str:
    """A warning if several provinces are turned on at once, or more within a week than the customer's guide wants."""
    if len(provinces) > 1:
        return _(
            "This turns on %(count)s provinces at once: %(provinces)s. Enable one, watch its first "
            "offers, and add the next once the flow is proven. Never all 13 at once."
        ) % {"count": len(provinces), "provinces": ", ".join(provinces)}
    return " ".join(rollout_said({row.province for row in rows}, timezone.now())) if provinces else ""


@transaction.atomic
def _act(request: HttpRequest, rows: Sequence[OfferPolicy], log: Callable[..., Any], *, enabled: bool, reason: str) -> None:
    for row in rows:
        act = Act.by(request.user, reason=reason)
        place = {"province": row.province, "market": row.market}
        stored = upsert(OfferPolicy, **place, enabled=enabled, act=act, expected_version=row.version)
        log(request, stored, f"Turned {'on' if enabled else 'off'}.")
