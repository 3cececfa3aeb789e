"""One round of load: as many different requests as it may need, their answers, and the rows they left."""

import time
from contextlib import AbstractContextManager, nullcontext

import psycopg

from tests.bench import data
from tests.bench.operations import Operation
from tests.bench.server import Site
from tests.bench.wrk import CONNECTIONS, Load, drive

# The number of different requests that a round prepares: by this rate at first, later by so many times the rate of the first
# round, plus so many more.
FIRST_RATE = 3_000
SPARE, MARGIN = 1.5, 2_000
REST_SECONDS = 0.3  # for requests still running when the time was up: else they would count in the next round


def one_round(
    operation: Operation,
    site: Site,
    *,
    rate: float = FIRST_RATE,
    seconds: float,
    tag: str,
    meter: AbstractContextManager[object] | None = None,
) -> Load:
    """Send requests for so long, at about so many a second at most. The tag marks those of this round.

    An act without its KPI row afterwards is an error too. The meter measures only the load.
    """
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        paths = [operation.filled(values) for values in operation.fresh(connection, round(rate * seconds) + MARGIN, tag)]
        before = data.kpi_rows(connection, operation.metric) if operation.metric else 0
        with meter or nullcontext():
            load = drive(
                site,
                method=operation.method,
                paths=paths,
                once=operation.once,
                status=operation.status,
                text=operation.text,
                seconds=seconds,
            )
        time.sleep(REST_SECONDS)
        if operation.metric:
            rows = data.kpi_rows(connection, operation.metric) - before
            # A request that was cut off left its row, but nobody received the answer.
            if not load.requests <= rows <= load.requests + CONNECTIONS:
                return load.with_error(f"{load.requests} answers left {rows} KPI rows")
    return load
