"""The floor: the recorded SQL of one request, repeated by bare psycopg without Django and without HTTP.

Two processes run it, each with a connection, with prepared statements and with the transactions that Django opens.
"""

import multiprocessing
import random
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from django.db import connection as django_connection
from psycopg.types.json import Jsonb

from tests.bench.data import FIRST_ID
from tests.bench.operations import Values

PROCESSES = 2
# Each request takes a lock of its own: with the recorded lock all requests would wait for each other.
_LOCK = re.compile(r"(?<=pg_advisory_xact_lock\()-?\d+")


@dataclass(frozen=True, slots=True)
class FromRow:
    """A parameter taken from an earlier statement's answer: the statement, row and column, and the type it is sent as."""

    statement: int
    row: int
    column: int
    kind: type = int


@dataclass(frozen=True, slots=True)
class FromRequest:
    """A parameter taken from the request, and the type it is sent as."""

    name: str
    kind: type = str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a trace. Its parameters may contain a FromRow or a FromRequest."""

    sql: str
    params: Any
    has_rows: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """The statements that one request sends to the database."""

    statements: list[Statement]
    in_transaction: bool


def record(act: Callable[[], Any], values: Values) -> Trace:
    """Run one request in this process and record its statements, recognising parameters that differ in the next request."""
    raw: list[tuple[str, Any, list[tuple[Any, ...]] | None]] = []
    transactions: list[bool] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        cursor = context["cursor"]
        rows = None
        if cursor.description is not None:
            rows = cursor.fetchall()
            if rows:
                cursor.scroll(0, mode="absolute")  # the driver has the whole result already, and Django reads it again
        raw.append((sql, params, rows))
        transactions.append(context["connection"].in_atomic_block)
        return result

    with django_connection.execute_wrapper(wrapper):
        act()
    known: dict[str, FromRow | FromRequest] = {value: FromRequest(name) for name, value in values.items()}
    statements = []
    for n, (sql, params, rows) in enumerate(raw):
        statements.append(Statement(sql, _marked(params, known), rows is not None))
        for r, row in enumerate(rows or ()):
            for c, value in enumerate(row):
                if isinstance(value, int) and value >= FIRST_ID:
                    known.setdefault(str(value), FromRow(n, r, c))
    return Trace(statements, any(transactions))


def _marked(params: Any, known: dict[str, FromRow | FromRequest]) -> Any:
    if isinstance(params, list | tuple):
        return [_marked(param, known) for param in params]
    if isinstance(params, dict):
        return {name: _marked(param, known) for name, param in params.items()}
    if isinstance(params, Jsonb):
        return Jsonb(params.obj)  # without Django's encoder, which the other process may lack
    kind = str if isinstance(params, str) else int
    if isinstance(params, str) or (isinstance(params, int) and params >= FIRST_ID):
        found = known.get(str(params))
        return replace(found, kind=kind) if found else kind(params)
    return params


def _filled(params: Any, values: Values, answers: list[list[tuple[Any, ...]]]) -> Any:
    if isinstance(params, list):
        return [_filled(param, values, answers) for param in params]
    if isinstance(params, dict):
        return {name: _filled(param, values, answers) for name, param in params.items()}
    if isinstance(params, FromRequest):
        return params.kind(values[params.name])
    if isinstance(params, FromRow):
        return params.kind(answers[params.statement][params.row][params.column])
    return params


def replay(connection: "psycopg.Connection[Any]", trace: Trace, values: Values) -> None:
    """Run the trace once with the values of a request."""
    if trace.in_transaction:
        with connection.transaction():
            _run(connection, trace, values)
    else:
        _run(connection, trace, values)


def _run(connection: "psycopg.Connection[Any]", trace: Trace, values: Values) -> None:
    answers: list[list[tuple[Any, ...]]] = []
    for statement in trace.statements:
        params = statement.params and _filled(statement.params, values, answers)
        cursor = connection.execute(_LOCK.sub(lambda _: str(random.getrandbits(62)), statement.sql), params)
        answers.append(cursor.fetchall() if statement.has_rows else [])


def rate(database_url: str, trace: Trace, values: Sequence[Values], *, once: bool, seconds: float) -> float:
    """Traces a second that two processes run. With `once` they stop when the values run out."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        shares = [
            pool.submit(_worker, database_url, trace, list(values[n::PROCESSES]) or list(values), once, seconds)
            for n in range(PROCESSES)
        ]
        return sum(share.result() for share in shares)


def _worker(database_url: str, trace: Trace, values: list[Values], once: bool, seconds: float) -> float:
    count = 0
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.prepare_threshold = 0
        started = time.perf_counter()
        while True:
            for value in values:
                replay(connection, trace, value)
                count += 1
                elapsed = time.perf_counter() - started
                if elapsed >= seconds:
                    return count / elapsed
            if once:
                return count / elapsed
