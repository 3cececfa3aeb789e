"""Kill a server in the middle of a stream of writes, then check that every fact still has its KPI row.

    python -m tests.faults.kills --kills 20

The whole process group is killed, so the server cannot close its transactions. Afterwards each completed task must have
exactly one KPI row and each such row its task, likewise for ladders. Each ladder must count its open tasks, and every
acknowledged completion must be stored.
"""

import argparse
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from tests.served import Server, fresh_database, operator_token, serving

CLIENTS = 4
THREADS = 4
FEWEST, MOST = 20, 200  # completions between two kills; not seconds, since machines differ in speed
PATIENCE = 60  # seconds for them

_COMPLETED = "SELECT id FROM followups_followuptask WHERE completed_at IS NOT NULL"
_LADDERS = "SELECT id FROM followups_followupladder"
_COUNTED = "SELECT subject_id FROM kpi_kpievent WHERE metric = '{metric}'"
_MISCOUNTED = """
SELECT count(*) FROM followups_followupladder AS l
WHERE l.open_steps <> (
    SELECT count(*) FROM followups_followuptask AS t
    WHERE t.ladder_id = l.id AND t.completed_at IS NULL AND t.cancelled_at IS NULL
) OR (l.open_steps = 0) <> (l.closed_at IS NOT NULL)
"""


@dataclass
class Outcome:
    """What the clients were told over all kills, compared with the database."""

    kills: int = 0
    acknowledged: set[int] = field(default_factory=set)  # ids of tasks
    cut_off: int = 0  # requests that the kill left without an answer
    completed: int = 0
    lost: int = 0  # acknowledged but not completed
    without_kpi_row: int = 0
    without_fact: int = 0  # KPI rows without a matching task or ladder
    counted_twice: int = 0
    miscounted_ladders: int = 0

    @property
    def mismatches(self) -> int:
        """The number of contradictions: 0 if every fact is whole."""
        return self.lost + self.without_kpi_row + self.without_fact + self.counted_twice + self.miscounted_ladders

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.completed} completes ({len(self.acknowledged)} acknowledged, "
            f"{self.cut_off} requests cut off): {self.mismatches} mismatches "
            f"(acknowledged and lost {self.lost}, facts without KPI row {self.without_kpi_row}, "
            f"KPI rows without fact {self.without_fact}, counted twice {self.counted_twice}, "
            f"ladders miscounted {self.miscounted_ladders})"
        )


def kill_and_compare(database_url: str, kills: int, seed: int = 1) -> Outcome:
    """Serve, stream writes and kill as often as asked, then compare."""
    outcome = Outcome()
    token = operator_token(database_url, "killed")
    dice = random.Random(seed)
    for _ in range(kills):
        with serving(database_url, threads=THREADS) as server, ThreadPoolExecutor(CLIENTS) as pool:
            started = threading.Barrier(CLIENTS + 1)
            streams = [pool.submit(_started_stream, server, token, started, outcome) for _ in range(CLIENTS)]
            started.wait(timeout=30)
            _wait_for(len(outcome.acknowledged) + dice.randint(FEWEST, MOST), outcome)
            server.kill()
            for stream in streams:
                stream.result(timeout=30)
        outcome.kills += 1
    compare(database_url, outcome)
    return outcome


def _wait_for(acknowledged: int, outcome: Outcome) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(outcome.acknowledged) < acknowledged and time.monotonic() < deadline:
        time.sleep(0.001)


def _started_stream(server: Server, token: str, started: threading.Barrier, outcome: Outcome) -> None:
    started.wait(timeout=30)
    stream(server, token, outcome, threading.Event())


def stream(server: Server, token: str, outcome: Outcome, ended: threading.Event) -> None:
    """Start ladders and complete their steps until a request is cut off or the end is signalled."""
    with server.client(token) as client:
        try:
            while not ended.is_set():
                steps = client.post("/api/followups/ladder/create", json={"province": "ON"}).raise_for_status().json()
                for step in steps[:-1]:  # one step stays open, so that the count of the ladder is tested too
                    client.post(f"/api/followups/task/{step['id']}/complete").raise_for_status()
                    outcome.acknowledged.add(step["id"])
        except httpx.TransportError:
            outcome.cut_off += 1


def compare(database_url: str, outcome: Outcome) -> None:
    """Compare the database with what the clients were told, and store the result."""
    with rows_of(database_url) as rows:
        completed = {str(row[0]) for row in rows(_COMPLETED)}
        _compare_kpi_rows(outcome, completed, rows(_COUNTED.format(metric="followup_completed")))
        _compare_kpi_rows(outcome, {str(row[0]) for row in rows(_LADDERS)}, rows(_COUNTED.format(metric="ladder_created")))
        outcome.miscounted_ladders = rows(_MISCOUNTED)[0][0]
    outcome.completed = len(completed)
    outcome.lost = len({str(task) for task in outcome.acknowledged} - completed)


def _compare_kpi_rows(outcome: Outcome, facts: set[str], rows: list[Any]) -> None:
    counted = Counter(row[0] for row in rows)
    outcome.without_kpi_row += len(facts - counted.keys())
    outcome.without_fact += len(counted.keys() - facts)
    outcome.counted_twice += sum(1 for times in counted.values() if times > 1)


@contextmanager
def rows_of(database_url: str) -> Iterator[Any]:
    """Return a function from SQL to rows, once the transactions of the killed server have ended."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(urlsplit(database_url).path)) as connection:
            yield lambda sql: connection.execute(sql).fetchall()
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(database_url, autocommit=True) as postgres:
        while postgres.execute(others).fetchall()[0][0]:
            time.sleep(0.05)
        yield lambda sql: postgres.execute(sql).fetchall()


def main() -> int:
    """Run and print one line. Return 1 if a fact was torn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with fresh_database() as url:
        outcome = kill_and_compare(url, options.kills, options.seed)
    sys.stdout.write(f"{outcome}\n")
    return 1 if outcome.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
