"""Compare the working tree with an earlier revision: the operations that became slower or more expensive.

    python -m tests.bench.pairs main
    python -m tests.bench.pairs HEAD~3 --only can-contact,due --rounds 8 --seconds 3

A run of all operations writes docs/benchmarks.md, a run of some prints them. The exit code is 1 after a wrong answer, but
not after a slow one. Linux, git and wrk are needed, and nothing else should run on the machine.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console

from tests import postgres
from tests.bench import data, document
from tests.bench.checkout import HERE, Checkout, UnknownRevision, checked_out, commit_of, is_changed, named
from tests.bench.cpu import Meter
from tests.bench.machine import facts
from tests.bench.operations import MORE, OPERATIONS, Operation, chosen
from tests.bench.over_api import furnish
from tests.bench.ratios import Comparison, Pairs, Round
from tests.bench.rounds import FIRST_RATE, MARGIN, SPARE, one_round
from tests.bench.server import Site, filled, serving
from tests.bench.wrk import WrkIsMissing, require_wrk

WARM_UP_SECONDS = 1
COMPLETES_A_SECOND = 1_000  # at most so many: each takes an open task, and these must last for the whole run
CLAIMS_A_SECOND, TEXTS_A_SECOND = 1_000, 30_000  # at most so many; the texts are given back after a round
SPARE_CLAIMS = 40  # for each owner's last texts, too few for a claim, and for the requests under way at the end
ONE_OPEN_IN = 10  # of the tasks that data.prepare makes


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two revisions, being served."""

    site: Site
    process: int  # the first process of its server


def main() -> int:
    """Compare the two revisions, and write the section or print it."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a stopped run takes its servers and its worktree with it
    notes = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        require_wrk()
        commit = commit_of(options.revision)
    except (WrkIsMissing, UnknownRevision) as error:
        notes.print(str(error))
        return 1
    comparison = _compared(commit, options, notes.print)
    if len(options.only) == len((*OPERATIONS, *MORE)):
        document.PATH.write_text(document.with_pairs(document.PATH.read_text(), comparison.section()))
        notes.print(f"Written: {document.PATH}")
    else:
        Console(highlight=False, markup=False, soft_wrap=True).print(comparison.section())
    return int(comparison.failed)


def _compared(commit: str, options: argparse.Namespace, say: Callable[[str], None]) -> Comparison:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wholesale-pairs-")))
        checkout, environment = stack.enter_context(checked_out(commit, folder / "before"))
        say(environment)
        os.environ["DATABASE_URL"] = stack.enter_context(postgres.server(fsync=True))
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            machine = facts(connection)
        comparison = Comparison(
            before=named(commit),
            now=named("HEAD") + (", with what is not committed" if is_changed() else ""),
            day=datetime.now(UTC).date(),
            machine=machine,
            environment=environment,
            seconds=options.seconds,
            rounds=options.rounds,
        )
        say("Making the databases ...")
        before = stack.enter_context(_served("before", checkout, folder, options))
        now = stack.enter_context(_served("now", HERE, folder, options))
        comparison.results = measured(options.only, before, now, seconds=options.seconds, rounds=options.rounds, say=say)
    return comparison


@contextmanager
def _served(name: str, checkout: Checkout, folder: Path, options: argparse.Namespace) -> Iterator[Side]:
    open_tasks = COMPLETES_A_SECOND * (options.rounds + 1) * options.seconds + FIRST_RATE * WARM_UP_SECONDS + MARGIN
    texts = max(_texts_a_second(operation) * options.seconds + SPARE_CLAIMS * operation.takes for operation in options.only)
    tasks = data.DUE + ONE_OPEN_IN * open_tasks
    with filled(name, tasks=tasks, checkout=checkout) as site, serving(site, folder / f"{name}.log") as process:
        furnish(site, texts=texts)
        with psycopg.connect(site.database_url, autocommit=True) as connection:
            data.settle(connection)
        yield Side(site, process)


def _texts_a_second(operation: Operation) -> int:
    return min(CLAIMS_A_SECOND * operation.takes, TEXTS_A_SECOND)


def measured(
    operations: Sequence[Operation],
    before: Side,
    now: Side,
    *,
    seconds: int,
    rounds: int,
    say: Callable[[str], None],
) -> list[Pairs]:
    """Warm up, then measure all operations pair by pair, so that a disturbance of the machine affects one pair of many
    operations and not all pairs of one.
    """
    results = {operation: Pairs(operation.name) for operation in operations}
    for operation, pairs in results.items():
        for side in (before, now):
            pairs.warm_ups.append(one_round(operation, side.site, seconds=WARM_UP_SECONDS, tag="warm"))
    for number in range(rounds):
        for operation, pairs in results.items():
            sides = [(before, pairs.before, pairs.warm_ups[0]), (now, pairs.now, pairs.warm_ups[1])]
            for side, into, warm_up in reversed(sides) if number % 2 else sides:
                into.append(_round(operation, side, warm_up.rate * SPARE, seconds, f"round{number}"))
        say(f"{number + 1} of {rounds} pairs")
    return list(results.values())


def _round(operation: Operation, side: Side, rate: float, seconds: int, tag: str) -> Round:
    meter = Meter(side.process, side.site.database_url)
    load = one_round(operation, side.site, rate=rate, seconds=seconds, tag=tag, meter=meter)
    return Round(load, meter.server, meter.backends)


def _options() -> argparse.Namespace:
    every = (*OPERATIONS, *MORE)

    def at_least(least: int) -> Callable[[str], int]:
        def number(text: str) -> int:
            if int(text) < least:
                raise argparse.ArgumentTypeError(f"{text}: at least {least}")
            return int(text)

        return number

    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.pairs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revision", metavar="REV", help="a commit, a branch or a tag")
    parser.add_argument("--only", type=chosen(every), default=every, help="some of the operations")
    parser.add_argument("--rounds", type=at_least(2), default=8, help="pairs of rounds (8)")
    parser.add_argument("--seconds", type=at_least(1), default=3, help="of a round (3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
