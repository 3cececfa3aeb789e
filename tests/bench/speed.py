"""The speed of each operation: rounds of load on a small and a large table of tasks, and the floor of both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

from tests.bench import floor, processes
from tests.bench.operations import Operation
from tests.bench.profiling import Caller, environ
from tests.bench.rounds import SPARE, one_round
from tests.bench.server import Site, serving
from tests.bench.wrk import TAIL, Load

SMALL, LARGE = "small", "large"
SLOWDOWN = 1.15  # how much slower the large table may be
ROUND_SHARE_WARM_UP, ROUND_SHARE_FLOOR = 0.3, 0.5  # share of the seconds of a round
FLOOR_RATE = 5_000  # different requests a second that the floor has ready


@dataclass(slots=True)
class Result:
    """All rounds of one operation, by size of the table."""

    operation: Operation
    loads: dict[str, list[Load]] = field(default_factory=lambda: {SMALL: [], LARGE: []})
    floors: dict[str, list[float]] = field(default_factory=lambda: {SMALL: [], LARGE: []})
    warm_ups: list[Load] = field(default_factory=list)
    statements: int = 0  # of one request

    def rate(self, size: str) -> float:
        """Requests a second of the median round."""
        return median(load.rate for load in self.loads[size])

    def floor(self, size: str) -> float:
        """Transactions a second of the floor's median round."""
        return median(self.floors[size])

    def p50(self, size: str) -> float:
        """Milliseconds."""
        return median(load.p50 for load in self.loads[size])

    def p99(self, size: str) -> float:
        """Milliseconds."""
        return median(load.p99 for load in self.loads[size])

    @property
    def slowdown(self) -> float:
        """The slowdown on the large table: the median over rounds that ran directly one after the other."""
        pairs = zip(self.loads[SMALL], self.loads[LARGE], strict=True)
        return median(small.rate / large.rate for small, large in pairs)

    @property
    def margin(self) -> float:
        """The rate on the small table divided by the target. Infinite without a target."""
        return self.rate(SMALL) / self.operation.target if self.operation.target else float("inf")

    @property
    def errors(self) -> int:
        """The errors of all rounds and the warm-up: wrong answers, broken connections, answers that left no row."""
        return sum(load.errors for load in self._all_loads())

    @property
    def example(self) -> str:
        """One of the errors in words, or "" if there is none."""
        return next((load.example for load in self._all_loads() if load.errors), "")

    def _all_loads(self) -> list[Load]:
        return [*self.warm_ups, *self.loads[SMALL], *self.loads[LARGE]]

    def misses(self) -> list[str]:
        """The targets of the issue that the figures miss."""
        if self.operation.target is None:
            return []
        missed = [] if self.margin >= 1 else [f"{self.rate(SMALL):,.0f} of {self.operation.target:,} a second"]
        for size in (SMALL, LARGE):
            tail = self.p99(size) / self.p50(size)
            if tail >= TAIL:
                missed.append(f"p99 {tail:.1f} times p50 ({size})")
        if self.slowdown > SLOWDOWN:
            missed.append(f"large table {self.slowdown:.2f} times slower")
        return missed


@contextmanager
def all_serving(sites: Sequence[Site], folder: Path) -> Iterator[None]:
    """Yield the production server of each site."""
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(serving(site, folder / f"{site.name}.log"))
        yield


def measure(
    operation: Operation, sites: Sequence[Site], *, seconds: float, rounds: int, say: Callable[[str], None]
) -> Result:
    """Warm up, then run the rounds: in each all sites directly one after the other, then the floor of each.

    Django in this process must use the first site.
    """
    result = Result(operation)
    result.warm_ups = [one_round(operation, site, seconds=seconds * ROUND_SHARE_WARM_UP, tag="warm") for site in sites]
    recorded = recorded_floor(operation, sites[0])
    result.statements = len(recorded.statements)
    for number in range(rounds):
        for site, warm_up in zip(sites, result.warm_ups, strict=True):
            load = one_round(operation, site, rate=warm_up.rate * SPARE, seconds=seconds, tag=f"load{number}")
            result.loads[site.name].append(load)
        for site in sites:
            rate = floor_rate(operation, site, recorded, seconds * ROUND_SHARE_FLOOR, f"floor{number}")
            result.floors[site.name].append(rate)
    figures = "  ".join(
        f"{size} {result.rate(size):6,.0f}/s p99/p50 {result.p99(size) / result.p50(size):.1f}" for size in (SMALL, LARGE)
    )
    say(f"{operation.name:32} {figures}  errors {result.errors} {result.example}")
    return result


def recorded_floor(operation: Operation, site: Site) -> floor.Floor:
    """Record the floor of an operation. Django in this process must use the site."""
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        values = operation.fresh(connection, 2, "recorded")[:2]
    first, second = floor.with_rows(operation, values, site.database_url)
    call = Caller()
    call(environ(operation, first, site.token), operation.status)  # so that the token is cached
    return floor.record(lambda: call(environ(operation, second, site.token), operation.status), second)


def floor_rate(operation: Operation, site: Site, recorded: floor.Floor, seconds: float, tag: str) -> float:
    """Transactions a second of the floor."""
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        values = operation.fresh(connection, round(FLOOR_RATE * seconds), tag)
    repeating = partial(floor.repeating, site.database_url, recorded)
    found = floor.with_rows(operation, values, site.database_url)
    return processes.rate(repeating, found, once=operation.once, seconds=seconds)
