"""Handling a database that does not answer: recognising such errors, and the waiting times between tries."""

import random
from collections.abc import Iterator

from django.db import InterfaceError, InternalError, OperationalError

DATABASE_FAULTS = (OperationalError, InterfaceError)
FIRST, MOST = 0.5, 30.0  # seconds
_IDLE_IN_TRANSACTION = "25P03"  # PostgreSQL ended the session for it


def is_database_fault(error: BaseException) -> bool:
    """Whether the error means that the database did not answer in time, so that a later try may succeed."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == _IDLE_IN_TRANSACTION
    return isinstance(error, DATABASE_FAULTS)


def growing_delays() -> Iterator[float]:
    """Yield how many seconds to wait before each further try: about twice as long each time, up to half a minute.

    They vary at random, so that waiting processes do not all try again at once.
    """
    seconds = FIRST
    while True:
        yield seconds * random.uniform(0.75, 1.25)
        seconds = min(2 * seconds, MOST)
