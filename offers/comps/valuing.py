"""The after-repair value of a subject: which comps it rests on, and the answer that says how."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import exp
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from offers.comps import reading
from offers.comps.arv.adjust import STEPS
from offers.comps.arv.estimate import METHOD, VERSION, Estimate, estimate
from offers.comps.arv.homes import FEATURES, distances
from offers.comps.arv.interval import LEVEL
from offers.comps.comps import ArvSubject, Comp, homes_of, subject_homes
from offers.comps.errors import NoComps
from offers.comps.reading import Way
from wholesale.plumbing.texts import json_number, number_of

_CENT = Decimal("0.01")
FEW_COMPS = 3
WIDE_INTERVAL = Decimal("0.25")  # of the ARV
OLD_COMPS = timedelta(days=365)


class Strike(NamedTuple):
    """A comp that an operator strikes, and why."""

    source: str
    sale_id: str
    reason: str


class Addition(NamedTuple):
    """A comp that an operator adds, and why."""

    comp: Comp
    reason: str


class ArvAsked(NamedTuple):
    """What `estimate_arv` is asked."""

    subject: ArvSubject
    as_of: date | None = None
    comps: Sequence[Comp] | None = None
    strikes: Sequence[Strike] = ()
    additions: Sequence[Addition] = ()


class Flag(NamedTuple):
    """A sale that does not count as the others do, and why."""

    source: str
    sale_id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The comps of an estimate, how they were found, and the sales that were left out."""

    comps: list[Comp]
    way: Way
    flags: list[Flag] = field(default_factory=list)


@verb(ExecutionClass.READ)
def estimate_arv(
    subject: ArvSubject,
    *,
    as_of: date | None = None,
    comps: Sequence[Comp] | None = None,
    strikes: Sequence[Strike] = (),
    additions: Sequence[Addition] = (),
) -> dict[str, Any]:
    """Estimate the after-repair value of a subject on a day (default: today) from sales before it. Nothing is stored.

    The comps are those given, or else selected: the stored sales that have most in common with the subject.

    Raises:
        NoComps: no sale is left to compare with.

    """
    as_of = _day(as_of)
    chosen = _fit_to_use(_chosen(subject, as_of, comps, strikes, additions), as_of)
    if not chosen.comps:
        raise NoComps
    prior = reading.prior_of(subject, as_of)
    located = _located(subject, chosen)
    home = subject_homes(located, as_of)
    homes = homes_of(chosen.comps, located.place, with_types=bool(subject.property_type))
    found = estimate(homes, home, prior[0] if prior else None)
    of_fit = [chosen.comps[row] for row in found.rows]
    used = _used(found, of_fit, located, as_of)
    flags = chosen.flags + [
        Flag(of_fit[at].source, of_fit[at].sale_id, "outlying", "The others contradict its price, so it counts for little.")
        for at in np.flatnonzero(found.outlying)
    ]
    answer = {
        "arv": _money(found.value),
        "low": _money(found.low),
        "high": _money(found.high),
        "level": LEVEL,
        "n": len(of_fit),
        "effective_n": _effective(found.weights),
        "comps_used": used,
        "comps_flagged": [flag._asdict() for flag in flags],
        "market_value": _money(found.market),
        "market_weight": round(max(0.0, 1 - float(found.weights.sum())), 6),
        "method": METHOD,
        "version": VERSION,
        "as_of": as_of.isoformat(),
        "selected_by": chosen.way.value,
        "prior_as_of": prior[1].isoformat() if prior else None,
        "subject": _of_subject(subject),
        "struck": [strike._asdict() for strike in strikes],
        "added": [{**_as_added(one.comp), "reason": one.reason} for one in additions],
    }
    return {**answer, "warnings": _warnings(answer, located)}


def estimated(asked: ArvAsked, *, is_needed: bool) -> dict[str, Any]:
    """The answer of `estimate_arv`. If it is not needed and there is no comp, only what was asked about.

    Raises:
        NoComps: the estimate is needed, and there is no comp.

    """
    try:
        return estimate_arv(**asked._asdict())
    except NoComps:
        if is_needed:
            raise
        return {"arv": None, "subject": _of_subject(asked.subject), "as_of": _day(asked.as_of).isoformat()}


def _day(as_of: date | None) -> date:
    return as_of or timezone.now().date()


def _of_subject(subject: ArvSubject) -> dict[str, Any]:
    return {name: number_of(value) for name, value in subject._asdict().items() if value not in (None, "")}


def _as_added(comp: Comp) -> dict[str, Any]:
    """A comp that an operator added, whole: no other row may hold it."""
    return {**{name: number_of(value) for name, value in comp._asdict().items()}, "sold_on": comp.sold_on.isoformat()}


