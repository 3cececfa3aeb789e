"""A claimant process, started by `tests.claims.drain`: claim, write a diary, complete, until no task is given.

    python -m tests.claims.claimants NAME JOB LIMIT DIARY

The process reports on stdout that it is ready. For each instant on stdin it works until no task is given, and reports that.
It ends with stdin, and with the process that started it. A line of the diary is a JSON array, stored before the work begins:
`["claimed", [ids], from, until]` or `["done", id]`, or for a measurement `[tasks, seconds spent claiming]`.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

LEASE = timedelta(minutes=15)
_BARE = """
SELECT id FROM followups_followuptask
WHERE completed_at IS NULL AND cancelled_at IS NULL AND due_at <= %(now)s AND open_from <= %(now)s AND open_until >= %(now)s
    AND (leased_until IS NULL OR leased_until <= %(now)s)
ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_BARE_LEASE = "UPDATE followups_followuptask SET leased_by = %s, leased_until = %s WHERE id = ANY(%s)"
_BARE_WITH_ROWS = """
WITH t AS (
    UPDATE followups_followuptask SET leased_by = %s, leased_until = %s WHERE id = ANY(%s)
    RETURNING id, lead_id, due_at, channel, step, owner, province, market, actionable_at, open_until
)
SELECT t.*, l.first_name, l.last_name, l.phone, l.email, l.address, l.zone, l.postal_code, l.language, l.score
FROM t LEFT JOIN followups_lead AS l ON l.lead_id = t.lead_id
"""
_DONE = "UPDATE followups_followuptask SET completed_at = %s WHERE id = ANY(%s)"

Claim = Callable[[datetime], list[int]]
_STARTED_BY = os.getppid()


def through_the_service(name: str, limit: int) -> Claim:
    """Claim as a server process does for the user of this name."""
    importlib.import_module("wholesale.wsgi")
    from django.contrib.auth.models import User

    from followups.tasks.due.claims import claim_due
    from wholesale.plumbing.act import Act

    user = User.objects.get(username=name)
    return lambda now: [one.task.id for one in claim_due(owner=name, limit=limit, act=Act(user=user, at=now))]


def bare(name: str, limit: int) -> Claim:
    """The smallest possible claim: two statements and a commit, without the gate, reading only ids."""
    return _bare(_BARE_LEASE, name, limit)


def bare_with_rows(name: str, limit: int) -> Claim:
    """The smallest claim that a dialer can use: as `bare`, but the second statement reads the tasks and their leads."""
    return _bare(_BARE_WITH_ROWS, name, limit)


def _bare(lease: str, name: str, limit: int) -> Claim:
    connection = psycopg.connect(os.environ["DATABASE_URL"])

    def claim(now: datetime) -> list[int]:
        ids = [pk for (pk,) in connection.execute(_BARE, {"now": now, "limit": limit}).fetchall()]
        leased = connection.execute(lease.encode(), (name, now + LEASE, ids))
        if leased.description:
            ids = [row[0] for row in leased.fetchall()]
        connection.commit()
        return ids

    return claim


JOBS: dict[str, Callable[[str, int], Claim]] = {
    "drain": through_the_service,
    "service": through_the_service,
    "bare": bare,
    "bare with rows": bare_with_rows,
}


def drain(claim: Claim, name: str, now: datetime, diary: Path) -> None:
    """Claim and complete tasks by the product's own verbs, until no task is given."""
    from followups.services import complete_task

    with diary.open("a") as lines:

        def write(*line: object) -> None:
            lines.write(json.dumps(line) + "\n")
            lines.flush()
            os.fsync(lines.fileno())

        while _is_wanted() and (given := claim(now)):
            write("claimed", given, now.isoformat(), (now + LEASE).isoformat())
            for pk in given:
                complete_task(pk, name, now=now)
                write("done", pk)


def measure(claim: Claim, now: datetime, diary: Path) -> None:
    """Claim until no task is given, and record how long it took.

    One plain statement, the same for every kind of claim, marks the tasks done, so that they leave the index as usual.
    """
    tasks, seconds = 0, 0.0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while _is_wanted():
            began = time.perf_counter()
            given = claim(now)
            seconds += time.perf_counter() - began
            if not given:
                break
            tasks += len(given)
            connection.execute(_DONE, (now, given))
    diary.write_text(json.dumps([tasks, seconds]))


def _is_wanted() -> bool:
    """Whether the process that started this one still lives. A killed one cannot say so itself."""
    return os.getppid() == _STARTED_BY


def main() -> int:
    """Get ready, then work at each instant read from stdin, and report each."""
    name, job, limit, diary = sys.argv[1:]
    claim = JOBS[job](name, int(limit))
    _say("ready")
    for line in sys.stdin:
        now = datetime.fromisoformat(line.strip())
        if job == "drain":
            drain(claim, name, now, Path(diary))
        else:
            measure(claim, now, Path(diary))
        _say("nothing is left")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
