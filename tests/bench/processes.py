"""The rate of an act without HTTP: two processes do it again and again, each with a connection of its own."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from threading import Barrier

from tests.bench.operations import Values

PROCESSES = 2
WARM_UP = 20  # acts of each process before the measured ones
START_SECONDS = 60  # how long the processes may take until both are ready

Act = Callable[[Values], object]


def rate(begin: Callable[[], Act], values: Sequence[Values], *, once: bool, seconds: float) -> float:
    """Acts a second of all processes together. `begin` is called in each of them and returns the act.

    With `once` they stop when the values run out.
    """
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        ready = manager.Barrier(PROCESSES)
        shares = [list(values[n::PROCESSES]) or list(values) for n in range(PROCESSES)]
        runs = [pool.submit(_run, begin, ready, share, once, seconds) for share in shares]
        return sum(run.result() for run in runs)


def _run(begin: Callable[[], Act], ready: Barrier, values: list[Values], once: bool, seconds: float) -> float:
    act = begin()
    queue = iter(values) if once else cycle(values)
    for value in islice(queue, WARM_UP):
        act(value)
    ready.wait(START_SECONDS)
    count, elapsed, started = 0, 0.0, time.perf_counter()
    for value in queue:
        act(value)
        count += 1
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            break
    return count / elapsed
