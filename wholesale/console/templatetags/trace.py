"""Filters for the lines of a trace."""

import json
from typing import Any

from django import template
from django.urls import reverse

from wholesale.plumbing.showing import shown_phone

register = template.Library()


@register.filter
def trace_link(correlation_id: str) -> str:
    """Return the address of the page of a request. Empty if the id cannot stand in an address."""
    return reverse("admin:kpi_kpievent_trace", args=[correlation_id]) if correlation_id else ""


@register.filter
def detail(value: Any) -> str:
    """Return a detail of a line as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict | bool) else shown_phone(str(value))
