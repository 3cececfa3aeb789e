"""Noting when a point was last contacted. The gate reads these notes in the SQL statement that reads all its facts.

The SQL is written by hand, because a query set that inserts cannot compare the new value with the stored one.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from governance.ledger.models import ContactPoint, LastContact
from governance.ledger.points import Point, digest

_NOTE = f"""
INSERT INTO {LastContact._meta.db_table} AS known (digest, contacted_at, answered_at) VALUES {{rows}}
ON CONFLICT (digest) DO UPDATE SET
    contacted_at = CASE WHEN known.contacted_at < excluded.contacted_at THEN excluded.contacted_at
        ELSE known.contacted_at END,
    answered_at = CASE WHEN excluded.answered_at IS NULL OR known.answered_at > excluded.answered_at THEN known.answered_at
        ELSE excluded.answered_at END
WHERE known.contacted_at < excluded.contacted_at OR excluded.answered_at IS NOT NULL
"""


def note_contact(points: Collection[Point], at: datetime, *, is_answered_call: bool = False) -> None:
    """Note that these points were contacted at `at`. A later contact that is noted already stays. If this contact was an
    answered call, the time is also noted as the phone number's last answered call.

    Call it after every other lock of the transaction: others who note the same points wait until the transaction ends.
    """
    if not points:
        return
    values: list[Any] = []
    instant = connection.ops.adapt_datetimefield_value(at)
    # In one order, so that two callers do not deadlock.
    for known_by, kind in sorted((digest(point), point[0]) for point in points):
        values += [known_by, instant, instant if is_answered_call and kind == ContactPoint.Kind.PHONE else None]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(rows=", ".join(["(%s, %s, %s)"] * len(points))), values)
