"""Advisory locks: for what no row stands for. SQLite's IMMEDIATE transactions are one after another and need none."""

import time
from typing import Any

from django.db import connection, transaction

_LOOK_AGAIN = 0.05  # seconds


def hold(key: int, *, shared: bool = False) -> None:
    """Hold PostgreSQL's advisory lock of this key until the caller's transaction ends; wait for it as long as it takes.

    What the lock protects is read in a later statement, never in the same one: its snapshot would be older than the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_lock(key, shared))


def is_free_within(key: int, seconds: float) -> bool:
    """Whether all who hold this key's lock end within so many seconds; nobody waits for the one who asks here.

    To queue for the lock would make those wait who come after, so it is tried again and again.
    """
    if connection.vendor != "postgresql":
        return True
    until = time.monotonic() + seconds
    while not _was_free(key):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_AGAIN)
    return True


def _was_free(key: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({key})")
        return bool(cursor.fetchone()[0])


def wait_for_rows(seconds: float) -> None:
    """Let the caller's transaction wait so long for a row that another holds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {round(seconds * 1000)}")


_END_HOLDER = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) JOIN {table} AS t ON transactionid = t.xmax
WHERE t.id = %s AND granted AND usename = current_user AND pid <> pg_backend_pid()
"""


def end_holder_of(table: str, row: int) -> None:
    """End the session of ours that holds this row's lock, if there is one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_END_HOLDER.format(table=table), [row])


def hold_and_read(key: int, query: str) -> tuple[Any, ...] | None:
    """Hold the shared lock of this key as `hold` does, then read the first row of a query without parameters.

    They are two statements in one message to PostgreSQL, each with its own snapshot: the query's is younger than the lock.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What has several statements is never prepared. Django has no word for that, and its own errors no other way.
            with connection.wrap_database_errors:
                cursor.cursor.execute(f"{_lock(key, shared=True)}; {query}", prepare=False)
            cursor.nextset()
        else:
            cursor.execute(query)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _lock(key: int, shared: bool) -> str:
    return f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({key})"
