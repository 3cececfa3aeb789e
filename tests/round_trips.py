"""The messages that a verb sends to PostgreSQL and waits for."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

_COMMIT = '"COMMIT"'
_LINE = re.compile(r".+?\tF\t\d+\t(?P<kind>Parse|Query|Sync)\s*(?P<content>.*)")


@contextmanager
def round_trips() -> Iterator[list[str]]:
    """Yield a list that has, after the block, the SQL of each round trip of the block, without those that only commit.

    No statement is prepared in the block, because preparing one takes a round trip of its own, once in a while.
    """
    connection.ensure_connection()
    driver = connection.connection
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    sent: list[str] = []
    with tempfile.TemporaryFile("w+") as trace:
        driver.pgconn.trace(trace.fileno())
        try:
            yield sent
        finally:
            driver.pgconn.untrace()
            driver.prepare_threshold = threshold
        trace.seek(0)
        sent += (sql for sql in _messages(trace) if sql != _COMMIT)


def _messages(trace: Iterable[str]) -> Iterator[str]:
    """Yield the SQL (its first line) of each message that the server answers. libpq writes a line for each part of a
    message: the time, F for one to the server, the length, the kind, the content."""
    parsed = ""
    for line in trace:
        found = _LINE.match(line)
        if found and found["kind"] == "Parse":
            parsed = found["content"]
        elif found:
            yield found["content"] or parsed
