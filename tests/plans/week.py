"""The time of a week's SLA report with 5,000,000 tasks, by each group, on stdout.

    python -m tests.plans.week --tasks 5000000 --days 365

The tasks fell due evenly over so many days. 90% of them are completed. Of the others the given number fell due in the last
two days and are open. The time is that of the whole verb: the statement and the processing of its rows.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from statistics import median, quantiles

import django
import psycopg

from tests.plans.rows import fill
from tests.served import ENVIRONMENT, fresh_database

NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)
OVERDUE = 10_000
MILLISECONDS_MAX = 300  # of the median
ROUNDS, WARM_UP = 20, 3


def main() -> int:
    """Fill, measure and print. Return 1 if a week takes too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=5_000_000)
    parser.add_argument("--days", type=int, default=365, help="over which the completed ones fell due (365)")
    options = parser.parse_args()
    with fresh_database() as url:
        began = time.monotonic()
        with psycopg.connect(url, autocommit=True) as postgres:
            fill(postgres, options.tasks, due=OVERDUE, now=NOON, days=(options.days, 0))
            postgres.execute("VACUUM ANALYZE")
        sys.stdout.write(f"{options.tasks:,} tasks over {options.days} days: {time.monotonic() - began:.0f} s\n")
        os.environ.update(ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings")
        django.setup()
        return _report()


def _report() -> int:
    from followups.sla.report import GROUPS, recent_sla

    slow = 0
    sys.stdout.write(f"\n{'milliseconds':20} {'median':>8} {'p95':>8} {'tasks':>9} {'groups':>7}\n")
    for by in (None, *GROUPS):
        times = []
        for _ in range(WARM_UP + ROUNDS):
            began = time.perf_counter()
            sla = recent_sla(by=by, now=NOON)
            times.append((time.perf_counter() - began) * 1000)
        if sla["open_overdue"] != OVERDUE - 1 or sla["completed"] < OVERDUE:  # the last one falls due at noon
            raise RuntimeError(f"{sla['completed']:,} completed and {sla['open_overdue']:,} open tasks of the week")
        usual, p95 = median(times[WARM_UP:]), quantiles(times[WARM_UP:], n=20)[-1]
        slow += usual >= MILLISECONDS_MAX
        sys.stdout.write(f"{by or 'all together':20} {usual:8.1f} {p95:8.1f} {sla['count']:9,} {len(sla['groups']):7}\n")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
