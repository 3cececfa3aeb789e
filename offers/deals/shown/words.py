"""The words for what estimates and deals say by codes. What the evidence keeps is in English; a page says it by the code."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offers.comps.reading import Way
from offers.deals.law.words import Topic
from wholesale.plumbing.texts import Words

FACTS: dict[str, Words] = {
    "property_type": _("Type"),
    "living_area_sqft": _("Living area, sq ft"),
    "lot_sqft": _("Lot, sq ft"),
    "beds": _("Bedrooms"),
    "baths": _("Bathrooms"),
    "year_built": _("Built in"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "postal_code": _("Postal code"),
}
# By which the price of a comp is moved to the subject's.
STEPS: dict[str, Words] = {
    "time": _("time since"),
    "living_area_sqft": _("living area"),
    "lot_sqft": _("lot"),
    "beds": _("bedrooms"),
    "baths": _("bathrooms"),
    "year_built": _("age of the house"),
    "property_type": _("type"),
}
FOUND_BY: dict[str, Words] = {
    Way.PLACE: _("the sales nearest to the house"),
    Way.POSTAL_AREA: _("the newest sales of its postal area"),
    Way.MARKET: _("the newest sales of its market"),
    Way.PROVINCE: _("the newest sales of its province"),
    Way.GIVEN: _("the sales that were given"),
}
FLAGS: dict[str, Words] = {
    "struck": _("struck"),
    "not_before": _("sold on or after the day of the estimate"),
    "not_arms_length": _("no market sale"),
    "outlying": _("contradicted by the others, so it counts for little"),
}
_OF_ESTIMATES: dict[str, Words] = {
    "few_comps": _("It rests on few sales."),
    "wide_interval": _("The interval is wide: more than 25% of the ARV."),
    "one_comp": _("One comp has more than half of the weight."),
    "mostly_market": _("The comps are unlike the house or far: the market as a whole says most."),
    "old_comps": _("Half of the comps are more than a year old."),
    "no_place": _("The house or a given comp has no coordinates, so distance does not count."),
    "lacking": _("Not everything is known of the house. What is not known is ignored."),
}
_OF_DEALS: dict[str, Words] = {
    "few_comps": _("The ARV rests on fewer than three comps, or on none that are known."),
    "wide_interval": _("The interval of the ARV is wider than 25% of it, or not known."),
    "uninspected_repairs": _("The repairs are above 15% of the ARV, and not inspected."),
    "above_low": _("The buyer's price is above what the lower bound of the ARV allows, or no lower bound is known."),
    "above_mao": _("The buyer's price is above what the policy allows."),
    "no_room_for_fee": _("What the policy allows does not cover the assignment fee."),
    "loss": _("The buyer loses money."),
    "unknown_costs": _("Not all costs are known, so the profit is at most what is shown."),
    "unofficial_tax": _("The land transfer tax is not, or not all, from an official text."),
}
COSTS: dict[str, Words] = {
    "price": _("The buyer's price"),
    "transfer_tax": _("Land transfer tax"),
    "sales_tax_on_fee": _("Sales tax on the fee"),
    "legal": _("Lawyer or notary"),
    "title_insurance": _("Title insurance"),
    "repairs": _("Repairs"),
    "holding": _("Holding until it is sold"),
    "selling": _("Selling"),
}
LAW: dict[str, Words] = {one.value.lower(): one.label for one in (Topic.LICENCE, Topic.ASSIGNMENT, Topic.BUYER)}


def of_estimates(warnings: Any) -> list[str]:
    """Say the warnings of an estimate."""
    return _said(warnings, _OF_ESTIMATES)


def of_deals(warnings: Any) -> list[str]:
    """Say the warnings of a deal."""
    return _said(warnings, _OF_DEALS)


def _said(warnings: Any, words: dict[str, Words]) -> list[str]:
    return [str(words.get(one["code"], one["detail"])) for one in warnings]


def lacking_of(subject: dict[str, Any], names: tuple[str, ...]) -> str:
    """Name what is not known of the subject, empty if all is."""
    names_of = [str(FACTS[name]) for name in names if subject.get(name) in (None, "")]
    return gettext("Not known of the house: %(facts)s.") % {"facts": ", ".join(names_of)} if names_of else ""
