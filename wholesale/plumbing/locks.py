"""Advisory locks of PostgreSQL, for things without a row. SQLite needs none: its IMMEDIATE transactions run one by one."""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

_LOOK_AGAIN = 0.05  # seconds


def hold(key: int, *, shared: bool = False) -> None:
    """Take the advisory lock of this key (or its shared lock) until the transaction ends. The wait is not limited here.

    Read what the lock protects in a later SQL statement: the snapshot of this function's statement is older than the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_lock(key, shared))


def hold_some(keys: Sequence[int], *, of: int) -> None:
    """Take the shared lock of the key `of`, which means all keys, then those of `keys` in this order (PostgreSQL only)."""
    waits = ", ".join(f"pg_advisory_xact_lock({key})" for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(f"{_lock(of, shared=True)}, {waits}")


def is_free_within(key: int, seconds: float) -> bool:
    """Whether the lock of this key becomes free within this many seconds.

    It asks again and again instead of queueing for the lock, because others would have to wait behind it in the queue.
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
    """Limit how many seconds an SQL statement of the caller's transaction waits for a locked row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {round(seconds * 1000)}")


# Ends our sessions of this database that hold a lock. A lock that is not granted yet is no obstacle.
_END = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) {more}
WHERE granted AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
_END_HOLDERS_OF_TABLES = f"""{_END.format(more="")}
AND relation::regclass::text = ANY(%s)
AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
_END_HOLDER_OF_ROW = f"{_END.format(more='JOIN {table} AS t ON transactionid = t.xmax')} AND t.id = %s"


def end_holders_of(row: models.Model, history: type[models.Model]) -> None:
    """End our other database sessions whose locks prevent writing to this row, to its table or to its history's table."""
    if connection.vendor != "postgresql":
        return
    tables = [row._meta.db_table, history._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(_END_HOLDERS_OF_TABLES, [tables])
        cursor.execute(_END_HOLDER_OF_ROW.format(table=tables[0]), [row.pk])


def hold_and_read(key: int, query: str) -> tuple[Any, ...] | None:
    """Take the shared lock of this key as `hold` does, and return the first row of the SQL `query`, or None without a row.

    Both SQL statements go to PostgreSQL in one message. Each has its own snapshot, so the query's is younger than the lock.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Several statements cannot be prepared. Django has no option for that, so this calls the driver's own cursor.
            with connection.wrap_database_errors:
                cursor.cursor.execute(f"{_lock(key, shared=True)}; {query}", prepare=False)
            cursor.nextset()
        else:
            cursor.execute(query)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _lock(key: int, shared: bool) -> str:
    return f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({key})"
