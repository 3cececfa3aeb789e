"""Lookups that compare a column with many values in one parameter."""

import json
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import CharField, Field, Lookup
from django.db.models.expressions import RawSQL


def among(values: Collection[Any], sql_type: str = "varchar") -> Any:
    """Return the values for an `__in` lookup. On PostgreSQL they become one array of `sql_type`.

    With a thousand parameters, a prepared statement may compare each of them with each row of the table.
    """
    if connection.vendor != "postgresql":
        return list(values)
    return RawSQL(f"SELECT unnest(%s::{sql_type}[])", [list(values)])


def among_sql(name: str, sql_type: str = "text") -> str:
    """Return the SQL after a column that tests for many values. They come as the parameter `name`, made by `given_among`.

    PostgreSQL's driver sends one string in a tenth of the time of an array. The subquery hides the values from the planner:
    if it sees two hundred values, it may expect to read a page for each, and so read the whole table instead.
    """
    if connection.vendor == "postgresql":
        return f"= ANY((SELECT string_to_array(%({name})s, chr(10))::{sql_type}[])::{sql_type}[])"
    return f"IN (SELECT value FROM json_each(%({name})s))"


def given_among(values: Collection[object]) -> str:
    """Return many values as the one parameter of `among_sql`. No value may contain a line break."""
    return "\n".join(map(str, values)) if connection.vendor == "postgresql" else json.dumps(list(values))


@Field.register_lookup
class Among(Lookup[Any]):
    """A lookup `among` for compiled querysets, such as `province__among=parameter`. It uses `among_sql`."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the SQL that tests whether the column's value is among those of the named parameter."""
        column, parameters = self.process_lhs(compiler, connection)
        field: Any = self.lhs.output_field
        sql_type = "text" if isinstance(field, CharField) else field.rel_db_type(connection)
        return f"{column} {among_sql(self.rhs.name, sql_type)}", tuple(parameters)
