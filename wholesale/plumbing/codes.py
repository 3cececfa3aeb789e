"""Codes of places, property types and other words, as a person reads them. Forms, filters and the API keep the codes."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.vocabulary import ALL, Province

# Words that are small within a name, as in Niagara on the Lake.
_SMALL = frozenset({"and", "at", "aux", "de", "des", "du", "en", "et", "la", "le", "les", "of", "on", "sur", "the", "upon"})
# Property types are an open vocabulary: a code that is not here is written as it is spelled.
PROPERTY_TYPES = {
    "SFR": _("Single-family home"),
    "TOWNHOUSE": _("Townhouse"),
    "CONDO": _("Condo"),
    "MF": _("Multi-family building"),
    "MULTI": _("Multi-family building"),
    "DUPLEX": _("Duplex"),
    "TRIPLEX": _("Triplex"),
    "FOURPLEX": _("Fourplex"),
    "LAND": _("Land"),
    "COMMERCIAL": _("Commercial building"),
}


def spelled(market: str) -> str:
    """Return the name of a market as people write it: FORT_ST_JOHN is "Fort St John"."""
    first, *rest = market.lower().split("_")
    return " ".join([first.capitalize(), *(word if word in _SMALL else word.capitalize() for word in rest)])


def place_name(province: str, market: str) -> str:
    """Return a place in words: "Windsor, Ontario". The market ALL is left out: "Ontario"."""
    whole = str(Province(province).label) if province in Province.values else province
    return whole if market in ("", ALL) else f"{spelled(market)}, {whole}"


def provinces_text(codes: Iterable[str]) -> str:
    """Return provinces in words, in the order of their names."""
    return ", ".join(sorted(str(Province(code).label) for code in codes))


def place_text(row: Any) -> str:
    """Return the place of a row in words. Empty if the row has no place."""
    market = row.market or ALL
    if row.province:
        return place_name(row.province, market)
    return "" if market == ALL else spelled(market)


def property_text(code: str) -> str:
    """Return a property type in words: SFR is "Single-family home"."""
    return str(PROPERTY_TYPES.get(code) or capfirst(code.replace("_", " ").lower()))


def house_text(province: str, market: str, property_type: str) -> str:
    """Return a place with a property type in words: "Windsor, Ontario: single-family home"."""
    return titled(place_name(province, market), property_text(property_type).lower())


def referred(row: Any, key: str) -> str:
    """Return the name of whom a row refers to by the column `key`_id, such as a buyer. It is the id if the name was not
    read with the row, by `select_related` or as `key`_called: the reader may not read it, or nobody has the id."""
    known = row._state.fields_cache.get(key) or row.__dict__.get(f"{key}_called")
    return str(known or getattr(row, f"{key}_id") or "")


def titled(what: str, details: str) -> str:
    """Return a title of two parts: what it is about, and what more there is to say."""
    return gettext("%(what)s: %(details)s") % {"what": what, "details": details}
