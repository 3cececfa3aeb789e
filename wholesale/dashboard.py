"""The admin's first page: what needs a person now."""

from typing import Any

from django.http import HttpRequest


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the page's figures to the admin index's context."""
    return context
