"""JSON and codes as a person reads them: names and values in the words of the active language.

An app teaches the words of its names and codes when it is ready. What nobody taught is shown as it was given, a name without
its underscores. Answers of the API and stored texts do not come through here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.template.loader import render_to_string
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.showing import MISSING, shown_day, shown_number, shown_time
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import Province

_NAMES: dict[str, Words] = {
    "actor": _("Actor"),
    "amount": _("Amount"),
    "args": _("Values"),
    "kwargs": _("Named values"),
    "channel": _("Channel"),
    "code": _("Code"),
    "detail": _("Detail"),
    "from": _("From"),
    "to": _("To"),
    "id": _("Number"),
    "kind": _("Kind"),
    "market": _("Market"),
    "owner": _("Owner"),
    "place": _("Place"),
    "price": _("Price"),
    "property_type": _("Property type"),
    "province": _("Province"),
    "reason": _("Reason"),
    "reasons": _("Reasons"),
    "source": _("Source"),
    "state": _("State"),
    "version": _("Version"),
}
_CODES: dict[str, dict[str, Words]] = {"province": dict(Province.choices)}
_PLAIN = 10_000  # a whole number below it has no separators: it may be a year
_DECIMALS = 4
_LIKE = 2  # so many objects with a name in common are a table


def teach(names: Mapping[str, Words] | None = None, **codes: Iterable[tuple[str, Words]]) -> None:
    """Teach what names are called, and what the codes under a name mean, such as `channel=Channel.choices`.

    Names that several apps use for codes of their own, such as `state`, may be taught by each of them.
    """
    _NAMES.update(names or {})
    for name, choices in codes.items():
        _CODES.setdefault(name, {}).update(choices)


def name_words(name: str) -> str:
    """Return what a name is called: its taught words, else the name without underscores, such as `Lot size` of lot_size."""
    words = _NAMES.get(name)
    if words is None:
        text = name.replace("_", " ").strip()
        return text[:1].upper() + text[1:]
    return str(words)


def code_words(code: str, under: str) -> str:
    """Return what a code means under a name (`domain`, `metric`, `channel`): its taught words, else the code in small
    letters and without underscores."""
    words = _CODES.get(under, {}).get(code)
    if words is not None or "." in code:
        return str(words or code)
    text = code.replace("_", " ").strip()
    text = text.lower() if text.isupper() else text
    return text[:1].upper() + text[1:]


def with_code(code: str, under: str) -> str:
    """Return what a code means, with the code beside it where it is another text: for pages of rows that are found by it."""
    words = code_words(code, under)
    return (
        words if words.casefold() == code.casefold() else format_html('{} <span class="told-code">({})</span>', words, code)
    )


def known_words(code: str, under: str) -> str:
    """Return what a code means under a name if it is taught, else the text as it is."""
    return str(_CODES.get(under, {}).get(code, code))


def value_words(value: Any, name: str = "") -> str:
    """Return a value that stands under a name in JSON as one line of text."""
    match value:
        case None | "" | []:
            return MISSING
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() | float():
            return _number(value, name)
        case str():
            return _text(value, name)
        case Mapping():
            return line(value) or MISSING
        case Sequence():
            return ", ".join(value_words(one, name) for one in value)
    return str(value)


def line(detail: Mapping[str, Any]) -> str:
    """Return names and values in one line, such as "Channel: Call, Step: 5". What is empty is left out."""
    return ", ".join(
        gettext("%(name)s: %(value)s") % {"name": name_words(name), "value": value_words(value, name)}
        for name, value in detail.items()
        if value not in (None, "", [], {})
    )


def _number(value: int | float, name: str) -> str:
    if isinstance(value, int) and (abs(value) < _PLAIN or name == "id" or name.endswith("_id")):
        return str(value)
    if isinstance(value, int) or not math.isfinite(value):
        return shown_number(value) if math.isfinite(value) else MISSING
    tiny = 0 < abs(value) < 10**-_DECIMALS
    digits = 2 if abs(value) >= 1000 else -math.floor(math.log10(abs(value))) + 1 if tiny else _DECIMALS
    return shown_number(value, digits)


def _text(value: str, name: str) -> str:
    if value in _CODES.get(name, {}):
        return known_words(value, name)
    try:
        moment = parse_datetime(value) if "T" in value else None
        day = parse_date(value) if len(value) == len("2026-01-01") else None
    except ValueError:
        return value
    if isinstance(moment, datetime) and moment.tzinfo:
        return shown_time(moment)
    return shown_day(day) if day else value


# Blocks of a page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToldText:
    """A value in one line."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class ToldNames:
    """Names with their values."""

    kind: ClassVar[str] = "names"
    rows: Sequence[tuple[str, "Told"]]


@dataclass(frozen=True, slots=True)
class ToldTable:
    """Like objects, one a row. Each row begins with its own heading, which is empty where it has none."""

    kind: ClassVar[str] = "table"
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence["Told"]]]

    @property
    def is_titled(self) -> bool:
        """Whether any row has a heading."""
        return any(title for title, _cells in self.rows)


@dataclass(frozen=True, slots=True)
class ToldItems:
    """Values of which at least one takes more than a line."""

    kind: ClassVar[str] = "items"
    items: Sequence["Told"]


Told = ToldText | ToldNames | ToldTable | ToldItems


def told_of(value: Any, name: str = "") -> Told:
    """Return JSON as plain values for the template: names with values, tables of like objects, and lines of text."""
    if not value or not isinstance(value, Mapping | list | tuple):
        return ToldText(value_words(value, name))
    if isinstance(value, Mapping):
        return _table(value, name) or ToldNames([(name_words(key), told_of(one, key)) for key, one in value.items()])
    if not any(isinstance(one, Mapping | list) for one in value):
        return ToldText(value_words(value, name))
    return _table(dict(enumerate(value)), name) or ToldItems([told_of(one, name) for one in value])


def _table(rows: Mapping[Any, Any], name: str) -> ToldTable | None:
    """Return objects, or lists of the same length, as a table; None if they are not alike."""
    found = list(rows.values())
    titles = [name_words(key) if isinstance(key, str) else "" for key in rows]
    if len(found) >= _LIKE and all(isinstance(one, Mapping) and one for one in found):
        keys = list(dict.fromkeys(key for one in found for key in one))
        if set.intersection(*(set(one) for one in found)):
            cells = [[told_of(one.get(key), key) for key in keys] for one in found]
            return ToldTable([name_words(key) for key in keys], list(zip(titles, cells, strict=True)))
    if len(found) >= _LIKE and all(isinstance(one, list) and len(one) == len(found[0]) for one in found) and found[0]:
        return ToldTable(
            [], [(title, [told_of(one, name) for one in row]) for title, row in zip(titles, found, strict=True)]
        )
    return None


def told(value: Any, name: str = "") -> SafeString:
    """Return JSON as HTML: names and values in words, nested, and tables of like objects. Empty is "-"."""
    return SafeString(render_to_string("admin/told.html", {"told": told_of(value, name)}))


def folded(value: Any) -> SafeString:
    """Return what a program was given as a block that opens: the same as `told`, below a line that says so."""
    return SafeString(render_to_string("admin/told_folded.html", {"told": told_of(value)}))