def _chosen(
    subject: ArvSubject,
    as_of: date,
    comps: Sequence[Comp] | None,
    strikes: Sequence[Strike],
    additions: Sequence[Addition],
) -> Chosen:
    """The given comps, or else candidates; with the additions, and without what was struck."""
    if comps is None:
        found, way = reading.candidates(subject, as_of)
    else:
        found, way = list(comps), Way.GIVEN
    added = [one.comp for one in additions]
    of_operator = {comp.key for comp in added if comp.sale_id}
    found = [*added, *(comp for comp in found if comp.key not in of_operator)]
    kept, flags = [], []
    for comp in found:
        strike = next((one for one in strikes if comp.sale_id == one.sale_id and one.source in ("", comp.source)), None)
        if strike and comp.sale_id:
            flags.append(Flag(*comp.key, "struck", strike.reason))
        else:
            kept.append(comp)
    return Chosen(kept, way, flags)


def _fit_to_use(chosen: Chosen, as_of: date) -> Chosen:
    """The chosen comps without those that no estimate may use, each flagged."""
    kept, flags = [], list(chosen.flags)
    for comp in chosen.comps:
        if comp.sold_on >= as_of:
            flags.append(Flag(*comp.key, "not_before", f"Sold on {comp.sold_on}, not before {as_of}."))
        elif not comp.arms_length:
            flags.append(Flag(*comp.key, "not_arms_length", "It is no market sale."))
        else:
            kept.append(comp)
    return replace(chosen, comps=kept, flags=flags)


def _located(subject: ArvSubject, chosen: Chosen) -> ArvSubject:
    """The subject without its place where a given comp has none: it would count as infinitely far."""
    if chosen.way is Way.GIVEN and any(comp.latitude is None for comp in chosen.comps):
        return subject._replace(latitude=None, longitude=None)
    return subject


def _used(found: Estimate, of_fit: Sequence[Comp], subject: ArvSubject, as_of: date) -> list[dict[str, Any]]:
    """The comps that have a weight, the weightiest first: each with what moves its price to the subject's."""
    at = found.used
    if not len(at):
        return []
    km = distances(found.fit.sales.take(at), found.subject)[:, 0]
    rows = []
    for position, steps, far in zip(at, found.adjustments(at), km, strict=True):
        comp = of_fit[position]
        adjustments, adjusted = _adjustments(comp.price, steps)
        is_placed = subject.place is not None and comp.latitude is not None
        rows.append(
            {
                "sale_id": comp.sale_id,
                "source": comp.source,
                "sold_on": comp.sold_on.isoformat(),
                "price": json_number(comp.price),
                "property_type": comp.property_type,
                **{name: number_of(getattr(comp, name)) for name in FEATURES},
                "distance_km": round(float(far), 3) if is_placed else None,
                "age_days": (as_of - comp.sold_on).days,
                "adjustments": adjustments,
                "adjusted_price": adjusted,
                "weight": round(float(found.weights[position]), 6),
            }
        )
    return rows


def _adjustments(price: Decimal, steps: Sequence[float]) -> tuple[dict[str, int | float], int | float]:
    """What each step adds to the price, in CAD, and the price after all of them: their sum to the cent."""
    adjustments, running = {}, float(price)
    for name, factor in zip(STEPS, steps, strict=True):
        after = round(running * float(factor), 2)
        adjustments[name] = json_number(_cents(after - running))
        running = after
    return adjustments, json_number(_cents(running))


def _warnings(answer: dict[str, Any], subject: ArvSubject) -> list[dict[str, str]]:
    used = answer["comps_used"]
    width = (answer["high"] - answer["low"]) / answer["arv"]
    weightiest = max((row["weight"] for row in used), default=0)
    ages = sorted(row["age_days"] for row in used)
    lacking = [name for name in FEATURES if getattr(subject, name) is None]
    found = {
        "few_comps": (answer["n"] < FEW_COMPS, f"It rests on {answer['n']} sales; {FEW_COMPS} are few."),
        "wide_interval": (width > WIDE_INTERVAL, f"The interval is {width:.0%} of the ARV wide."),
        "one_comp": (len(used) > 1 and weightiest > 0.5, f"One comp has {weightiest:.0%} of the weight."),
        "mostly_market": (answer["market_weight"] > 0.5, "The comps are unlike the subject or far: the market says most."),
        "old_comps": (
            bool(ages) and ages[len(ages) // 2] > OLD_COMPS.days,
            "Half of the comps are more than a year old.",
        ),
        "no_place": (subject.place is None, "The subject or a given comp has no coordinates, so distance does not count."),
        "lacking": (bool(lacking), f"Not known of the subject, and so ignored: {', '.join(lacking)}."),
    }
    return [{"code": code, "detail": detail} for code, (is_so, detail) in found.items() if is_so]


def _effective(weights: np.ndarray) -> float:
    """How many comps of equal weight would be as many as these."""
    total = float(weights.sum())
    return round(total**2 / float((weights**2).sum()), 2) if total else 0.0


def _money(log_price: float) -> int | float:
    return json_number(_cents(exp(log_price)))


def _cents(amount: float) -> Decimal:
    return Decimal(amount).quantize(_CENT, ROUND_HALF_UP)
