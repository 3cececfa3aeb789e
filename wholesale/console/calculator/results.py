"""What the calculator shows of its result, as plain values for its template."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from offers.comps import reading
from offers.comps.models import Sale
from offers.deals.around.figures import HOLDING_MONTHS, SELLING_RATE
from offers.deals.shown.estimates import (
    ChangeShown,
    CompShown,
    EstimateShown,
    changes_shown,
    comps_shown,
    day,
    estimate_shown,
    facts_of,
    key_text,
    money,
    name_of,
    stored_of,
)
from offers.deals.shown.sums import DealShown, SumLine, deal_shown, sum_shown
from offers.deals.what_if import WhatIf
from wholesale.console.calculator.asked import CalculatorAsked, texts_of
from wholesale.console.calculator.inputs import MONTHS_MAX, PERCENT, PERCENT_MAX
from wholesale.plumbing.charts import Chart, Cloud, Point, scatter
from wholesale.plumbing.showing import shown_pair, shown_rate

_SMALLEST, _LARGEST = 3.0, 12.0  # radius of a comp in the chart, px, by its weight


@dataclass(frozen=True, slots=True)
class ResultShown:
    """The result: the estimate, its comps, the sum, the deal, and why it cannot be kept.

    `hidden_strikes` and `hidden_additions` are the changes to the comps as texts of hidden fields. `ends` says where the
    sliders end, as JSON.
    """

    said: str
    estimate: EstimateShown | None
    comps: Sequence[CompShown]
    struck: Sequence[ChangeShown]
    added: Sequence[ChangeShown]
    lines: Sequence[SumLine]
    deal: DealShown | None
    refusals: Sequence[str]
    hidden_strikes: Sequence[str]
    hidden_additions: Sequence[str]
    chart: Chart
    ends: str


@dataclass(frozen=True, slots=True)
class SoughtSale:
    """A stored sale that a search found."""

    key: str
    name: str
    what: str


def result_of(asked: CalculatorAsked, found: WhatIf | None) -> ResultShown:
    """Return the result of what was asked; without `found`, only the changes to the comps. Takes one query."""
    valued = found.valued if found else None
    known = stored_of(valued, [*asked.strikes, *asked.additions])
    return ResultShown(
        said=_said(found),
        estimate=estimate_shown(valued),
        comps=comps_shown(valued, known),
        struck=changes_shown(_whole(asked.strikes), known),
        added=changes_shown(_whole(asked.additions), known),
        lines=sum_shown(found.calc, found.policy.max_arv_multiplier) if found and found.calc and found.policy else [],
        deal=deal_shown(found.deal) if found else None,
        refusals=[refusal.shown for refusal in (found.refusals if found else ())],
        hidden_strikes=texts_of(asked.strikes),
        hidden_additions=texts_of(asked.additions),
        chart=_chart(valued, asked, known),
        ends=json.dumps(_ends(found)),
    )


def _whole(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"source": "", **row} for row in rows]


def _said(found: WhatIf | None) -> str:
    """The result in a sentence, which a screen reader says after each change."""
    if found is None or found.calc is None:
        return _("There is no result yet.")
    paid = found.deal["prices"] if found.deal else {}
    values = {"arv": money(found.calc.arv), "mao": money(found.calc.mao), "offer": money(paid.get("seller_price"))}
    return _("ARV %(arv)s, MAO %(mao)s, offer to the seller %(offer)s.") % values


def _ends(found: WhatIf | None) -> dict[str, dict[str, float]]:
    """Where the sliders of amounts end, and where they stand while their fields are empty (CAD)."""
    arv = float(found.calc.arv) if found and found.calc else float(found.valued["arv"]) if found and found.valued else 0.0
    mao = float(found.calc.mao) if found and found.calc else 0.0
    fee = float(found.policy.default_assignment_fee) if found and found.policy else 0.0
    paid = found.deal["prices"] if found and found.deal else {}
    return {
        "repairs": {"end": _rounded(arv * 0.6) or 200_000, "now": 0},
        "offer": {"end": _rounded(mao) or 100_000, "now": float(paid.get("seller_price", 0))},
        "fee": {"end": _rounded(max(4 * fee, 20_000.0)), "now": fee},
        "holding_months": {"end": MONTHS_MAX, "now": HOLDING_MONTHS},
        PERCENT: {"end": PERCENT_MAX, "now": float(SELLING_RATE) * 100},
    }


def _rounded(amount: float) -> int:
    return int(amount // 1_000 + 1) * 1_000 if amount > 0 else 0


# The chart -------------------------------------------------------------------------------------------------------------


def _chart(valued: Mapping[str, Any] | None, asked: CalculatorAsked, known: Mapping[tuple[str, str], Sale]) -> Chart:
    """The comps as they were sold, by area, distance or age, larger by weight; what was struck; the house."""
    is_there = bool(valued and valued.get("arv") is not None)
    used = valued["comps_used"] if valued and is_there else []
    by_hand = {(one.get("source", ""), one["sale_id"]) for one in asked.additions}
    most = max((one["weight"] for one in used), default=1) or 1
    points = {
        is_added: [_point(one, most) for one in used if ((one["source"], one["sale_id"]) in by_hand) is is_added]
        for is_added in (False, True)
    }
    clouds = [
        Cloud(_("Comps"), points[False], "main"),
        Cloud(_("Added"), points[True], "good", "triangle"),
        Cloud(_("Struck"), _struck_points(asked, known), "grey", "crossRot"),
    ]
    if valued and is_there:
        at = {"area": valued["subject"].get("living_area_sqft"), "km": 0.0, "days": 0.0}
        bounds = [
            Point(shown_pair(name, money(valued[key])), at, float(valued[key]), 8)
            for name, key in ((_("Low"), "low"), (_("High"), "high"))
        ]
        arv = [Point(_("ARV: %(arv)s") % {"arv": money(valued["arv"])}, at, float(valued["arv"]), 9)]
        clouds += [Cloud(_("The house"), arv, "red", "rectRot"), Cloud(_("Its interval"), bounds, "red", "line")]
    axes = {"area": _("Living area, sq ft"), "km": _("Distance, km"), "days": _("Age of the sale, days")}
    return scatter(_("Comparable sales"), clouds, axes=axes, height=_("Price, CAD"))


def _point(one: Mapping[str, Any], most: float) -> Point:
    label = _("%(name)s: %(price)s, weight %(weight)s") % {
        "name": one["sale_id"] or "-",
        "price": money(one["price"]),
        "weight": shown_rate(one["weight"], 1),
    }
    at = {"area": one["living_area_sqft"], "km": one["distance_km"], "days": one["age_days"]}
    return Point(label, at, float(one["price"]), _SMALLEST + (_LARGEST - _SMALLEST) * (one["weight"] / most) ** 0.5)


def _struck_points(asked: CalculatorAsked, known: Mapping[tuple[str, str], Sale]) -> list[Point]:
    """The stored sales that were struck, by area."""
    sales = [known.get((one.get("source", ""), one["sale_id"])) for one in asked.strikes if one.get("sale_id")]
    return [
        Point(
            shown_pair(name_of({"sale_id": sale.sale_id}, sale), money(sale.price)),
            {"area": sale.living_area_sqft},
            float(sale.price),
        )
        for sale in sales
        if sale is not None
    ]


# The search ------------------------------------------------------------------------------------------------------------


def sought_of(asked: CalculatorAsked) -> list[SoughtSale]:
    """Return the stored sales that the search finds."""
    params = asked.params
    if not asked.find or params is None:
        return []
    as_of = params["estimate"].as_of or timezone.now().date()
    sales = reading.sought_by_name(asked.find, params["province"], as_of)
    return [
        SoughtSale(
            key_text(sale.source, sale.sale_id),
            name_of({"sale_id": sale.sale_id}, sale),
            ", ".join([money(Decimal(sale.price)), day(sale.sold_on.isoformat()), facts_of(vars(sale))]),
        )
        for sale in sales
    ]
