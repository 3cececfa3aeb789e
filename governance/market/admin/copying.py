"""Copying the rules of a market policy to other places, each by the verb of policies."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from governance.clocks.markets import known_places
from governance.market.models import MarketPolicy
from governance.policies import upsert
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import ReasonForm
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import ALL, Province

BETWEEN = "/"  # province and market in the value of a choice; no market has it in its name


class CopyForm(ReasonForm):
    """The form that asks to which places a policy's rules are copied, and why."""

    places = forms.MultipleChoiceField(
        label=_("Copy to"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": _("Tick at least one place.")},
    )
    field_order = ("places", "reason")

    def __init__(self, source: MarketPolicy, data: Any) -> None:
        super().__init__(data)
        versions = _versions()
        # A province stands before its markets.
        places = sorted({*known_places(), *versions}, key=lambda place: (place[0], place[1] != ALL, place[1]))
        self.fields["places"].choices = [  # type: ignore[attr-defined]  # of a field with choices
            (BETWEEN.join(place), _choice(*place, versions.get(place)))
            for place in places
            if place != (source.province, source.market)
        ]


def _versions() -> dict[tuple[str, str], int]:
    """The version of each stored policy, by its place."""
    rows = MarketPolicy.objects.values_list("province", "market", "version")
    return {(province, market): version for province, market, version in rows}


def place_name(province: str, market: str) -> str:
    """Return a place in words, such as "Ontario, TORONTO"."""
    named = str(Province(province).label)
    return named if market == ALL else f"{named}, {market}"


def _choice(province: str, market: str, version: int | None) -> str:
    """The label of a place, with the version of its policy if it has one. It is short, for a phone cuts it."""
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
