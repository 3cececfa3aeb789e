"""The estimate of an ARV and its comps, as plain values for a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from offers.comps.arv.homes import FEATURES
from offers.comps.models import Sale
from offers.deals.shown import words
from wholesale.plumbing.showing import MISSING, shown_day, shown_money, shown_number, shown_rate

_OF_SALE = ("source", "sale_id", "property_id", "price", "sold_on", "living_area_sqft")
_FIRST, _LAST = 4.0, 96.0  # where the drawing of an interval begins and ends, in percent of its width


@dataclass(frozen=True, slots=True)
class Tick:
    """A comp's adjusted price in the drawing of the interval: where (percent), and how large by its weight."""

    x: str
    size: str


@dataclass(frozen=True, slots=True)
class IntervalDrawn:
    """The drawing of an interval: where it begins, how wide it is, where the ARV and the comps' adjusted prices lie."""

    left: str
    width: str
    middle: str
    ticks: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class EstimateShown:
    """An estimate: amounts and days in words. `drawn` is None where there is no interval."""

    arv: str
    low: str
    high: str
    level: str
    n: int
    effective_n: str
    market_value: str
    market_weight: str
    as_of: str
    found_by: str
    warnings: Sequence[str]
    drawn: IntervalDrawn


@dataclass(frozen=True, slots=True)
class CompShown:
    """A comp on a page. `key` names it: a JSON object with its source and its id there."""

    key: str
    name: str
    sale_id: str
    source: str
    link: str
    sold_on: str
    facts: str
    price: str
    adjusted: str
    distance: str
    age: str
    weight: str
    why: str
    note: str  # that it was added, or that it counts for little, and why
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A comp that somebody struck or added, and why."""

    key: str
    name: str
    what: str
    reason: str


def estimate_shown(valued: Mapping[str, Any] | None) -> EstimateShown | None:
    """Return the estimate of the evidence. None: there is none, or there was no comp."""
    if not valued or valued.get("arv") is None:
        return None
    warnings = words.of_estimates(one for one in valued["warnings"] if one["code"] != "lacking")
    lacking = words.lacking_of(valued["subject"], FEATURES)
    return EstimateShown(
        arv=money(valued["arv"]),
        low=money(valued["low"]),
        high=money(valued["high"]),
        level=shown_rate(valued["level"]),
        n=valued["n"],
        effective_n=shown_number(valued["effective_n"], 1),
        market_value=money(valued["market_value"]),
        market_weight=shown_rate(valued["market_weight"]),
        as_of=day(valued["as_of"]),
        found_by=str(words.FOUND_BY.get(valued["selected_by"], valued["selected_by"])),
        warnings=[*warnings, *filter(None, [lacking])],
        drawn=_drawn(valued),
    )


def _drawn(valued: Mapping[str, Any]) -> IntervalDrawn:
    comps = [(one["adjusted_price"], one["weight"]) for one in valued["comps_used"]]
    amounts = [valued["low"], valued["high"], *(price for price, _weight in comps)]
    least, span = min(amounts), (max(amounts) - min(amounts)) or 1

    def at(amount: float) -> float:
        return _FIRST + (_LAST - _FIRST) * float(amount - least) / float(span)

    most = max((weight for _price, weight in comps), default=1) or 1
    ticks = [Tick(f"{at(price):.2f}", f"{2 + 5 * (weight / most) ** 0.5:.1f}") for price, weight in comps]
    left, right = at(valued["low"]), at(valued["high"])
    return IntervalDrawn(f"{left:.2f}", f"{max(right - left, 0.5):.2f}", f"{at(valued['arv']):.2f}", ticks)


def comps_shown(valued: Mapping[str, Any] | None, known: Mapping[tuple[str, str], Sale]) -> list[CompShown]:
    """Return the comps that have a weight, the weightiest first. `known` are the stored sales (`stored_of`)."""
    if not valued or valued.get("arv") is None:
        return []
    added = {(one["source"], one["sale_id"]): one["reason"] for one in valued["added"]}
    outlying = {(one["source"], one["sale_id"]) for one in valued["comps_flagged"] if one["code"] == "outlying"}
    return [_comp(one, known.get(_key(one)), added.get(_key(one)), _key(one) in outlying) for one in valued["comps_used"]]


def _comp(one: Mapping[str, Any], sale: Sale | None, reason: str | None, is_outlying: bool) -> CompShown:
    notes = [
        _("added: %(reason)s") % {"reason": reason} if reason is not None else "",
        str(words.FLAGS["outlying"]) if is_outlying else "",
    ]
    return CompShown(
        key=key_text(one["source"], one["sale_id"]),
        name=name_of(one, sale),
        sale_id=one["sale_id"],
        source=one["source"],
        link=reverse("admin:offers_sale_change", args=[sale.pk]) if sale else "",
        sold_on=day(one["sold_on"]),
        facts=facts_of(one),
        price=money(one["price"]),
        adjusted=money(one["adjusted_price"]),
        distance=MISSING if one["distance_km"] is None else _("%(km)s km") % {"km": shown_number(one["distance_km"], 1)},
        age=_("%(days)s days") % {"days": shown_number(one["age_days"])},
        weight=shown_rate(one["weight"], 1),
        why=why_of(one["adjustments"]),
        note="; ".join(filter(None, notes)),
        is_added=reason is not None,
    )


def changes_shown(rows: Sequence[Mapping[str, Any]], known: Mapping[tuple[str, str], Sale]) -> list[ChangeShown]:
    """Return the comps that somebody struck or added, with what is known of each."""
    found = []
    for row in rows:
        sale = known.get(_key(row)) or (_only(known, row["sale_id"]) if not row["source"] else None)
        of_sale = {"price": sale.price, "sold_on": sale.sold_on.isoformat()} if sale else row
        what = [money(of_sale["price"]), day(of_sale["sold_on"])] if of_sale.get("price") else []
        found.append(
            ChangeShown(key_text(row["source"], row["sale_id"]), name_of(row, sale), ", ".join(what), row["reason"])
        )
    return found


def _only(known: Mapping[tuple[str, str], Sale], sale_id: str) -> Sale | None:
    found = [sale for (_source, name), sale in known.items() if name == sale_id]
    return found[0] if len(found) == 1 else None


def stored_of(valued: Mapping[str, Any] | None, also: Sequence[Mapping[str, Any]] = ()) -> dict[tuple[str, str], Sale]:
    """Return the stored sales that an estimate names, by source and id, in one query."""
    named = [] if not valued else [row for name in ("comps_used", "struck", "added") for row in valued.get(name, ())]
    ids = {row["sale_id"] for row in (*named, *also)} - {""}
    if not ids:
        return {}
    sales = Sale.objects.filter(sale_id__in=ids).only(*_OF_SALE).order_by()
    return {(sale.source, sale.sale_id): sale for sale in sales}


def key_text(source: str, sale_id: str) -> str:
    """Return the text that names a sale in a form."""
    return json.dumps({"source": source, "sale_id": sale_id})


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["source"], row["sale_id"]


def name_of(row: Mapping[str, Any], sale: Sale | None) -> str:
    """Return the address of a sale as its source wrote it, else its id, else what it is."""
    return (sale.property_id if sale else "") or row["sale_id"] or _("Sale without an id")


def facts_of(row: Mapping[str, Any]) -> str:
    """Return what is known of a house in a line."""
    found = (
        row.get("property_type") or "",
        _amount_of(_("%(area)s sq ft"), "area", row.get("living_area_sqft")),
        _amount_of(_("lot %(lot)s sq ft"), "lot", row.get("lot_sqft")),
        _amount_of(_("%(beds)s bed"), "beds", row.get("beds")),
        _amount_of(_("%(baths)s bath"), "baths", row.get("baths"), 1),
        _("built %(year)s") % {"year": row["year_built"]} if row.get("year_built") else "",
    )
    return ", ".join(filter(None, found))


def _amount_of(text: str, name: str, value: Any, digits: int = 0) -> str:
    return "" if value is None else text % {name: shown_number(value, digits)}


def why_of(adjustments: Mapping[str, float]) -> str:
    """Return what each difference adds to a comp's price, in a line. What adds nothing is left out."""
    found = []
    for name, amount in adjustments.items():
        whole = round(amount)
        if whole:
            sign = "+" if whole > 0 else ""
            found.append(f"{words.STEPS.get(name, name)} {sign}{shown_money(Decimal(whole))}")
    return ", ".join(found) or _("nothing to adjust")


def money(amount: float | Decimal | None) -> str:
    """Return an amount of stored JSON (CAD) in words, in whole dollars from 1,000 on."""
    if amount is None:
        return MISSING
    exact = Decimal(str(amount))
    return shown_money(exact.quantize(Decimal(1)) if abs(exact) >= 1_000 else exact)


def day(text: str | None) -> str:
    """Return a day of stored JSON in words."""
    return MISSING if not text else shown_day(date.fromisoformat(text))
