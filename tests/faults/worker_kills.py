"""Kill the server's workers one after another under a stream of writes: each is replaced at once, and no write is lost.

    python -m tests.faults.worker_kills --seconds 60

Only the requests in hand of a killed worker may fail. The other workers continue.
"""

import argparse
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.faults.kills import CLIENTS, Outcome, compare, stream
from tests.served import Server, fresh_database, operator_token, serving

WORKERS = 2
EVERY = 1.0  # seconds from one kill to the next
REPLACED_WITHIN = 1.0  # seconds
PATIENCE = 30  # seconds until the writes have begun


@dataclass
class WorkerKills:
    """The result of the kills."""

    outcome: Outcome = field(default_factory=Outcome)
    replaced: list[float] = field(default_factory=list)  # seconds, for each kill

    @property
    def faults(self) -> int:
        """The number of errors: writes lost, requests cut off beyond those in hand, and workers replaced late."""
        more_than_in_hand = max(0, self.outcome.cut_off - CLIENTS * self.outcome.kills)
        late = sum(seconds > REPLACED_WITHIN for seconds in self.replaced)
        return self.outcome.mismatches + more_than_in_hand + late

    def __str__(self) -> str:
        return f"{self.outcome}; replaced after {max(self.replaced):.2f} s at most"


def workers_of(server: Server) -> list[int]:
    """The process ids of the server's workers."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    processes = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, parent, state in processes if int(parent) == server.process.pid and "Z" not in state]


def kill_workers(database_url: str, seconds: float) -> WorkerKills:
    """Stream writes, kill one worker after another for so long, then compare."""
    found = WorkerKills()
    token = operator_token(database_url, "killed")
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            stream(server, token, found.outcome, ended)

    with serving(database_url, workers=WORKERS) as server, ThreadPoolExecutor(CLIENTS) as pool:
        streams = [pool.submit(write) for _ in range(CLIENTS)]
        deadline = time.monotonic() + PATIENCE
        while not found.outcome.acknowledged and time.monotonic() < deadline:
            time.sleep(0.01)
        until = time.monotonic() + seconds
        for number in itertools.count():
            if time.monotonic() > until:
                break
            found.replaced.append(_kill(server, number))
            found.outcome.kills += 1
            time.sleep(EVERY)
        ended.set()
        for one in streams:
            one.result(timeout=PATIENCE)
    compare(database_url, found.outcome)
    return found


def _kill(server: Server, number: int) -> float:
    """Kill a worker with SIGKILL. Return the seconds until there are as many as before."""
    before = workers_of(server)
    began = time.monotonic()
    os.kill(before[number % len(before)], signal.SIGKILL)
    while len(set(workers_of(server)) - {before[number % len(before)]}) < WORKERS and time.monotonic() < began + PATIENCE:
        time.sleep(0.01)
    return time.monotonic() - began


def main() -> int:
    """Run and print one line. Return 1 if a write was lost or a worker was late."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with fresh_database() as url:
        found = kill_workers(url, options.seconds)
    sys.stdout.write(f"{found}\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
