"""The SQL statement that counts tasks and ranks their lateness."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import DurationField, QuerySet

from followups.sla.snapshot import LIMITS

PERCENTILES = (50, 90, 99)
CLOCKS = ("", "_wall")  # suffixes of figures: in permitted minutes, and in all minutes


def counted_and_ranked(measured: QuerySet[Any, Any], by: Sequence[str]) -> list[tuple[Any, ...]]:
    """Count the measured tasks and rank their lateness, in all and grouped by the fields of `by`. The columns of a row:
    whether it is about all tasks, the values of its group, the counts, and the ranked latenesses by each of the `CLOCKS`.

    The SQL is hand-written: querysets have no GROUPING SETS and no percentiles by nearest rank. A queryset gives the tasks.
    """
    statement, parameters = _statement(measured, by)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _statement(measured: QuerySet[Any, Any], by: Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    """Build the SQL statement, with its parameters, that counts and ranks the tasks in all and by group.

    Percentiles are by nearest rank: real latenesses, the same on every database. PostgreSQL has `percentile_disc` for that
    (its product of fraction and count is exact for these three). SQLite returns the list of latenesses instead.
    """
    tasks, parameters = measured.query.sql_with_params()
    counts = ["count(*)", "count(*) FILTER (WHERE done)", "count(*) FILTER (WHERE by_wall)"]
    limits = []
    for clock in CLOCKS:
        for allowed in LIMITS.values():
            counts.append(f"count(*) FILTER (WHERE done AND lateness{clock} <= %s)")
            counts.append(f"count(*) FILTER (WHERE NOT done AND lateness{clock} > %s)")
            limits += [DurationField().get_db_prep_value(allowed, connection)] * 2
    keys = "".join(f"{name}, " for name in by)
    everything = (*limits, *parameters)
    if connection.vendor == "postgresql":
        fractions = ", ".join(str(percentile / 100) for percentile in PERCENTILES)
        counts += [f"percentile_disc(ARRAY[{fractions}]) WITHIN GROUP (ORDER BY lateness{clock})" for clock in CLOCKS]
        is_whole = f"GROUPING({by[0]})" if by else "1"
        sets = f"GROUPING SETS (({', '.join(by)}), ())" if by else "GROUPING SETS (())"
        return f"SELECT {is_whole}, {keys}{', '.join(counts)} FROM ({tasks}) AS measured GROUP BY {sets}", everything
    counts += [f"json_group_array(lateness{clock})" for clock in CLOCKS]
    whole = f"SELECT 1, {'NULL, ' * len(by)}{', '.join(counts)} FROM ({tasks}) AS measured"
    if not by:
        return whole, everything
    groups = f"SELECT 0, {keys}{', '.join(counts)} FROM ({tasks}) AS measured GROUP BY {', '.join(by)}"
    return f"{whole} UNION ALL {groups}", everything * 2
