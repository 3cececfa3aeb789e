"""The comparison of two revisions: ratios of rounds that ran directly one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median, quantiles

from tests.bench.document import PAIRS, table
from tests.bench.wrk import CONNECTIONS, TAIL, Load

SLOWEST = 0.87  # a median rate below so many times that of the earlier revision is named


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the pairs, and the quartiles: half of the pairs lie between them."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def ratio(before: Sequence[float], now: Sequence[float]) -> Ratio:
    """Return the ratio of `now` to `before`, pair by pair. There must be at least two pairs."""
    low, middle, high = quantiles([b / a for a, b in zip(before, now, strict=True)], n=4, method="inclusive")
    return Ratio(middle, low, high)


@dataclass(frozen=True, slots=True)
class Round:
    """A round of load, and its cost: CPU seconds of the server's processes and of the database's backends."""

    load: Load
    server: float
    backends: float

    @property
    def server_ms(self) -> float:
        """Milliseconds a request."""
        return self.server / max(1, self.load.requests) * 1000

    @property
    def backends_ms(self) -> float:
        """Milliseconds a request."""
        return self.backends / max(1, self.load.requests) * 1000


@dataclass(slots=True)
class Pairs:
    """The rounds of one operation, in the order of the pairs, and the warm-ups."""

    operation: str
    before: list[Round] = field(default_factory=list)
    now: list[Round] = field(default_factory=list)
    warm_ups: list[Load] = field(default_factory=list)

    @property
    def rate(self) -> Ratio:
        """The ratio of requests a second. Above 1 is faster."""
        return ratio([side.load.rate for side in self.before], [side.load.rate for side in self.now])

    @property
    def tail(self) -> float:
        """How many times p50 the later revision's p99 is, in the median round."""
        return median(side.load.tail for side in self.now)

    @property
    def server(self) -> Ratio:
        """The ratio of the server's CPU a request. Above 1 is more expensive."""
        return ratio([side.server_ms for side in self.before], [side.server_ms for side in self.now])

    @property
    def backends(self) -> Ratio:
        """The ratio of the backends' CPU a request. Above 1 is more expensive."""
        return ratio([side.backends_ms for side in self.before], [side.backends_ms for side in self.now])

    @property
    def errors(self) -> int:
        """The errors of both revisions, warm-ups included."""
        return sum(load.errors for load in self._loads())

    @property
    def example(self) -> str:
        """One of the errors in words, or "" if there is none."""
        return next((load.example for load in self._loads() if load.errors), "")

    def _loads(self) -> list[Load]:
        return [*self.warm_ups, *(side.load for side in (*self.before, *self.now))]

    def row(self) -> list[str]:
        """The operation's line in the table."""
        sides = (self.before, self.now)
        return [
            self.operation,
            *(f"{median(round_.load.rate for round_ in side):,.0f}" for side in sides),
            str(self.rate),
            *(f"{median(round_.server_ms for round_ in side):.2f}" for side in sides),
            str(self.server),
            *(f"{median(round_.backends_ms for round_ in side):.2f}" for side in sides),
            str(self.backends),
            *(f"{median(round_.load.tail for round_ in side):.1f}" for side in sides),
            str(self.errors),
        ]


@dataclass(slots=True)
class Comparison:
    """What was compared and how, with the result."""

    before: str
    now: str
    day: date
    machine: Sequence[str]
    environment: str
    seconds: int
    rounds: int
    results: list[Pairs] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether an answer was wrong. A slower operation is no failure: it is reported."""
        return any(result.errors for result in self.results)

    def section(self) -> str:
        """The section of docs/benchmarks.md, with its heading."""
        how = _HOW.format(
            before=self.before,
            now=self.now,
            day=self.day,
            environment=self.environment,
            machine="\n".join(f"- {line}" for line in self.machine),
            connections=CONNECTIONS,
            seconds=self.seconds,
            rounds=self.rounds,
        )
        return f"{PAIRS}\n{how}{table(_HEAD, [result.row() for result in self.results])}\n\n{self.verdict()}\n"

    def verdict(self) -> str:
        """Name the operations that are too slow, those with a long tail and those with wrong answers."""
        lines = [
            f"- {result.operation}: {result.rate.median:.2f} of the earlier rate, less than {SLOWEST}"
            for result in self.results
            if result.rate.median < SLOWEST
        ]
        lines += [f"- {result.operation}: p99 {result.tail:.1f} times p50" for result in self.results if result.tail >= TAIL]
        lines += [
            f"- {result.operation}: {result.errors} errors, such as: {result.example}"
            for result in self.results
            if result.errors
        ]
        return "\n".join(lines) or _GOOD


_HEAD = (
    "operation",
    *("before/s", "now/s", "rate"),
    *("server ms before", "now", "server CPU"),
    *("backends ms before", "now", "backend CPU"),
    *("p99/p50 before", "now"),
    "errors",
)
_GOOD = (
    f"No operation is slower than {SLOWEST} of the earlier rate, p99 is under {TAIL:g} times p50, and no answer was wrong."
)
_HOW = """Written by `make pairs REV=...` (`python -m tests.bench.pairs REV`) on {day}. Do not edit: the next run writes it
anew.

- before: {before}
- now: {now}
- {environment}
{machine}

Both are served at once, each by the production server with 2 workers and on a database of its own, made by its own code, of
one PostgreSQL server. wrk loads one of them with {connections} connections while the other is idle: {rounds} pairs of rounds
of {seconds} s after a warm-up, the next pair always in the other order. A ratio is "now" over "before": the median of the
pairs, and in parentheses their quartiles. A rate above 1 is quicker, CPU above 1 is dearer. CPU is milliseconds a request,
of the server's processes and of the database's backends.

"""
