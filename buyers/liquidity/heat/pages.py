"""The admin's page of the heat table."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from buyers.liquidity.graph.pages import ProvinceForm
from buyers.liquidity.heat.measures import MEANINGS, HeatMeasure, step_of
from buyers.liquidity.heat.reading import LITTLE_KNOWN, Heat, NextMarket, heat
from buyers.liquidity.words import between_text, buyers_url, events_text, market_text, named, rate_text
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.vocabulary import Province


def heat_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the heat table, and where to offer next."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = ProvinceForm(request.GET)
    province = (form.is_valid() and form.cleaned_data["province"]) or ""
    chosen = request.GET.get("measure", "")
    measure = HeatMeasure(chosen) if chosen in HeatMeasure.values else HeatMeasure.CHANCE
    found = heat(measure, province or None, timezone.now())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Liquidity"),
        "form": form,
        "measure": measure,
        "meaning": MEANINGS[measure].words,
        "choices": [
            (one.label, f"?{urlencode({'measure': one.value, 'province': province})}", one is measure) for one in HeatMeasure
        ],
        "heat": found,
        "provinces": _provinces(found, measure),
        "legend": _legend(measure),
        "graph_url": reverse("admin:buyers_buyerliquiditynode_graph", query={"province": province} if province else None),
        "nodes_url": reverse("admin:buyers_buyerliquiditynode_changelist"),
        "prospects": [_prospect(one) for one in found.prospects],
        "little_known": LITTLE_KNOWN,
    }
    return TemplateResponse(request, "admin/buyers/heat.html", context)


class HeatCell(NamedTuple):
    """A cell in words. Without a link it says what is expected of a node of which nothing was heard."""

    value: str
    details: str
    step: int
    url: str = ""
    events: str = ""
    is_faint: bool = False


def _provinces(found: Heat, measure: HeatMeasure) -> list[dict[str, Any]]:
    nodes = reverse("admin:buyers_buyerliquiditynode_changelist")
    return [
        {
            "name": Province(code).label,
            "expected": _expected(found, measure, code, ""),
            "markets": [
                {
                    "name": market_text(market),
                    "cells": [_cell(found.cells.get((code, market, one)), measure, nodes) for one in found.types],
                    "expected": _expected(found, measure, code, market),
                }
                for market in markets
            ],
        }
        for code, markets in found.provinces.items()
    ]


def _cell(value: Mapping[str, Any] | None, measure: HeatMeasure, nodes: str) -> HeatCell | None:
    if value is None:
        return None
    return HeatCell(
        _shown(value["mean"], measure),
        between_text(value) if "low" in value else _buyers(value["buyers"]),
        step_of(value["mean"], measure),
        f"{nodes}{value['id']}/change/",
        events_text(value["events"]),
        value["events"] < LITTLE_KNOWN,
    )


def _expected(found: Heat, measure: HeatMeasure, province: str, market: str) -> HeatCell | None:
    value = found.expected.get((province, market))
    return HeatCell(_shown(value["mean"], measure), between_text(value), step_of(value["mean"], measure)) if value else None


def _buyers(count: int) -> str:
    return ngettext("%(n)s active buyer", "%(n)s active buyers", count) % {"n": shown_number(count)}


def _shown(value: float, measure: HeatMeasure) -> str:
    return shown_number(value, 1) if measure is HeatMeasure.SCORE else shown_rate(value)


def _legend(measure: HeatMeasure) -> list[tuple[int, str]]:
    """Each colour, with the values that it stands for."""
    bounds = [_shown(least, measure) for least in MEANINGS[measure].bounds]
    between = [_("%(low)s to %(high)s") % {"low": low, "high": high} for low, high in pairwise(bounds)]
    return list(enumerate([*between, _("%(least)s or more") % {"least": bounds[-1]}]))


def _prospect(one: NextMarket) -> dict[str, str]:
    shared = ngettext("%(n)s of its buyers is also active at", "%(n)s of its buyers are also active at", one.shared)
    return {
        "name": named(one.node),
        "url": buyers_url(one.node["id"]),
        "events": events_text(one.events),
        "shared": shared % {"n": shown_number(one.shared)},
        "like": named(one.like),
        "like_url": buyers_url(one.like["id"]),
        "chance": rate_text(one.chance),
    }
