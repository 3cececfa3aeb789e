"""Noting when a point was last contacted. The gate reads these notes in the SQL statement that reads all its facts.

The SQL is written by hand, because a query set that inserts cannot compare the new value with the stored one.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from governance.ledger.models import ContactPoint, LastContact
from governance.ledger.points import Point, digest
from wholesale.plumbing import writes

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
    given: dict[str, Any] = {}
    # In one order, so that two callers do not deadlock.
    for n, (known_by, kind) in enumerate(sorted((digest(point), point[0]) for point in points)):
        answered_at = at if is_answered_call and kind == ContactPoint.Kind.PHONE else None
        given |= {f"digest{n}_": known_by, f"answered{n}_": answered_at}
    writes.run(_note_sql(len(points)), {**given, "at": at})


@cache
def _note_sql(points: int) -> str:
    return _NOTE.format(rows=", ".join(f"(%(digest{n}_)s, %(at)s, %(answered{n}_)s)" for n in range(points)))
