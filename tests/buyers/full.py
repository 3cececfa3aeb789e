"""Import as many buyers as leads, with 1% bad rows: the time of each, and what the same files change again.

    python -m tests.postgres python -m tests.buyers.full --rows 50000

Each buyer has a phone number, an address and a box with two places. The two commands alternate, each time into an empty
database, and the medians of their times are compared.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.buyers.book import rows as rows_of_buyers
from tests.leads import rows as rows_of_leads
from tests.served import ENVIRONMENT, ROOT, fresh_database

RATIO_MAX = 2
ROUNDS = 3
_TABLES = "followups_lead, buyers_buyer, buyers_buybox, buyers_buyboxplace"
_STATE = (
    "SELECT (SELECT count(*) FROM buyers_buyer), (SELECT count(*) FROM buyers_buybox), "
    "(SELECT count(*) FROM buyers_buyboxplace), (SELECT max(updated_at) FROM buyers_buyer), "
    "(SELECT sum(id) FROM buyers_buyboxplace)"
)


def main() -> int:
    """Measure and print. Return 1 if buyers took more than twice as long, a row was lost, or the same file changed one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    good = rows - rows // rows_of_leads.BAD_EVERY
    times: dict[str, list[float]] = {"leads": [], "buyers": []}
    with fresh_database() as url, tempfile.TemporaryDirectory(prefix="wholesale-buyers-") as folder:
        files = {
            "leads": rows_of_leads.write(Path(folder, "leads.csv"), rows),
            "buyers": rows_of_buyers.write(Path(folder, "buyers.csv"), rows),
        }
        with psycopg.connect(url, autocommit=True) as postgres:
            for number in range(ROUNDS):
                postgres.execute(f"TRUNCATE {_TABLES} CASCADE")
                for what, path in files.items():
                    times[what].append(_import(url, what, path, f"created {good:,}, updated 0, unchanged 0."))
                sys.stdout.write(
                    f"round {number + 1}: leads {times['leads'][-1]:.1f} s, buyers {times['buyers'][-1]:.1f} s\n"
                )
            stored = postgres.execute(_STATE).fetchone()
            again = _import(url, "buyers", files["buyers"], f"created 0, updated 0, unchanged {good:,}.")
            unchanged = postgres.execute(_STATE).fetchone() == stored
    leads, buyers = (statistics.median(times[what]) for what in ("leads", "buyers"))
    ratio = statistics.median(b / a for a, b in zip(times["leads"], times["buyers"], strict=True))
    passed = {
        f"{rows:,} leads in {leads:.1f} s, as many buyers in {buyers:.1f} s, {ratio:.2f} times as long "
        f"(at most {RATIO_MAX})": ratio <= RATIO_MAX,
        f"each of the {good:,} good rows is a buyer with a box of two places": (
            stored is not None and stored[:3] == (good, good, 2 * good)
        ),
        f"the same file again changed nothing, in {again:.1f} s": unchanged,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _import(url: str, what: str, path: Path, expected: str) -> float:
    """Return the seconds that the command took, as its user waits for them."""
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": url}
    command = [sys.executable, "manage.py", f"import_{what}", str(path)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if not re.search(re.escape(expected), done.stdout):
        raise RuntimeError(f"{done.stdout}\n{done.stderr}"[-4_000:])
    return seconds


if __name__ == "__main__":
    sys.exit(main())
