"""Every page of the admin, found in its URL patterns, and values that no browser sends."""

import os
import random
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes, quote_plus

from django.contrib import admin
from django.db import connection, models
from django.urls import URLResolver

T = TypeVar("T")
HUGE = "9" * 30
HOSTILE = (
    *("", " ", "\x00", "a\x00b", "\ud800", "%ED%A0%80", "'", '"><script>', "\\", "%", "😀", "x" * 5_000),
    *("0", "-1", "1.0", "1e400", "NaN", "٣", HUGE, f"-{HUGE}", "9" * 5_000, str(2**63), str(-(2**63) - 1)),
    *("null", "true", "[]", "{}", "1,2", ",", f"1,{HUGE}", "2026-13-45"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
)
LOOKUPS = ("", "__exact", "__in", "__isnull", "__gte", "__lt", "__year", "__regex", "__contains", "__nothing", "__id__exact")
OF_EVERY_LIST = ("q", "p", "o", "all", "e", "_to_field", "_popup", "_facets", "_changelist_filters", "pk__in", "nothing__in")
# Field names of the forms of the admin. A form without any of them is not filled in.
FIELDS = (
    *("reason", "why", "owner", "note", "outcome", "until", "realized_loss", "act", "task", "post", "username", "password"),
    *("phone", "email", "channel", "basis", "evidence", "paused_until", "import_file", "since", "by", "format", "resource"),
    *("buyer", "ask", "answer", "seen", "market"),
)
EVERYTHING = os.environ.get("CRAWL") == "all"  # all values take minutes for each database, a sample seconds


def pages_of_rows() -> Iterator[tuple[type[models.Model], str]]:
    """The URL name of each page of a row, with its model."""
    for model, model_admin in admin.site._registry.items():
        for pattern in model_admin.urls:
            if "<" in str(pattern.pattern) and pattern.name:
                yield model, f"admin:{pattern.name}"


def other_pages() -> Iterator[str]:
    """The address of each page that belongs to no row."""
    for pattern in admin.site.get_urls():
        within = pattern.url_patterns if isinstance(pattern, URLResolver) else [pattern]
        for one in within:
            route = str(one.pattern) if one is pattern else f"{pattern.pattern}{one.pattern}"
            if "<" not in route and "(" not in route:
                yield f"/admin/{route}"


def parameters_of(model: type[models.Model]) -> Iterator[str]:
    """The query parameters of a list: those of its filters, of its columns, and of every list."""
    for item in admin.site._registry[model].list_filter:
        yield item if isinstance(item, str) else str(getattr(item, "parameter_name", ""))
    for field in model._meta.get_fields():
        yield from (f"{field.name}{lookup}" for lookup in LOOKUPS)
    yield from OF_EVERY_LIST


def sample(of: object, names: Any, count: int) -> list[tuple[str, str]]:
    """So many pairs of a name and a hostile value, the same in each run."""
    return some(of, [(name, value) for name in names for value in HOSTILE], count)


def some(of: object, all_of_them: Sequence[T], count: int) -> list[T]:
    """So many of the values, the same in each run of a database. Each database has a sample of its own."""
    if EVERYTHING or len(all_of_them) <= count:
        return list(all_of_them)
    return random.Random(f"{connection.vendor} {of}").sample(all_of_them, count)


def in_query(name: str, value: str) -> str:
    """The value as in an address."""
    return f"{quote_plus(name)}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"


def in_form(value: str) -> str:
    """The value as in a form, which can send only text."""
    return value.encode("utf-8", "replace").decode()
