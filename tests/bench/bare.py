"""Compare the writes with bare psycopg: ladder and complete through HTTP and in process, claims in process.

    python -m tests.bench.bare
    python -m tests.bench.bare --only ladder --rounds 3 --seconds 2

Bare psycopg writes the same rows (tests/bench/floor.py) from two processes with a connection each, with fsync. Two processes
call the service in the same way; HTTP is the production server under wrk. The three alternate, and a share is the median of
the rounds. Claims are those of `tests.claims.drain`. The exit code is 1 after a wrong answer, but not after a slow one.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

from tests import postgres
from tests.bench import data, processes
from tests.bench.operations import OPERATIONS, Operation, Values
from tests.bench.processes import Act
from tests.bench.rounds import FIRST_RATE, one_round
from tests.bench.server import Site, filled, serving, use_django
from tests.bench.speed import floor_rate, recorded_floor
from tests.bench.wrk import WrkIsMissing, require_wrk
from tests.claims import drain

HTTP, SERVICE, CLAIMS = 0.40, 0.65, 0.50  # at least this share of bare psycopg
VERBS = ("ladder", "complete")
CLAIMANTS = 16


def main() -> int:
    """Measure and print. Return 1 after a wrong answer."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a stopped run takes its processes with it
    try:
        require_wrk()
    except WrkIsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    wrong = []
    with postgres.server(fsync=True) as url:
        os.environ["DATABASE_URL"] = url
        if "claims" in options.only:
            for claims in drain.compared(tasks=options.tasks, claimants=CLAIMANTS):
                _say(claims.share >= CLAIMS, f"{claims} (at least {CLAIMS:.0%} of the first loop)")
        if verbs := [operation for operation in OPERATIONS if operation.name in {*VERBS} & {*options.only}]:
            wrong = list(_verbs(verbs, options.rounds, options.seconds))
    for example in wrong:
        sys.stdout.write(f"Wrong: {example}\n")
    return int(bool(wrong))


def _verbs(operations: list[Operation], rounds: int, seconds: float) -> Iterator[str]:
    """Measure them and print. Yields an example of each wrong answer."""
    with tempfile.TemporaryDirectory(prefix="wholesale-bare-") as folder, filled("bare", tasks=data.DUE) as site:
        use_django(site, Path(folder) / "here.log")
        with serving(site, Path(folder) / "server.log"):
            for operation in operations:
                yield from _verb(operation, site, rounds, seconds)


def _verb(operation: Operation, site: Site, rounds: int, seconds: float) -> Iterator[str]:
    loads = [one_round(operation, site, seconds=1, tag="warm")]
    recorded = recorded_floor(operation, site)
    bare, service = [], []
    for number in range(rounds):
        bare.append(floor_rate(operation, site, recorded, seconds, f"bare{number}"))
        service.append(_service_rate(operation, site, seconds, f"service{number}"))
        loads.append(one_round(operation, site, seconds=seconds, tag=f"http{number}"))
    for way, rates, least in (("the service", service, SERVICE), ("HTTP", [load.rate for load in loads[1:]], HTTP)):
        share = median(rate / of_it for rate, of_it in zip(rates, bare, strict=True))
        found = f"{median(rates):,.0f} a second, {share:.0%} of bare psycopg's {median(bare):,.0f}"
        _say(share >= least, f"{operation.name} through {way}: {found} (at least {least:.0%})")
    yield from (load.example for load in loads if load.errors)


def _service_rate(operation: Operation, site: Site, seconds: float, tag: str) -> float:
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        values = operation.fresh(connection, round(FIRST_RATE * seconds), tag)
    return processes.rate(partial(_in_process, site, operation.name), values, once=operation.once, seconds=seconds)


def _in_process(site: Site, name: str) -> Act:
    """Set Django up in this process, and return the verb, called as the customer's guide does."""
    use_django(site, Path(os.devnull))
    from followups.services import complete_task, create_ladder

    def ladder(values: Values) -> object:
        return create_ladder(values["lead_id"], values["province"], values["market"], values["owner"])

    def complete(values: Values) -> object:
        return complete_task(int(values["id"]), values["actor"])

    return {"ladder": ladder, "complete": complete}[name]


def _say(passed: bool, what: str) -> None:
    sys.stdout.write(f"{'yes' if passed else 'NO '}  {what}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parts = (*VERBS, "claims")

    def some(text: str) -> list[str]:
        if unknown := set(text.split(",")) - set(parts):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(parts)}")
        return text.split(",")

    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.bare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=some, default=parts, help=f"some of {','.join(parts)}")
    parser.add_argument("--rounds", type=int, default=5, help="(5)")
    parser.add_argument("--seconds", type=float, default=3, help="of a round (3)")
    parser.add_argument("--tasks", type=int, default=50_000, help="that are claimed (50,000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
