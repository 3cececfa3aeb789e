"""PostgreSQL's plans for the statements that the product sends."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.types.numeric import Int2

# The server prepares a repeated statement, and may then plan it without looking at the values: "generic".
# A parameter has the type that the driver sends for it; a text's is left to the server.
_TYPES: dict[type, str] = {
    bool: "bool",
    int: "bigint",
    float: "float8",
    str: "unknown",
    datetime: "timestamptz",
    timedelta: "interval",
    Int2: "smallint",
    type(None): "unknown",
}
_NAMED = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Statement:
    """SQL and parameters as Django passes them to the driver."""

    text: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """The plan by which a statement was executed."""

    scans: tuple[str, ...]  # "Index Scan using name", "Seq Scan"
    rows_read: int  # index or table entries that the scans looked at
    buffers: int  # pages of 8 kB
    milliseconds: float
    read_of: Mapping[str, int] = field(default_factory=dict)  # rows that the scans of each table looked at

    def __str__(self) -> str:
        scans = ", ".join(self.scans)
        return f"{self.rows_read:>7,} rows, {self.buffers:>7,} pages, {self.milliseconds:>8.2f} ms: {scans}"


def statement_of(table: str, act: Callable[[], object]) -> Statement:
    """Return the one statement that the act sends about the table.

    Raises:
        ValueError: it sent none, or several.

    """
    sent: list[Statement] = []

    def watch(execute: Callable[..., Any], text: str, parameters: Any, many: bool, context: Any) -> Any:
        if f'"{table}"' in text:
            sent.append(_statement(text, parameters))
        return execute(text, parameters, many, context)

    with connection.execute_wrapper(watch):
        act()
    (statement,) = sent
    return statement


def _statement(text: str, parameters: Sequence[Any] | Mapping[str, Any] | None) -> Statement:
    if isinstance(parameters, Mapping):
        return Statement(_NAMED.sub("%s", text), tuple(parameters[name] for name in _NAMED.findall(text)))
    return Statement(text, tuple(parameters or ()))


def explain(postgres: psycopg.Connection, statement: Statement, *, generic: bool) -> Plan:
    """Execute the statement and return its plan. `generic` plans it as a prepared statement, without its values."""
    with psycopg.ClientCursor(postgres) as cursor:
        if not generic or not statement.parameters:  # without values both plans are the same
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}", statement.parameters)
            return _plan(cursor.fetchall()[0][0][0])
        placeholders = [f"${n}" for n in range(1, len(statement.parameters) + 1)]
        types = ", ".join(map(_type, statement.parameters))
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE explained ({types}) AS {statement.text % tuple(placeholders)}")
        try:
            values = sql.SQL(", ").join(sql.Literal(value) for value in statement.parameters)
            cursor.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained ({})").format(values))
            return _plan(cursor.fetchall()[0][0][0])
        finally:
            cursor.execute("DEALLOCATE explained")


def _type(value: Any) -> str:
    """The type of a parameter; that of a list by its first element."""
    if not isinstance(value, list):
        return _TYPES[type(value)]
    return f"{_type(value[0])}[]" if value else "bigint[]"


def _plan(explained: dict[str, Any]) -> Plan:
    scans, rows, read_of = [], 0, Counter[str]()
    for node in _nodes(explained["Plan"]):
        kind = node["Node Type"]
        if not kind.endswith("Scan") or kind in ("Subquery Scan", "CTE Scan"):
            continue
        index = f" using {node['Index Name']}" if "Index Name" in node else ""
        scans.append(f"{kind}{index}")
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        read = (node["Actual Rows"] + removed) * node["Actual Loops"]
        rows += read
        read_of[node.get("Relation Name", "")] += read  # a scan for a bitmap names only its index
    buffers = explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"]
    return Plan(tuple(scans), rows, buffers, explained["Execution Time"], read_of)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
