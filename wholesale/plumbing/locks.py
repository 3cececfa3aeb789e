"""Advisory locks: for what no row stands for. SQLite's IMMEDIATE transactions are one after another and need none."""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction

_LOOK_AGAIN = 0.05  # seconds


def hold(key: int, *, shared: bool = False) -> None:
    """Hold PostgreSQL's advisory lock of this key until the caller's transaction ends; wait for it as long as it takes.

    What the lock protects is read in a later statement, never in the same one: its snapshot would be older than the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_lock(key, shared))


def hold_some(keys: Sequence[int], *, of: int) -> None:
    """Hold these keys' locks on PostgreSQL, in this order, and share that of a key which stands for all of them."""
    waits = ", ".join(f"pg_advisory_xact_lock({key})" for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(f"{_lock(of, shared=True)}, {waits}")


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


# The sessions of ours that hold a lock, in this database: granted, for one that waits is no obstacle.
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
    """End the sessions of ours that keep a row, its table or its history's table from being written."""
    if connection.vendor != "postgresql":
        return
    tables = [row._meta.db_table, history._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(_END_HOLDERS_OF_TABLES, [tables])
        cursor.execute(_END_HOLDER_OF_ROW.format(table=tables[0]), [row.pk])


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
