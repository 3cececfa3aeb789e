"""`make bench`: measure everything, write docs/benchmarks.md. Exit code 1 when an answer was wrong, not when it was slow."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console

from tests.bench import data, document
from tests.bench.machine import FsyncIsOff, facts, require_fsync
from tests.bench.operations import OPERATIONS, Operation, chosen
from tests.bench.others import FULL_RUNS, carry_out
from tests.bench.profiling import profile
from tests.bench.report import Report
from tests.bench.server import filled, use_django
from tests.bench.speed import LARGE, SMALL, Result, all_serving, measure
from tests.bench.wrk import WrkIsMissing, require_wrk

PARTS = ("speed", "profile", *(run.name for run in FULL_RUNS))
PROFILED_REQUESTS = 4_000  # half of them under the profiler
PROFILED_OPERATIONS = 3  # profile at least so many: those that miss their target, and those nearest to it


def main() -> int:
    """Measure the chosen operations. A full run writes docs/benchmarks.md, a partial run only prints."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a stopped run takes its servers with it
    environment = dict(os.environ)  # the environment of the other runs, taken before Django is set up here
    notes = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        require_wrk()
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            require_fsync(connection)
            machine = facts(connection)
    except (WrkIsMissing, FsyncIsOff) as error:
        notes.print(f"[red]{error}")
        return 1
    report = Report(datetime.now(UTC).date(), machine, options.seconds, options.rounds, options.tasks)
    if {"speed", "profile"} & set(options.only):
        _speed_and_profile(options, report, notes.print)
    for run in FULL_RUNS:
        if run.name in options.only:
            notes.print(f"{run.module} ...")
            report.outcomes.append(carry_out(run, environment))
    if options.output is not None:
        options.output.write_text(report.markdown())
    elif options.only == list(PARTS) and options.operations == list(OPERATIONS):
        document.PATH.write_text(document.with_pairs_of(report.markdown(), document.PATH.read_text()))
    else:
        Console(highlight=False, markup=False, soft_wrap=True).print(report.markdown())
    return int(report.failed)


def _speed_and_profile(options: argparse.Namespace, report: Report, say: Callable[[str], None]) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wholesale-bench-")))
        say("Making the databases ...")
        sites = [
            stack.enter_context(filled(size, tasks=tasks)) for size, tasks in ((SMALL, data.DUE), (LARGE, options.tasks))
        ]
        use_django(sites[0], folder / "here.log")
        if "speed" in options.only:
            with all_serving(sites, folder):
                report.results = [
                    measure(operation, sites, seconds=options.seconds, rounds=options.rounds, say=say)
                    for operation in options.operations
                ]
        if "profile" in options.only:
            for operation in _worth_a_profile(report.results) or options.operations:
                say(f"Profile of {operation.name} ...")
                with psycopg.connect(sites[0].database_url, autocommit=True) as connection:
                    values = operation.fresh(connection, PROFILED_REQUESTS, "profile")
                report.profiles.append(profile(operation, values, sites[0].token, requests=PROFILED_REQUESTS))


def _worth_a_profile(results: Sequence[Result]) -> list[Operation]:
    nearest = sorted(results, key=lambda result: result.margin)
    return [result.operation for n, result in enumerate(nearest) if n < PROFILED_OPERATIONS or result.margin < 1]


def _options() -> argparse.Namespace:
    def parts(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := set(wanted) - set(PARTS):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(PARTS)}")
        return wanted

    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", type=parts, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--operations", type=chosen(OPERATIONS), default=list(OPERATIONS), help="some of them")
    parser.add_argument("--seconds", type=float, default=10, help="of one round of load (10)")
    parser.add_argument("--rounds", type=int, default=3, help="(3)")
    parser.add_argument("--tasks", type=int, default=1_000_000, help="in the large table (1,000,000)")
    parser.add_argument("--output", type=Path, help="write the report here, whatever it holds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
