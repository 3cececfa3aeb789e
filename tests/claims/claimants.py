"""What a claimant process does, started by `tests.claims.drain`: claim, write it down, do it, until nothing is given.

    python -m tests.claims.claimants NAME JOB LIMIT NOW DIARY

A line of the diary is one JSON array, on disk before the work begins: `["claimed", [ids], from, until]` or `["done", id]`.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import django
import psycopg

LEASE = timedelta(minutes=15)
_BARE = """
SELECT id FROM followups_followuptask
WHERE completed_at IS NULL AND cancelled_at IS NULL AND due_at <= %(now)s AND open_from <= %(now)s AND open_until >= %(now)s
    AND (leased_until IS NULL OR leased_until <= %(now)s)
ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_BARE_LEASE = "UPDATE followups_followuptask SET leased_by = %s, leased_until = %s WHERE id = ANY(%s)"
_DONE = "UPDATE followups_followuptask SET completed_at = %s WHERE id = ANY(%s)"

Claim = Callable[[], list[int]]


def through_the_service(name: str, limit: int, now: datetime) -> Claim:
    """A claim as the product makes it."""
    django.setup()
    from followups.due.services import claim_due

    return lambda: [one.task.id for one in claim_due(owner=name, limit=limit, now=now)]


def bare(name: str, limit: int, now: datetime) -> Claim:
    """The least that a claim can be: two statements and a commit, asking no gate."""
    connection = psycopg.connect(os.environ["DATABASE_URL"])

    def claim() -> list[int]:
        ids = [pk for (pk,) in connection.execute(_BARE, {"now": now, "limit": limit}).fetchall()]
        connection.execute(_BARE_LEASE, (name, now + LEASE, ids))
        connection.commit()
        return ids

    return claim


def drain(name: str, limit: int, now: datetime, diary: Path) -> None:
    """Claim and complete each task by the product's own verbs, until nothing is given."""
    claim = through_the_service(name, limit, now)
    from followups.services import complete_task

    with diary.open("a") as lines:

        def write(*line: object) -> None:
            lines.write(json.dumps(line) + "\n")
            lines.flush()
            os.fsync(lines.fileno())

        while given := claim():
            write("claimed", given, now.isoformat(), (now + LEASE).isoformat())
            for pk in given:
                complete_task(pk, name, now=now)
                write("done", pk)


def measure(claim: Claim, now: datetime, diary: Path) -> None:
    """Claim until nothing is given, and write down `[tasks, seconds spent claiming]`.

    The tasks are marked done by one plain statement, the same whoever claims, so that they leave the index as they would.
    """
    tasks, seconds = 0, 0.0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while True:
            began = time.perf_counter()
            given = claim()
            seconds += time.perf_counter() - began
            if not given:
                break
            tasks += len(given)
            connection.execute(_DONE, (now, given))
    diary.write_text(json.dumps([tasks, seconds]))


def main() -> int:
    """Wait for a line on stdin, so that all begin together; then do the job."""
    name, job, limit, now, diary = sys.argv[1:]
    at = datetime.fromisoformat(now)
    if job == "drain":
        sys.stdin.readline()
        drain(name, int(limit), at, Path(diary))
        return 0
    claim = {"service": through_the_service, "bare": bare}[job](name, int(limit), at)
    sys.stdin.readline()
    measure(claim, at, Path(diary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
