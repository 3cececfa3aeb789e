"""docs/benchmarks.md, written from the figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.bench.document import table
from tests.bench.others import Outcome
from tests.bench.profiling import Profile
from tests.bench.speed import LARGE, SLOWDOWN, SMALL, Result
from tests.bench.wrk import CONNECTIONS, TAIL


@dataclass(slots=True)
class Report:
    """All results of a run."""

    day: date
    machine: list[str]
    seconds: float
    rounds: int
    tasks: int
    results: list[Result] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether an operation had an error or another run failed. A missed speed is no failure: it is reported."""
        return any(result.errors for result in self.results) or not all(outcome.ok for outcome in self.outcomes)

    def markdown(self) -> str:
        """The whole document."""
        parts = [_HEAD.format(day=self.day, machine="\n".join(f"- {line}" for line in self.machine))]
        if self.results:
            how = _HOW.format(
                connections=CONNECTIONS, seconds=self.seconds, rounds=self.rounds, tasks=self.tasks, tail=TAIL, slow=SLOWDOWN
            )
            parts += [how, _speed_table(self.results), _verdict(self.results), _floor_table(self.results)]
        if self.profiles:
            parts += [_PROFILE, *map(_profile, self.profiles)]
        if self.outcomes:
            parts += ["## Other full-size runs", *map(_outcome, self.outcomes)]
        return "\n\n".join([*parts, _REPEAT]) + "\n"


_HEAD = """# Benchmarks

Written by `make bench` on {day}. Do not edit: the next run writes it anew.

{machine}"""

_HOW = """## Speed

The production server of `make serve` (2 workers, 1 thread each for the API) with `DEBUG=false`, go-live enforced and on, a
token in every request, PostgreSQL, and wrk with {connections} connections, all on this machine. Rounds of {seconds:g} s
after a warm-up, {rounds} of them; the figures are medians, times in milliseconds. "Small" is a table of 3,000 due tasks and
what the operation itself needs, "large" one of {tasks:,} tasks, 90% of them completed; their rounds alternate, and "large
costs" is the median of the pairs. The status of every answer is checked, every 20th body too, and after each round the KPI
rows that the answers must have left.

The issue asks for these targets on the small table, p99 under {tail:g} times p50, no error, and the large table within
{slow:g} times."""

_PROFILE = """## Where the time goes

The operations that miss their target or are nearest to it: called in one process through the WSGI application, without HTTP.
"Plain" is without the profiler; the shares are under it, which makes Python dearer than it is beside the database's wait."""

_REPEAT = """## To repeat it

`make bench` (needs `wrk` of the distribution; it takes well over an hour). In parts, printed and not written here:
`python -m tests.postgres python -m tests.bench --only speed --operations ladder --seconds 3`.

Server, database and load share the cores, so whatever else runs takes from all three. Differences under 15% between two runs
are noise. Compare what was measured side by side in one run, small with large and an operation with its floor, rather than
figures of different days. `make pairs REV=main` measures a revision side by side with the working tree and writes the
section "Beside an earlier revision"; `python -m tests.bench.pairs REV --only sla,claim --rounds 4` prints a part of it. Each
revision is served by its own `make serve`. `python -m tests.bench.bare` compares ladder and complete, through HTTP and in
process, and claims of 10 to 500 tasks with bare psycopg."""


def _speed_table(results: Sequence[Result]) -> str:
    head = ["operation", "target/s"]
    for size in (SMALL, LARGE):
        head += [f"{size}/s", "p50", "p99", "p99/p50"]
    rows = []
    for result in results:
        row = [result.operation.name, f"{result.operation.target:,}" if result.operation.target else ""]
        for size in (SMALL, LARGE):
            p50, p99 = result.p50(size), result.p99(size)
            row += [f"{result.rate(size):,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{p99 / p50:.1f}"]
        rows.append([*row, f"{result.slowdown:.2f}", str(result.errors)])
    return table([*head, "large costs", "errors"], rows)


def _verdict(results: Sequence[Result]) -> str:
    lines = [f"- {result.operation.name}: missed, {'; '.join(result.misses())}" for result in results if result.misses()]
    lines += [
        f"- {result.operation.name}: {result.errors} errors, such as: {result.example}"
        for result in results
        if result.errors
    ]
    return "\n".join(lines) or "Every target holds, without an error."


def _floor_table(results: Sequence[Result]) -> str:
    head = ("floor", "statements", "small, bare/s", "ours is", "large, bare/s", "ours is")
    rows = [
        [result.operation.name, str(result.statements)]
        + [
            text
            for size in (SMALL, LARGE)
            for text in (f"{result.floor(size):,.0f}", f"{result.rate(size) / result.floor(size):.0%}")
        ]
        for result in results
    ]
    return (
        "Beside them the floor, by bare psycopg from 2 processes with a connection each, prepared, in the same minutes: of\n"
        "a request that reads the same statements, of one that writes the same rows, by a statement for each table, in one\n"
        "transaction, and without its reads. The number of statements is that of the request.\n\n" + table(head, rows)
    )


def _profile(profile: Profile) -> str:
    layers = ", ".join(f"{layer} {share:.0%}" for layer, share in profile.layers)
    rows = [[f"`{function}`", str(calls), f"{share:.0%}"] for function, calls, share in profile.dearest]
    return f"**{profile.operation}**: {profile.plain:.2f} ms plain. {layers}.\n\n" + table(
        ("function, with what it calls", "calls a request", "share"), rows
    )


def _outcome(outcome: Outcome) -> str:
    verdict = "" if outcome.ok else " **failed**"
    command = " ".join((outcome.run.module, *outcome.run.arguments))
    return f"{outcome.run.shows} (`{command}`):{verdict}\n\n```\n{outcome.summary}\n```"
