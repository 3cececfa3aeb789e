"""Many values in one lookup."""

from collections.abc import Collection
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
