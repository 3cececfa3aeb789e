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


def among_sql(values: Iterable[object], sql_type: str = "text") -> tuple[str, str]:
    """The same in SQL of our own: what follows the column, and its one parameter. No value holds a line break.

    PostgreSQL's driver passes one string on in a tenth of the time that an array takes. A subquery hides the values from its
    planner: for each of two hundred that it sees it may count a page of its own, and read a whole table instead.
    """
    if connection.vendor == "postgresql":
        return f"= ANY((SELECT string_to_array(%s, chr(10))::{sql_type}[])::{sql_type}[])", "\n".join(map(str, values))
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
