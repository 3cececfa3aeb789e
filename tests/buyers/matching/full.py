"""Match deals with a large book, and draw the graph: the median time, the queries, the order.

python -m tests.buyers.matching.full --buyers 50000
"""

import argparse
import os
import statistics
import sys
import time
from typing import Any

import django

from tests.postgres import server
from tests.served import ENVIRONMENT, manage

SECONDS_MAX = 0.2
CANDIDATES_MIN = 2_000
DEALS = 40  # that are timed
RECOUNTED = 500


def main() -> int:
    """Fill, match and print. Return 1 if a match is slow, asks more at times, or ranks otherwise than the recount."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=50_000)
    parser.add_argument("--deals", type=int, default=RECOUNTED)
    asked = parser.parse_args()
    with server(fsync=True) as url:
        os.environ.update(ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings")
        manage(url, "migrate", "--verbosity", "0")
        django.setup()
        return _report(asked.buyers, asked.deals)


def _report(buyers: int, recounted: int) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from buyers.matching.services import LIMIT, LIMIT_MAX, match
    from tests.buyers.matching import book
    from tests.query_counts import counted

    started = time.monotonic()
    book.fill(buyers, opted_out=buyers // 50)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sys.stdout.write(f"{buyers:,} buyers in {time.monotonic() - started:.0f} s\n")
    seconds: list[float] = []
    candidates: list[int] = []
    asked: set[int] = set()
    for limit in (LIMIT_MAX, LIMIT):
        seconds.clear()
        for deal in _large(book, DEALS):
            before = time.perf_counter()
            found = match(deal, limit=limit, now=book.NOW)
            seconds.append(time.perf_counter() - before)
            candidates.append(found["candidates"])
            with CaptureQueriesContext(connection) as captured:
                match(deal, limit=limit, now=book.NOW)
            asked.add(counted(captured))
        median = statistics.median(seconds)
        sys.stdout.write(f"limit {limit}: median {median * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms\n")
    recount = book.Recount()
    agree = sum(_agrees(match, recount, deal, book.NOW) for deal in book.deals(recounted))
    passed = {
        f"under {SECONDS_MAX * 1000:.0f} ms at the median": median < SECONDS_MAX,
        f"{min(candidates):,} to {max(candidates):,} candidates": min(candidates) >= CANDIDATES_MIN,
        f"queries of a match: {sorted(asked)}": len(asked) == 1,
        f"the order of {agree} of {recounted} deals is that of the recount": agree == recounted,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _large(book: Any, count: int) -> Any:
    """So many deals in Ontario's markets, where most of the book's buyers are."""
    wanted = (deal for deal in book.deals(count * 20) if deal.province == "ON" and deal.market in book.MARKETS["ON"])
    return [deal for deal, _ in zip(wanted, range(count), strict=False)]


def _agrees(match: Any, recount: Any, deal: Any, now: Any) -> bool:
    found = match(deal, limit=1_000_000, now=now)
    expected = recount.matched(deal)
    return [(one["buyer_id"], one["criteria"]) for one in found["matches"]] == [(name, box) for name, box, _ in expected]


if __name__ == "__main__":
    sys.exit(main())
