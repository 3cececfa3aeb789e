"""Claimant processes drain due tasks, and some are killed with leases in hand: is each task done once, and how fast?

    python -m tests.claims.drain --tasks 50000 --claimants 16 --kills 5

First all claim and complete while some are killed by SIGKILL. When no more task is given, the open tasks are those that the
killed ones hold or own, and nobody may get them before their leases expire. Then the clock moves to the expiry, the killed
ones are started again, and all do the rest. At last the claims a second through the service are compared with two bare loops
of psycopg: one reads only the ids, the other reads the tasks and their leads as a dialer needs them.
"""

import argparse
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.claims.claimants import LEASE
from tests.claims.rows import fill
from tests.served import ROOT, fresh_database, settings_for

NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # a Tuesday, at an hour that every province permits
LIMIT = 50
LIMITS = (10, 50, 200, 500)
JOBS = ("service", "bare", "bare with rows")  # in the order of Claims
PATIENCE = 3600  # seconds
_OPEN = "completed_at IS NULL AND cancelled_at IS NULL"


@dataclass
class Outcome:
    """The result of a run. Every count of errors must be 0."""

    tasks: int
    kills: int = 0
    recovered: int = 0  # tasks that the killed claimants held
    lost: int = 0  # never completed
    twice: int = 0  # reported as done more than once, or with more than one attempt or KPI row
    overlapping: int = 0  # tasks under two live leases at once
    too_early: int = 0  # given away before the lease of a killed claimant had expired
    held_by_nobody: int = 0  # left open though no killed claimant held or owned it
    seconds: float = 0.0

    @property
    def faults(self) -> int:
        """The number of errors: 0 if every task was done once, by its holder."""
        return self.lost + self.twice + self.overlapping + self.too_early + self.held_by_nobody

    def __str__(self) -> str:
        return (
            f"{self.tasks:,} tasks claimed and completed in {self.seconds:.0f} s, {self.kills} claimants killed, "
            f"{self.recovered} leases of theirs recovered: {self.faults} faults (lost {self.lost}, twice {self.twice}, "
            f"under two leases {self.overlapping}, given too early {self.too_early}, held by nobody {self.held_by_nobody})"
        )


def drain_with_kills(url: str, *, tasks: int, claimants: int, kills: int, seed: int = 1) -> Outcome:
    """Fill, drain, kill, recover, compare."""
    outcome = Outcome(tasks)
    dice = random.Random(seed)
    with psycopg.connect(url, autocommit=True) as postgres, tempfile.TemporaryDirectory(prefix="claims-") as folder:
        fill(postgres, tasks, NOON, claimants)
        diaries = Path(folder)
        with _started(url, claimants, "drain", LIMIT, diaries) as processes:
            began = time.monotonic()
            _tell(processes, NOON)
            for number, process in enumerate(processes[:kills]):
                _wait_for_a_claim(diaries / str(number), process)
                time.sleep(dice.uniform(0, 0.2))
                process.kill()
                process.communicate()
                outcome.kills += 1
            _listen(processes[kills:])
            dead = [_name(number) for number in range(kills)]
            outcome.recovered = _count(postgres, "leased_by = ANY(%s) AND leased_until = %s", dead, NOON + LEASE)
            left = _count(postgres, "TRUE")
            outcome.held_by_nobody = left - _count(postgres, "leased_by = ANY(%s) OR owner = ANY(%s)", dead, dead)
            _work(processes[-1:], NOON + LEASE - timedelta(microseconds=1))
            outcome.too_early = left - _count(postgres, "TRUE")
            processes[:kills] = [_claimant(url, number, "drain", LIMIT, diaries) for number in range(kills)]
            _listen(processes[:kills])
            _work(processes, NOON + LEASE)
            outcome.seconds = time.monotonic() - began
        _compare(postgres, outcome, diaries)
    return outcome


@contextmanager
def _started(url: str, claimants: int, job: str, limit: int, diaries: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Yield so many claimants, ready to work. All in the list are ended after the block, however it ends."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes += (_claimant(url, number, job, limit, diaries) for number in range(claimants))
        _listen(processes)
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.communicate()


def _claimant(url: str, number: int, job: str, limit: int, diaries: Path) -> "subprocess.Popen[bytes]":
    words = [_name(number), job, str(limit), str(diaries / str(number))]
    command = [sys.executable, "-m", "tests.claims.claimants", *words]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=settings_for(url, AGENT_CLAIM_MAX=str(max(LIMITS))),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )


def _name(number: int) -> str:
    return f"claimant-{number}"


def _work(processes: Sequence["subprocess.Popen[bytes]"], now: datetime) -> None:
    """Let all work at this instant, until no claimant is given a task."""
    _tell(processes, now)
    _listen(processes)


