"""Many values in one lookup, and times as SQL of our own reads them."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL


def among(values: Collection[Any], sql_type: str = "varchar") -> Any:
    """What an `__in` lookup takes: on PostgreSQL one array of this type.

    A prepared statement with a thousand parameters may compare each of them with each row of the table.
    """
    if connection.vendor != "postgresql":
        return list(values)
    return RawSQL(f"SELECT unnest(%s::{sql_type}[])", [list(values)])


def among_sql(values: Collection[str] | Collection[int]) -> tuple[str, Any]:
    """The same in SQL of our own: what follows the column, and its one parameter."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", list(values)
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def among_words_sql(values: Iterable[object]) -> tuple[str, str]:
    """The same of texts without a space in them: one string, which the driver passes on in a tenth of an array's time."""
    if connection.vendor == "postgresql":
        return "= ANY(string_to_array(%s, ' '))", " ".join(map(str, values))
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def time_of(text: str) -> datetime:
    """A time that was read as text: `CAST(due_at AS text)`. PostgreSQL says its zone; SQLite says none, and means UTC.

    Django turns each time of a row into a value by Python code, which takes ten times as long.
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def time_or_none(text: str | None) -> datetime | None:
    """The same of a time that may be null."""
    return time_of(text) if text else None
