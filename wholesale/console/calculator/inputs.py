"""The fields of the calculator, as plain values for its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.comps.comps import KINDS
from offers.deals.around.figures import HOLDING_MONTHS, LEGAL, SELLING_RATE, TITLE_INSURANCE
from offers.deals.shown.words import FACTS
from offers.deals.taxes.words import BuyerKind
from offers.policies.models import OfferPolicy
from wholesale.plumbing.showing import shown_money, shown_rate
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import Province

PERCENT = "selling_rate"  # typed in percent, and asked as a fraction
LABELS: dict[str, Words] = {
    "province": gettext_lazy("Province"),
    "market": gettext_lazy("Market"),
    **FACTS,
    "as_of": gettext_lazy("Sales before"),
    "arv": gettext_lazy("Own ARV, CAD"),
    "repairs": gettext_lazy("Repairs, CAD"),
    "offer": gettext_lazy("Offer to the seller, CAD"),
    "fee": gettext_lazy("Wanted assignment fee, CAD"),
    "legal": gettext_lazy("Lawyer or notary, CAD"),
    "title_insurance": gettext_lazy("Title insurance, CAD"),
    "holding_months": gettext_lazy("Months of holding"),
    "holding_per_month": gettext_lazy("Holding a month, CAD"),
    PERCENT: gettext_lazy("Selling, % of the ARV"),
    "repairs_inspected": gettext_lazy("The repairs were inspected"),
    "home_is_new": gettext_lazy("New or substantially renovated"),
    "closing_on": gettext_lazy("Closing"),
    "buyer": gettext_lazy("The buyer"),
    "municipality": gettext_lazy("Municipality"),
    "district": gettext_lazy("Regional district"),
    "units": gettext_lazy("Residences on the land"),
    "assessed_value": gettext_lazy("Assessed value, CAD"),
    "mortgage": gettext_lazy("Buyer's mortgage, CAD"),
}
SUBJECT: tuple[str, ...] = tuple(FACTS)
TERMS = (
    *("offer", "fee", "legal", "title_insurance", "holding_months", "holding_per_month", PERCENT, "repairs_inspected"),
    *("home_is_new", "closing_on", "buyer", "municipality", "district", "units", "assessed_value", "mortgage"),
)
TYPED = ("price", "sold_on", *(name for name in FACTS if name != "postal_code"))  # of a comp that is typed in
_STEPS = {"baths": "0.5", "latitude": "any", "longitude": "any", PERCENT: "0.1"}
_DAYS = ("as_of", "closing_on", "sold_on")
_WORDS = ("market", "property_type", "postal_code", "municipality", "district")
_SLIDE = {"repairs": 500, "offer": 500, "fee": 250, "holding_months": 1, PERCENT: 0.1}  # the step of each slider
MONTHS_MAX, PERCENT_MAX = 24, 15  # where the sliders end that no amount decides


@dataclass(frozen=True, slots=True)
class InputShown:
    """A field of the page. `kind` is that of the input, or `select`. `slide` is the step of its slider, 0 without one."""

    name: str
    label: str
    value: str
    kind: str = "number"
    step: str = "any"
    slide: float = 0
    choices: tuple[tuple[str, Any], ...] = ()
    hint: str = ""
    list_id: str = ""
    least: str = "0"


@dataclass(frozen=True, slots=True)
class InputGroups:
    """The fields of the page by what they are about."""

    house: list[InputShown]
    more_of_house: list[InputShown]
    offer: list[InputShown]
    terms: list[InputShown]
    more_terms: list[InputShown]
    typed: list[InputShown]
    kinds: list[str]


def groups(values: Mapping[str, str], policy: OfferPolicy | None) -> InputGroups:
    """Return the fields with these values. What an empty field stands for is said below it."""
    hints = _hints(policy)

    def shown(*names: str) -> list[InputShown]:
        return [_input(name, values, hints) for name in names]

    return InputGroups(
        house=shown("province", "market", "property_type", "living_area_sqft", "beds", "baths", "year_built", "lot_sqft"),
        more_of_house=shown("latitude", "longitude", "postal_code", "as_of"),
        offer=shown("repairs", "repairs_inspected", "fee", "offer", "arv"),
        terms=shown("legal", "title_insurance", "holding_months", "holding_per_month", PERCENT),
        more_terms=shown(
            "closing_on", "home_is_new", "buyer", "municipality", "district", "units", "assessed_value", "mortgage"
        ),
        typed=[
            InputShown(
                f"typed_{name}",
                {"price": _("Price, CAD"), "sold_on": _("Sold on")}.get(name) or str(LABELS[name]),
                "",
                _kind(name),
                _STEPS.get(name, "any"),
                least="" if name in ("latitude", "longitude") else "0",
            )
            for name in TYPED
        ],
        kinds=sorted(KINDS),
    )


def _hints(policy: OfferPolicy | None) -> dict[str, str]:
    """What an empty field stands for."""
    fee = {"fee": _("The policy's: %(fee)s") % {"fee": shown_money(policy.default_assignment_fee)}} if policy else {}
    assumed = _("Assumed: %(amount)s")
    return {
        **fee,
        "offer": _("What the policy allows, less the fee"),
        "arv": _("Empty: the estimate. It wins over the estimate, and both are kept."),
        "as_of": _("Today"),
        "legal": assumed % {"amount": shown_money(LEGAL)},
        "title_insurance": assumed % {"amount": shown_money(TITLE_INSURANCE)},
        "holding_months": assumed % {"amount": HOLDING_MONTHS},
        "holding_per_month": _("Assumed: 1% of the price"),
        PERCENT: assumed % {"amount": shown_rate(SELLING_RATE)},
        "closing_on": _("Today"),
        "municipality": _("The market"),
        "latitude": _("With both coordinates the nearest sales count."),
    }


def _kind(name: str) -> str:
    if name in _DAYS:
        return "date"
    return "text" if name in _WORDS else "number"


def _input(name: str, values: Mapping[str, str], hints: Mapping[str, str]) -> InputShown:
    given, label, value = _choices(name), str(LABELS[name]), values.get(name, "")
    if given:
        if name == "province" and not value:
            given = (("", _("Choose one")), *given)
        return InputShown(name, label, value, "select", choices=given)
    if name == "repairs_inspected":
        return InputShown(name, label, value, "checkbox")
    return InputShown(
        name,
        label,
        value,
        _kind(name),
        _STEPS.get(name, "any"),
        slide=_SLIDE.get(name, 0),
        hint=hints.get(name, ""),
        list_id="calc_kinds" if name == "property_type" else "",
        least="" if name in ("latitude", "longitude") else "0",
    )


def _choices(name: str) -> tuple[tuple[str, Any], ...]:
    if name == "province":
        return tuple(Province.choices)
    if name == "buyer":
        return tuple(BuyerKind.choices)
    if name == "home_is_new":
        return (("", _("not known")), ("true", _("yes")), ("false", _("no")))
    return ()
