"""The floor: what bare psycopg reaches with a request's work on the database, without Django and without HTTP.

Of a request that only reads it is the same statements. Of one that writes it is the same rows, without what is read before
and with one statement for each table, in one transaction. Both are recorded from a request in this process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection as django_connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.bench.operations import Operation, Values
from tests.bench.written import Written, written
from tests.recorded import changes


@dataclass(frozen=True, slots=True)
class Floor:
    """What one request sends to the database, and which rows it writes."""

    statements: list[tuple[str, Any]]  # with plain parameters
    in_transaction: bool
    rows: Written


def record(act: Callable[[], Any], values: Values) -> Floor:
    """Run one request with these values in this process, and record its work."""
    statements: list[tuple[str, Any]] = []
    transactions: list[bool] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statements.append((sql, _plain(params)))
        transactions.append(context["connection"].in_atomic_block)
        return execute(sql, params, many, context)

    with changes.watching():
        with django_connection.execute_wrapper(wrapper):
            act()
        rows = written(changes.taken(), values)
    return Floor(statements, any(transactions), rows)


def _plain(params: Any) -> Any:
    """The parameters in types that another process knows without Django."""
    if isinstance(params, list | tuple):
        return [_plain(param) for param in params]
    if isinstance(params, dict):
        return {name: _plain(param) for name, param in params.items()}
    if isinstance(params, Jsonb):
        return Jsonb(params.obj)
    return str(params) if isinstance(params, str) else params


def with_rows(operation: Operation, values: Sequence[Values], database_url: str) -> list[Values]:
    """Add to each value the names of the stored rows that its request changes."""
    if not operation.changes:
        return list(values)
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        found = [connection.execute(operation.changes.encode(), value).fetchall() for value in values]
    return [
        {**value, **{name: str(of_it) for name, of_it in row.items()}} for value, (row,) in zip(values, found, strict=True)
    ]


def repeating(database_url: str, floor: Floor) -> Callable[[Values], None]:
    """Connect, and return the act that does the work of a request with its values."""
    connection = psycopg.connect(database_url, autocommit=True, prepare_threshold=0)

    def read(values: Values) -> None:
        for sql, params in floor.statements:
            cursor = connection.execute(sql.encode(), params)
            if cursor.description:
                cursor.fetchall()

    def write(values: Values) -> None:
        with connection.transaction():
            floor.rows.repeat(connection, values)

    def read_in_transaction(values: Values) -> None:
        with connection.transaction():
            read(values)

    if floor.rows.writings:
        return write
    return read_in_transaction if floor.in_transaction else read
