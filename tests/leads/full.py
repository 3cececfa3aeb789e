"""Import a large file of leads with 1% bad rows twice: time, memory, and the changes of the second run.

python -m tests.leads.full --rows 200000
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.leads.rows import BAD_EVERY, write
from tests.served import ENVIRONMENT, ROOT, fresh_database

SECONDS_MAX = 300
# Beyond a tenth of the rows the process may grow only by the memory of each lead_id, and little else.
GROWTH_MAX_MB = 64
STATE = "SELECT count(*), count(DISTINCT lead_id), min(created_at), max(updated_at) FROM followups_lead"
# The command in a process that reports at its end its peak memory (kB, by Linux) and its CPU seconds.
_MEASURED = (
    "import resource, sys; from django.core.management import execute_from_command_line as run\n"
    "try: run(sys.argv)\n"
    "except SystemExit: pass\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "sys.stdout.write(f'peak {used.ru_maxrss} {used.ru_utime + used.ru_stime:.0f}\\n')"
)


def main() -> int:
    """Import twice and print. Return 1 if it took too long, grew, lost a row or changed one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    with fresh_database() as url, tempfile.TemporaryDirectory(prefix="wholesale-leads-") as folder:
        small, large = (write(Path(folder, f"{n}.csv"), n) for n in (rows // 10, rows))
        with psycopg.connect(url, autocommit=True) as postgres:
            tenth, _ = _import(url, small, "a tenth of it")
            postgres.execute("TRUNCATE followups_lead")
            first, seconds = _import(url, large, f"{rows:,} rows")
            stored = postgres.execute(STATE).fetchone()
            second, again = _import(url, large, "again")
            unchanged = postgres.execute(STATE).fetchone() == stored
    good = rows - rows // BAD_EVERY
    passed = {
        f"under {SECONDS_MAX} s": max(seconds, again) < SECONDS_MAX,
        f"memory steady: {tenth:.0f} MB for a tenth, then {first:.0f} and {second:.0f} MB": (
            max(first, second) - tenth < GROWTH_MAX_MB
        ),
        f"each of the {good:,} good rows is stored once": stored is not None and stored[:2] == (good, good),
        "the second run changed nothing": unchanged,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _import(url: str, path: Path, what: str) -> tuple[float, float]:
    """Run an import. Return its peak memory in MB, and its seconds."""
    command = [sys.executable, "-c", _MEASURED, "import_leads", str(path)]
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "wholesale.settings"}
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.monotonic() - started
    said, used = done.stdout.rsplit("peak ", 1)
    peak, cpu = used.split()
    sys.stdout.write(f"{what}: {seconds:.0f} s ({cpu} s of CPU), {int(peak) / 1024:.0f} MB. {said}")
    return int(peak) / 1024, seconds


if __name__ == "__main__":
    sys.exit(main())
