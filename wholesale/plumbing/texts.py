"""Converting times, numbers and JSON to text and back. It uses no serializers, so that the domain may import it."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import override

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Words = StrOrPromise  # a text for a page; a Promise is one that is marked for translation
else:
    Words = str | Promise


def json_number(value: Decimal) -> int | float:
    """Return a Decimal of at most 15 digits as a number for JSON that keeps the same digits."""
    return int(value) if value == value.to_integral_value() else float(value)


def number_of(value: Any) -> Any:
    """Return a Decimal as `json_number` does, and any other value as it is."""
    return json_number(value) if isinstance(value, Decimal) else value


def cad(amount: Decimal) -> str:
    """Return an amount in CAD as text, such as $1,234.50."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def in_english(text: object) -> str:
    """Return a text that is marked for translation in English. What is stored does not depend on who looks at the page."""
    with override("en"):
        return str(text)


def iso_utc(value: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


# Deeper JSON is refused: no client needs it, and Python's own encoder fails at a depth of about a thousand.
JSON_MAX_DEPTH = 64


def parse_json(text: str, **hooks: Any) -> Any:
    """Parse a text as JSON, strictly. `hooks` are further arguments of `json.loads`.

    Raises:
        ValueError: the text is not JSON, is nested deeper than 64, or has a number that is not finite.

    """
    try:
        data = json.loads(text, **{"parse_constant": _refuse_constant, "parse_float": _finite_float, **hooks})
    except RecursionError:
        raise ValueError(f"nested deeper than {JSON_MAX_DEPTH} levels") from None
    if text.count("[") + text.count("{") <= JSON_MAX_DEPTH:
        return data
    level = [data]
    for _ in range(JSON_MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return data
    raise ValueError(f"nested deeper than {JSON_MAX_DEPTH} levels")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def shown(row: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the attributes `names` of a row as a dict, for the renderer of answers."""
    return {name: getattr(row, name) for name in names}
