"""A database that is away: how that looks, and how long to wait for it."""

import random
from collections.abc import Iterator

from django.db import InterfaceError, InternalError, OperationalError

DATABASE_FAULTS = (OperationalError, InterfaceError)
FIRST, MOST = 0.5, 30.0  # seconds
_IDLE_IN_TRANSACTION = "25P03"  # PostgreSQL ended the session for it


def is_database_fault(error: BaseException) -> bool:
    """Whether the database did not answer, or not in time, so that the same may well succeed later."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == _IDLE_IN_TRANSACTION
    return isinstance(error, DATABASE_FAULTS)


def growing_delays() -> Iterator[float]:
    """Seconds to wait before each further try, without end: each about twice as long as the last, up to half a minute.

    By chance a little shorter or longer, so that those who wait do not come back all at once.
    """
    seconds = FIRST
    while True:
        yield seconds * random.uniform(0.75, 1.25)
        seconds = min(2 * seconds, MOST)
