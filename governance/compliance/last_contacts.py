"""When a subject of the ledger was last contacted: how it is noted. The gate reads it in its own statement."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from governance.compliance.models import LastContact
from governance.compliance.services import Point, digest

_NOTE = f"""
INSERT INTO {LastContact._meta.db_table} AS known (digest, contacted_at) VALUES {{rows}}
ON CONFLICT (digest) DO UPDATE SET contacted_at = excluded.contacted_at WHERE known.contacted_at < excluded.contacted_at
"""


def note_contact(points: Collection[Point], at: datetime) -> None:
    """Keep when these points were last contacted; an earlier contact that is told later changes nothing.

    Within a transaction it comes after every other lock: who notes the same points waits for the caller's end.
    """
    if not points:
        return
    values: list[Any] = []
    for known_by in sorted(map(digest, points)):  # in one order, so that nobody waits in a circle
        values += [known_by, connection.ops.adapt_datetimefield_value(at)]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(rows=", ".join(["(%s, %s)"] * len(points))), values)