def _tell(processes: Sequence["subprocess.Popen[bytes]"], now: datetime) -> None:
    for process in processes:
        assert process.stdin
        process.stdin.write(f"{now.isoformat()}\n".encode())


def _listen(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Wait until each claimant has printed its word.

    Raises:
        RuntimeError: one ended, or said nothing for an hour.

    """
    for process in processes:
        assert process.stdout
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        if not (ready and process.stdout.readline()):
            raise RuntimeError(f"A claimant said nothing; it ended with {process.poll()}")


def _wait_for_a_claim(diary: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while not (diary.exists() and diary.stat().st_size) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)


def _count(postgres: psycopg.Connection, condition: str, *values: object) -> int:
    sql = f"SELECT count(*) FROM followups_followuptask WHERE {_OPEN} AND ({condition})"
    return int(postgres.execute(sql.encode(), values).fetchall()[0][0])


def _compare(postgres: psycopg.Connection, outcome: Outcome, diaries: Path) -> None:
    leases: dict[int, list[tuple[str, str]]] = defaultdict(list)
    done: Counter[int] = Counter()
    for diary in diaries.iterdir():
        for text in diary.read_text().splitlines():
            line = _parsed(text)
            if line and line[0] == "claimed":
                for pk in line[1]:
                    leases[pk].append((line[2], line[3]))
            elif line:
                done[line[1]] += 1
    outcome.lost = _count(postgres, "TRUE")
    outcome.overlapping = sum(_overlap(spans) for spans in leases.values())
    once = """
        SELECT count(*) FROM followups_followuptask AS t
        WHERE 1 <> (SELECT count(*) FROM followups_contactattempt WHERE task_id = t.id)
    """
    counted = "SELECT count(*), count(DISTINCT subject_id) FROM kpi_kpievent WHERE metric = 'followup_completed'"
    ((attempts,),) = postgres.execute(once).fetchall()
    ((rows, subjects),) = postgres.execute(counted).fetchall()
    outcome.twice = attempts + abs(rows - outcome.tasks) + (rows - subjects) + sum(times > 1 for times in done.values())


def _parsed(text: str) -> list[Any]:
    """Parse a line. Return None if the kill cut it off."""
    try:
        return list(json.loads(text))
    except json.JSONDecodeError:
        return []


def _overlap(spans: list[tuple[str, str]]) -> bool:
    """Whether a lease began before the previous one had ended."""
    spans.sort()
    return any(begins < ended for (_, ended), (begins, _) in pairwise(spans))


def claims_a_second(url: str, *, job: str, limit: int, claimants: int) -> float:
    """Tasks a second, over the time that the claimants spent claiming."""
    with psycopg.connect(url, autocommit=True) as postgres, tempfile.TemporaryDirectory(prefix="claims-") as folder:
        postgres.execute("UPDATE followups_followuptask SET leased_by = NULL, leased_until = NULL, completed_at = NULL")
        postgres.execute("VACUUM FULL ANALYZE followups_followuptask")
        with _started(url, claimants, job, limit, Path(folder)) as processes:
            _work(processes, NOON)
        told = [json.loads(diary.read_text()) for diary in Path(folder).iterdir()]
    seconds = sum(spent for _, spent in told) / claimants
    return float(sum(tasks for tasks, _ in told) / seconds)


class Claims(NamedTuple):
    """Tasks claimed a second, so many at a time: through the service, and by the two bare loops."""

    limit: int
    service: float
    bare: float
    with_rows: float

    @property
    def share(self) -> float:
        """The service's part of the loop that reads only the ids."""
        return self.service / self.bare

    def __str__(self) -> str:
        of_rows = self.service / self.with_rows
        return (
            f"{self.limit} at a time: {self.service:,.0f} tasks claimed a second; a bare loop {self.bare:,.0f}: "
            f"{self.share:.2f} of it; one that reads the rows {self.with_rows:,.0f}: {of_rows:.2f} of it"
        )


def compared(*, tasks: int, claimants: int) -> Iterator[Claims]:
    """Compare the service with the bare loops, one size of a claim after the other."""
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as postgres:
            fill(postgres, tasks, NOON, claimants)
        for limit in LIMITS:
            yield Claims(limit, *(claims_a_second(url, job=job, limit=limit, claimants=claimants) for job in JOBS))


def main() -> int:
    """Run and print. Return 1 if a task was lost, done twice or given twice, but not for slowness."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--claimants", type=int, default=16)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("GO_LIVE_ENFORCE", "false")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a stopped run takes its claimants with it
    with fresh_database() as url:
        outcome = drain_with_kills(url, tasks=options.tasks, claimants=options.claimants, kills=options.kills)
    sys.stdout.write(f"{outcome}\n")
    sys.stdout.flush()
    for claims in compared(tasks=options.tasks, claimants=options.claimants):
        sys.stdout.write(f"{claims}\n")
        sys.stdout.flush()
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
