"""Lookups with many values, and reading times in SQL of our own."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL


def among(values: Collection[Any], sql_type: str = "varchar") -> Any:
    """Return the values for an `__in` lookup. On PostgreSQL they become one array of this type.

    With a thousand parameters, a prepared statement may compare each of them with each row of the table.
    """
    if connection.vendor != "postgresql":
        return list(values)
    return RawSQL(f"SELECT unnest(%s::{sql_type}[])", [list(values)])


def among_sql(values: Iterable[object], sql_type: str = "text") -> tuple[str, str]:
    """Return the SQL after a column that tests for these values, and its one parameter. No value may hold a line break.

    PostgreSQL's driver sends one string in a tenth of the time of an array. The subquery hides the values from the planner:
    if it sees two hundred values, it may count a page for each and read the whole table instead.
    """
    if connection.vendor == "postgresql":
        return f"= ANY((SELECT string_to_array(%s, chr(10))::{sql_type}[])::{sql_type}[])", "\n".join(map(str, values))
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def time_of(text: str) -> datetime:
    """Return the time in a text that was read with `CAST(due_at AS text)`. SQLite's texts have no zone and are UTC.

    Django's own conversion of a time takes ten times as long.
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def time_or_none(text: str | None) -> datetime | None:
    """Return the time in a text as `time_of` does, or None for None."""
    return time_of(text) if text else None
