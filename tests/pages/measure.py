"""The time that a page takes: by the clock, and of the processor in Python and in the backend of PostgreSQL (Linux)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS, WARM_UP = 9, 2
_MS = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request took, in milliseconds."""

    wall: float
    python: float
    database: float

    @property
    def processor(self) -> float:
        """The processor time in all: what the page takes on a machine that does nothing else."""
        return self.python + self.database


def measure(ask: Callable[[], Any], rounds: int = ROUNDS) -> Taken:
    """Ask several times and return the medians, without the first answers."""
    backend, taken = _backend(), []
    for _n in range(WARM_UP + rounds):
        wall, python, database = time.perf_counter(), time.process_time(), _nanoseconds(backend)
        answer = ask()
        taken.append(
            Taken(
                (time.perf_counter() - wall) * _MS,
                (time.process_time() - python) * _MS,
                (_nanoseconds(backend) - database) / 1e6,
            )
        )
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} instead of 200")
    kept = taken[WARM_UP:]
    return Taken(*(median(getattr(one, name) for one in kept) for name in ("wall", "python", "database")))


def _backend() -> int:
    """Return the process of the backend, and let it do all the work itself: what a helper takes could not be told."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections, connection

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # a server's connection lives as long as its thread
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _nanoseconds(process: int) -> int:
    """How long the process has been on a processor."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
