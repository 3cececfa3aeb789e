"""Storing the permitted minutes of tasks.

The SQL is handwritten: no queryset gives each of many rows its own values in a statement whose text stays the same.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from followups.tasks.models import FollowupTask

STORED = ("actionable_at", "open_from", "open_until", "warns_at", "breaches_at", "late_for", "late_until")
_TABLE = FollowupTask._meta.db_table
_STORE_EACH = f"UPDATE {_TABLE} SET {', '.join(f'{name} = %s' for name in STORED)} WHERE id = %s"
_TYPES = [*(["timestamptz[]"] * 5), "interval[]", "timestamptz[]"]
_STORE_ALL = f"""
UPDATE {_TABLE} AS task
SET {", ".join(f"{name} = given.{name}" for name in STORED)}
FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}" for kind in _TYPES)}) AS given (id, {", ".join(STORED)})
WHERE task.id = given.id
"""


def store(minutes: Sequence[tuple[Any, ...]]) -> None:
    """Store the minutes and SLA limits of tasks, in one statement. Each row is a task's id, then the values of `STORED`."""
    if not minutes:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(minutes) > 1:
            cursor.execute(_STORE_ALL, list(map(list, zip(*minutes, strict=True))))
        else:
            fields: list[Any] = [FollowupTask._meta.get_field(name) for name in STORED]
            cursor.executemany(
                _STORE_EACH,
                [
                    (*(f.get_db_prep_save(value, connection) for f, value in zip(fields, values, strict=True)), pk)
                    for pk, *values in minutes
                ],
            )
