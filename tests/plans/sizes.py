"""Compare the times of `due` and `claim` on a small and a large table, on stdout.

    python -m tests.plans.sizes --small 10000 --large 5000000

A tenth of each table is open. Both have equally many due and permitted tasks: the large one has more completed and future
ones. Calls on the two alternate, so that other work of the machine affects both. A claim is rolled back, and its commit is
not timed: the wait for the disk is the same for both and would hide a difference.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence, Sized
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from statistics import median, quantiles
from urllib.parse import urlsplit

import django
import psycopg

from tests.plans.rows import fill
from tests.served import ENVIRONMENT, fresh_database
from wholesale.plumbing.act import Act

NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # a Tuesday, at an hour that every province permits
DUE = 840  # places and owners repeat after 70 ladders (rows.py): a multiple of that gives both tables equally many of each
LIMIT = 50
RATIO_MAX = 1.3  # of the medians
WARM_UP = 30  # rounds
_PERMITTED = """
SELECT count(*) FROM followups_followuptask
WHERE completed_at IS NULL AND cancelled_at IS NULL AND due_at <= %(now)s AND %(now)s BETWEEN open_from AND open_until
"""


def main() -> int:
    """Fill, measure and print. Return 1 if the large table makes an operation slower."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=10_000, help="tasks (10,000)")
    parser.add_argument("--large", type=int, default=5_000_000, help="tasks (5,000,000)")
    parser.add_argument("--rounds", type=int, default=400, help="of each operation (400)")
    options = parser.parse_args()
    with ExitStack() as stack:
        small, large = (stack.enter_context(fresh_database()) for _ in range(2))
        _fill(small, options.small)
        _fill(large, options.large)
        os.environ.update(ENVIRONMENT, DATABASE_URL=small, DJANGO_SETTINGS_MODULE="wholesale.settings")
        django.setup()
        return _report(large, options.rounds)


def _fill(url: str, tasks: int) -> None:
    """Insert so many tasks, and finish the server's maintenance before the measurement."""
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as postgres:
        fill(postgres, tasks, due=DUE, now=NOON)
        # Claims leave dead rows: their number would cause a vacuum of the small table, but not of the large one.
        postgres.execute("ALTER TABLE followups_followuptask SET (autovacuum_enabled = off)")
        postgres.execute("VACUUM ANALYZE")
        postgres.execute("CHECKPOINT")
        ((permitted,),) = postgres.execute(_PERMITTED, {"now": NOON}).fetchall()
    sys.stdout.write(f"{tasks:,} tasks, {permitted} of them due and permitted: {time.monotonic() - began:.0f} s\n")


def _report(large_url: str, rounds: int) -> int:
    """Measure on the small database, which is Django's own, and on the large one."""
    from django.db import connections

    small = connections["default"]
    large = type(small)({**small.settings_dict, "NAME": urlsplit(large_url).path.lstrip("/")}, "large")
    sys.stdout.write(f"\n{'milliseconds':20} {'small':>8} {'p95':>7} {'large':>8} {'p95':>7} {'ratio':>8} {'of p95':>7}\n")
    slower = 0
    for name, act in _operations().items():
        times: dict[object, list[float]] = {small: [], large: []}
        for number in range(WARM_UP + rounds):
            for database in (small, large) if number % 2 else (large, small):
                connections["default"] = database
                times[database].append(_milliseconds(act))
        (median_small, p95_small), (median_large, p95_large) = (_figures(taken[WARM_UP:]) for taken in times.values())
        ratio = median_large / median_small
        slower += ratio >= RATIO_MAX
        sys.stdout.write(
            f"{name:20} {median_small:8.2f} {p95_small:7.2f} {median_large:8.2f} {p95_large:7.2f}"
            f" {ratio:8.2f} {p95_large / p95_small:7.2f}\n"
        )
    large.close()
    return 1 if slower else 0


def _operations() -> dict[str, Callable[[], Sized]]:
    from django.db import transaction

    from followups.tasks.due.claims import claim_due
    from followups.tasks.due.services import due_tasks

    def claim(owner: str, province: str | None = None) -> Sized:
        with transaction.atomic():
            claimed = claim_due(owner=owner, limit=LIMIT, province=province, act=Act(at=NOON))
            transaction.set_rollback(True)
        return claimed

    return {
        "due": partial(due_tasks, LIMIT, now=NOON),
        "due, an owner's": partial(due_tasks, LIMIT, owner="busy", now=NOON),
        "due, a province's": partial(due_tasks, LIMIT, province="ON", now=NOON),
        "claim": partial(claim, "nobody"),
        "claim, one's own": partial(claim, "busy"),
        "claim, a province's": partial(claim, "nobody", province="ON"),
    }


def _milliseconds(act: Callable[[], Sized]) -> float:
    began = time.perf_counter()
    found = len(act())
    taken = (time.perf_counter() - began) * 1000
    if found != LIMIT:
        raise RuntimeError(f"{found} tasks instead of {LIMIT}")
    return taken


def _figures(times: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return median(times), quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
