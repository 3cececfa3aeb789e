"""Copying the rules of a market policy to other places, each by the verb of policies."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.forms.widgets import Script
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from governance.clocks.markets import known_places
from governance.market.models import MarketPolicy
from governance.policies import upsert
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_questions import ReasonForm
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import ALL, Province

BETWEEN = "/"  # province and market in the value of a choice; no market has it in its name


class PlacesWidget(forms.CheckboxSelectMultiple):
    """Boxes of places under their provinces, which open and close."""

    template_name = "admin/governance/marketpolicy/places.html"
    input_type = "places"  # Unfold shows a widget of the type "checkbox" as a single box with its name beside it

    class Media:
        js = (Script("wholesale/places.js", defer=True),)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        context["widget"]["opened"] = [name for name, boxes, _index in groups if any(box["selected"] for box in boxes)]
        return context


class CopyForm(ReasonForm):
    """The form that asks to which places a policy's rules are copied, and why."""

    places = forms.MultipleChoiceField(
        label=_("Copy to"),
        widget=PlacesWidget,
        error_messages={"required": _("Tick at least one place.")},
    )
    field_order = ("places", "reason")

    def __init__(self, source: MarketPolicy, data: Any) -> None:
        super().__init__(data)
        versions = _versions()
        # A province stands before its markets.
        places = sorted({*known_places(), *versions}, key=lambda place: (place[0], place[1] != ALL, place[1]))
        self.fields["places"].choices = [  # type: ignore[attr-defined]  # of a field with choices
            (
                Province(province).label,
                [
                    (BETWEEN.join(place), _choice(*place, versions.get(place)))
                    for place in its_places
                    if place != (source.province, source.market)
                ],
            )
            for province, its_places in groupby(places, key=lambda place: place[0])
        ]


def _versions() -> dict[tuple[str, str], int]:
    """The version of each stored policy, by its place."""
    rows = MarketPolicy.objects.values_list("province", "market", "version")
    return {(province, market): version for province, market, version in rows}


def _choice(province: str, market: str, version: int | None) -> str:
    """The label of a place, with the version of its policy if it has one."""
    name = place_name(province, market)
    return gettext("%(place)s (version %(version)s)") % {"place": name, "version": version} if version else name


def copying(request: HttpRequest, source: MarketPolicy, log: Callable[[HttpRequest, Model, Any], Any]) -> Callable[..., str]:
    """Return the act that copies the source's rules to the given places, shows each result, and writes it to the log.

    A policy that exists keeps its switch. A new one is switched as the source.
    """

    def act(*, places: list[str], reason: str) -> str:
        versions = _versions()
        done = 0
        for place in places:
            province, market = place.split(BETWEEN)
            switch = {} if (province, market) in versions else {"enabled": source.enabled}
            name = {"place": place_name(province, market)}
            try:
                copied = upsert(
                    MarketPolicy,
                    act=Act.by(request.user, reason=reason),
                    province=province,
                    market=market,
                    rules=source.rules,
                    **switch,
                )
            except DomainError as refusal:
                messages.error(request, gettext("%(place)s: %(why)s") % {**name, "why": refusal.shown})
            else:
                done += 1
                log(request, copied, f"Copied from {source}.")
                said = (
                    gettext("%(place)s: version %(version)s, switched on")
                    if copied.enabled
                    else gettext("%(place)s: version %(version)s, switched off")
                )
                messages.success(request, said % {**name, "version": copied.version})
        return ngettext("Copied to %(count)s place.", "Copied to %(count)s places.", done) % {"count": done}

    return act
