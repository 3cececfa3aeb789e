"""The full-size simulation on the database under test and on SQLite: time, contacts outside the rules, rebuilt rates, and
when the tripwire on Ontario's acceptance goes red, which falls by 40% in the middle.

python -m tests.simulation.full --leads 20000 --days 90
"""

import argparse
import re
import resource
import sys
import tempfile
import time
from contextlib import ExitStack

from tests.served import manage, new_database, on_postgresql
from tests.simulation import FALLS_ON

SECONDS_MAX = 900
DAYS = 90
# The days (counted from 1) on which the tripwire on Ontario's acceptance went red.
_REDS = """
from kpi.models import RegressionTrigger
from wholesale.demo import simulation
start = simulation.plan_of(simulation.stored()).starts(0)
for trigger in RegressionTrigger.objects.filter(policy__metric="offer_accept_rate", policy__province="ON"):
    print((trigger.created_at - start).days + 1)
"""
_CELL = r"{}\s*\S\s*([\d,]+)"


def main() -> int:
    """Simulate and print. Return 1 if it took too long, or a contact was outside the rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args()
    with ExitStack() as stack:
        databases = {"SQLite": f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/db.sqlite3"}
        if on_postgresql():
            databases = {"PostgreSQL": stack.enter_context(new_database()), **databases}
        passed: dict[str, bool] = {}
        for name, url in databases.items():
            manage(url, "migrate", "--verbosity", "0")
            passed |= _simulate(name, url, options.leads, options.days)
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _simulate(name: str, url: str, leads: int, days: int) -> dict[str, bool]:
    """Simulate once. Return the conditions, and whether each holds."""
    started, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    falls_on = days * FALLS_ON // DAYS
    falls = ("--fall-in", "ON", "--fall-on", str(falls_on))
    said = manage(url, "simulate", "--leads", str(leads), "--days", str(days), *falls)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    sys.stdout.write(f"{name}\n{said}\n")
    rebuilt = manage(url, "rebuild_liquidity", "--check")  # it fails where a node or a record differs
    sys.stdout.write(rebuilt)
    red = [int(day) for day in manage(url, "shell", "--verbosity", "0", "--command", _REDS).split()]
    outside, closed = (int(_found(what, said).replace(",", "")) for what in ("Contacts outside the rules", "Ladders closed"))
    return {
        f"{name}: {leads:,} leads over {days} days in {seconds:,.0f} s ({cpu:,.0f} s of Python), under {SECONDS_MAX} s": (
            seconds < SECONDS_MAX
        ),
        f"{name}: every node and every buyer's record is what its events make": rebuilt.startswith("Every node"),
        f"{name}: acceptance in Ontario falls on day {falls_on}; its tripwire went red on {red or 'no day'}": (
            len(red) == 1 and red[0] >= falls_on
        ),
        f"{name}: {outside} contacts outside the rules, {closed:,} ladders worked through": outside == 0 < closed,
    }


def _found(what: str, said: str) -> str:
    found = re.search(_CELL.format(what), said)
    return found[1] if found else "-1"


if __name__ == "__main__":
    sys.exit(main())
