"""The SQL statements that read the lateness of tasks, by group or by the time at which they fell due."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import DateTimeField, QuerySet

PERCENTILES = (50, 90, 99)
CLOCKS = ("", "_wall")  # suffixes of figures: in permitted minutes, and in all minutes
Microseconds = np.ndarray[Any, np.dtype[np.int64]]


class Latenesses(NamedTuple):
    """The latenesses of tasks that agree in their group, in being done, and in being measured by all minutes."""

    group: tuple[Any, ...]
    done: bool
    by_wall: bool
    by_clock: tuple[Microseconds, ...]  # for each of the `CLOCKS`


def latenesses(measured: QuerySet[Any, Any], by: Sequence[str]) -> list[Latenesses]:
    """Read the lateness of the measured tasks, grouped by the fields of `by`.

    The SQL is hand-written: querysets cannot pack numbers. A queryset gives the tasks. Ranking in Python takes milliseconds,
    while the database would sort all tasks for each clock, and on one processor only.
    """
    tasks, parameters = measured.query.sql_with_params()
    keys = [*map(connection.ops.quote_name, by), "done", "by_wall"]
    packed = ", ".join(PACKED[connection.vendor].format(f"lateness{clock}") for clock in CLOCKS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(keys)}, {packed} FROM ({tasks}) AS measured GROUP BY {', '.join(keys)}", parameters
        )
        rows = cursor.fetchall()
    size = len(by)
    return [
        Latenesses(row[:size], bool(row[size]), bool(row[size + 1]), tuple(map(unpacked, row[size + 2 :]))) for row in rows
    ]


def aggregated(
    measured: QuerySet[Any, Any], edges: Sequence[datetime], aggregates: str, parameters: Sequence[Any]
) -> list[Any]:
    """Aggregate the measured tasks between each of the edges, which are in order, and the next one: a row for each span, or
    None where there is no task. `fell_due` says where a task lies: by the number of edges up to it.

    The SQL is hand-written: to bring the lateness of each task here takes three times as long as to count in the database.
    """
    tasks, task_parameters = measured.query.sql_with_params()
    at = [DateTimeField().get_db_prep_value(edge, connection) for edge in edges]
    if connection.vendor == "postgresql":
        # One parameter: an array of parameters would be made anew for each task. The fence keeps PostgreSQL from looking
        # into the subquery: it would expect a group for each time, and sort all tasks.
        bucket, fence, given = "width_bucket(fell_due, %s::timestamptz[])", "OFFSET 0", [at]
    else:
        bucket, fence, given = " + ".join(["(fell_due >= %s)"] * len(at)), "", at
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n, {aggregates} FROM (SELECT {bucket} AS n, * FROM ({tasks}) AS measured {fence}) AS task GROUP BY n",
            [*parameters, *given, *task_parameters],
        )
        rows = {n: row for n, *row in cursor.fetchall()}
    return [rows.get(n + 1) for n in range(len(edges) - 1)]


# All values of a column as one value: seconds as packed numbers, or a JSON list of microseconds.
PACKED = {
    "postgresql": "string_agg(float8send(date_part('epoch', {})), ''::bytea)",
    "sqlite": "json_group_array({})",
}


def unpacked(values: bytes | str) -> Microseconds:
    """Return the values that the database has packed."""
    if isinstance(values, str):
        return np.array(json.loads(values), dtype=np.int64)
    return np.rint(np.frombuffer(values, dtype=">f8") * 1e6).astype(np.int64)
