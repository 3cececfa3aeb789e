"""Acceptance that falls by 40% in one province: when the tripwires of the provinces see it, in ten simulations.

Each has the offers of 20,000 leads over 90 days, made by the verbs of their life; the leads and the rest of the business are
left out, for they take minutes a simulation and change no answer. On SQLite, unless PostgreSQL is under test.

python -m tests.simulation.falls --seeds 10
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.served import ROOT, fresh_database, migrating_once, settings_for
from tests.simulation import FALLS_ON

AT_ONCE = 2
EARLY_MAX = 1  # of ten
_RED, _NEVER = "went red on day", "never"


class Seen(NamedTuple):
    """On which day (counted from 1) the tripwire of the province where acceptance falls went red, and that of the other."""

    seed: int
    fell: str
    other: str


def main() -> int:
    """Simulate and print. Return 1 if a fall was not seen, or was seen before it in more than one of ten."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seed", type=int, help="only this one, in this process and its database")
    options = parser.parse_args()
    if options.seed is not None:
        sys.stdout.write(_simulated(options.seed))
        return 0
    started = time.monotonic()
    with migrating_once(ahead=True), ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(_apart, range(1, options.seeds + 1)))
    for one in found:
        sys.stdout.write(f"seed {one.seed}: {_RED} {one.fell}; elsewhere {one.other}\n")
    days = [int(one.fell) for one in found if one.fell != _NEVER]
    early = sum(day < FALLS_ON for day in days)
    later = sorted(day - FALLS_ON for day in days if day >= FALLS_ON) or [-1]
    others = sum(one.other != _NEVER for one in found)
    allowed = max(EARLY_MAX, EARLY_MAX * len(found) // 10)
    passed = {
        f"the fall on day {FALLS_ON} is seen in {len(days) - early} of {len(found)}, after {later[0]} to {later[-1]} days": (
            len(days) == len(found)
        ),
        f"before it in {early}, {allowed} at most": early <= allowed,
        f"where nothing falls, a false alarm in {others}, {allowed} at most": others <= allowed,
        f"in {time.monotonic() - started:,.0f} s": True,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _apart(seed: int) -> Seen:
    """Simulate with this seed in a process and a database of its own."""
    with fresh_database() as url:
        command = [sys.executable, "-m", "tests.simulation.falls", "--seed", str(seed)]
        done = subprocess.run(command, cwd=ROOT, env=settings_for(url), check=True, stdout=subprocess.PIPE, text=True)
    fell, other = done.stdout.split()
    return Seen(seed, fell, other)


def _simulated(seed: int) -> str:
    """Simulate in this process. Return the days of `Seen`, with a space between them."""
    import django

    django.setup()
    from tests.simulation import answering  # it has models
    from wholesale.demo.people import OFFER_MARKETS

    plan = answering.falling(seed)
    answering.offers_watched(plan)
    reds = [answering.went_red(where.province) for where in OFFER_MARKETS]
    return " ".join(_NEVER if red is None else str((red - plan.starts(0)).days + 1) for red in reds)


if __name__ == "__main__":
    sys.exit(main())
