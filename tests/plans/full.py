"""The cost of the reads of follow-up with a million tasks, pinned or not: a table on stdout.

python -m tests.plans.full --tasks 1000000
"""

import argparse
import os
import sys
import time

import django
import psycopg

from tests.served import ENVIRONMENT, fresh_database


def main() -> int:
    """Fill, explain and print. Return 1 if a pinned read reads too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    tasks = parser.parse_args().tasks
    with fresh_database() as url:
        os.environ.update(ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings")
        django.setup()
        with psycopg.connect(url, autocommit=True) as postgres:
            return _report(postgres, tasks)


def _report(postgres: psycopg.Connection, tasks: int) -> int:
    from tests.plans.explain import explain, statement_of
    from tests.plans.reads import PREPARED, READS, TABLE, UNPINNED, reads_too_much
    from tests.plans.rows import fill

    started = time.monotonic()
    fill(postgres, tasks)
    sys.stdout.write(f"{tasks:,} tasks in {time.monotonic() - started:.0f} s\n")
    too_much = 0
    for name, read in {**READS, **UNPINNED}.items():
        statement = statement_of(TABLE, read)
        for generic in (False, True) if name in PREPARED else (False,):
            plan = explain(postgres, statement, generic=generic)
            if name in READS:
                too_much += reads_too_much(name, plan)
            sys.stdout.write(f"{name:55} {'generic' if generic else 'custom':8} {plan}\n")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())
