"""Claimants in processes drain due tasks; some are killed with leases in hand. Is each task done once? How many a second?

    python -m tests.claims.drain --tasks 50000 --claimants 16 --kills 5

First all claim and complete, and while they do some are killed by SIGKILL. When nothing more is given, what is left open is
what the killed ones hold or own, and not a moment before their leases expire may anybody have it. Then the clock moves to
the expiry, the killed ones are started again, and all do the rest. Last, claims a second through the service beside a bare
loop of psycopg.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.claims.claimants import LEASE
from tests.claims.rows import fill
from tests.served import ROOT, fresh_database, settings_for

NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # a Tuesday; in no province is it too early or too late
LIMIT = 50
LIMITS = (10, 50, 200, 500)
PATIENCE = 3600  # seconds
_OPEN = "completed_at IS NULL AND cancelled_at IS NULL"


@dataclass
class Outcome:
    """What was done, and what went wrong: all of the latter must be 0."""

    tasks: int
    kills: int = 0
    recovered: int = 0  # tasks that the killed ones held
    lost: int = 0  # never completed
    twice: int = 0  # said to be done more than once, or with more than one attempt or KPI row
    overlapping: int = 0  # tasks under two live leases at once
    too_early: int = 0  # given away before a killed one's lease had expired
    held_by_nobody: int = 0  # left open, though no killed one held or owned it
    seconds: float = 0.0
    rates: list[tuple[int, float, float]] = field(default_factory=list)  # limit, tasks a second: service, bare

    @property
    def faults(self) -> int:
        """0 when every task was done once, by the one who held it."""
        return self.lost + self.twice + self.overlapping + self.too_early + self.held_by_nobody

    def __str__(self) -> str:
        rates = [
            f"{limit} at a time: {service:,.0f} tasks claimed a second, a bare loop {bare:,.0f}: {service / bare:.2f} of it"
            for limit, service, bare in self.rates
        ]
        return "\n".join(
            [
                f"{self.tasks:,} tasks claimed and completed in {self.seconds:.0f} s, {self.kills} claimants killed, "
                f"{self.recovered} leases of theirs recovered: {self.faults} faults (lost {self.lost}, twice {self.twice}, "
                f"under two leases {self.overlapping}, given too early {self.too_early}, held by nobody "
                f"{self.held_by_nobody})",
                *rates,
            ]
        )


def drain_with_kills(url: str, *, tasks: int, claimants: int, kills: int, seed: int = 1) -> Outcome:
    """Fill, drain, kill, recover, compare."""
    outcome = Outcome(tasks)
    with psycopg.connect(url, autocommit=True) as postgres, tempfile.TemporaryDirectory(prefix="claims-") as folder:
        fill(postgres, tasks, NOON, claimants)
        diaries = Path(folder)
        began = time.monotonic()
        _drain(url, range(claimants), NOON, diaries, kills=kills, dice=random.Random(seed))
        outcome.kills = kills
        dead = [f"claimant-{number}" for number in range(kills)]
        outcome.recovered = _count(postgres, "leased_by = ANY(%s) AND leased_until = %s", dead, NOON + LEASE)
        left = _count(postgres, "TRUE")
        outcome.held_by_nobody = left - _count(postgres, "leased_by = ANY(%s) OR owner = ANY(%s)", dead, dead)
        _drain(url, [claimants - 1], NOON + LEASE - timedelta(microseconds=1), diaries)
        outcome.too_early = left - _count(postgres, "TRUE")
        _drain(url, range(claimants), NOON + LEASE, diaries)
        outcome.seconds = time.monotonic() - began
        _compare(postgres, outcome, diaries)
    return outcome


def _drain(
    url: str,
    numbers: Sequence[int],
    now: datetime,
    diaries: Path,
    *,
    kills: int = 0,
    dice: random.Random | None = None,
) -> None:
    processes = [_claimant(url, number, "drain", LIMIT, now, diaries / str(number)) for number in numbers]
    _begin(processes)
    for number in range(kills):
        _wait_for_a_claim(diaries / str(number), processes[number])
        time.sleep(dice.uniform(0, 0.2) if dice else 0)
        processes[number].send_signal(signal.SIGKILL)
    for process in processes:
        process.wait(PATIENCE)


def _claimant(url: str, number: int, job: str, limit: int, now: datetime, diary: Path) -> subprocess.Popen[bytes]:
    words = [f"claimant-{number}", job, str(limit), now.isoformat(), str(diary)]
    command = [sys.executable, "-m", "tests.claims.claimants", *words]
    return subprocess.Popen(command, cwd=ROOT, env=settings_for(url), stdin=subprocess.PIPE)


def _begin(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.close()


def _wait_for_a_claim(diary: Path, process: subprocess.Popen[bytes]) -> None:
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
    """A line; nothing where the kill cut it off."""
    try:
        return list(json.loads(text))
    except json.JSONDecodeError:
        return []


def _overlap(spans: list[tuple[str, str]]) -> bool:
    """Whether a lease began before the one before it had ended."""
    spans.sort()
    return any(begins < ended for (_, ended), (begins, _) in pairwise(spans))


def claims_a_second(url: str, *, job: str, limit: int, claimants: int) -> float:
    """Tasks a second, by the time that the claimants spent claiming."""
    with psycopg.connect(url, autocommit=True) as postgres, tempfile.TemporaryDirectory(prefix="claims-") as folder:
        postgres.execute("UPDATE followups_followuptask SET leased_by = NULL, leased_until = NULL, completed_at = NULL")
        postgres.execute("VACUUM FULL ANALYZE followups_followuptask")
        diaries = [Path(folder) / str(number) for number in range(claimants)]
        processes = [_claimant(url, n, job, limit, NOON, diary) for n, diary in enumerate(diaries)]
        time.sleep(claimants * 0.5)  # all have started
        _begin(processes)
        for process in processes:
            if process.wait(PATIENCE):
                raise RuntimeError(f"A claimant ended with {process.returncode}")
        told = [json.loads(diary.read_text()) for diary in diaries]
    seconds = sum(spent for _, spent in told) / claimants
    return float(sum(tasks for tasks, _ in told) / seconds)


def main() -> int:
    """Run it and print; 1 when a task was lost, done twice or given twice, not when it was slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--claimants", type=int, default=16)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("GO_LIVE_ENFORCE", "false")
    with fresh_database() as url:
        outcome = drain_with_kills(url, tasks=options.tasks, claimants=options.claimants, kills=options.kills)
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as postgres:
            fill(postgres, options.tasks, NOON, options.claimants)
        for limit in LIMITS:
            bare, service = (
                claims_a_second(url, job=job, limit=limit, claimants=options.claimants) for job in ("bare", "service")
            )
            outcome.rates.append((limit, service, bare))
    sys.stdout.write(f"{outcome}\n")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
