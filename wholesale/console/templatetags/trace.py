"""Filters for the lines of a trace."""

from typing import Any

from django import template
from django.urls import reverse

from wholesale.plumbing.showing import shown_phone
from wholesale.plumbing.spoken import name_words, value_words

register = template.Library()


@register.filter
def trace_link(correlation_id: str) -> str:
    """Return the address of the page of a request. Empty if the id cannot stand in an address."""
    return reverse("admin:kpi_kpievent_trace", args=[correlation_id]) if correlation_id else ""


@register.filter
def detail(value: Any, name: str) -> str:
    """Return a detail of a line, which stands under a name, in words."""
    return shown_phone(value_words(value, name))


@register.filter
def called(name: str) -> str:
    """Return what the name of a detail is called."""
    return name_words(name)
