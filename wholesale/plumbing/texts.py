"""Times, numbers and JSON as text, both ways. No serializer, so that the domain may use it."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def json_number(value: Decimal) -> int | float:
    """A Decimal of at most 15 digits as the JSON number that reads the same."""
    return int(value) if value == value.to_integral_value() else float(value)


def cad(amount: Decimal) -> str:
    """An amount as people read it."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def percent(rate: Decimal) -> str:
    """A fraction as people read it."""
    return f"{(rate * 100).normalize():f}%"


def iso_utc(value: datetime) -> str:
    """An aware time as ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


# Deeper JSON than any client of ours means is refused at the door: Python's own encoder gives up at about a thousand.
JSON_MAX_DEPTH = 64


def parse_json(text: str, **hooks: Any) -> Any:
    """Parse JSON strictly; `hooks` are those of `json.loads`.

    Raises:
        ValueError: not JSON, nested deeper than 64, or a number that is not finite.

    """
    try:
        data = json.loads(text, **{"parse_constant": _refuse_constant, "parse_float": _finite_float, **hooks})
    except RecursionError:
        raise ValueError(f"nested deeper than {JSON_MAX_DEPTH} levels") from None
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
    """A row's fields as a plain dict for the renderer."""
    return {name: getattr(row, name) for name in names}
