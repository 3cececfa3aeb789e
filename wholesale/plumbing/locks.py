"""Advisory locks of PostgreSQL, for things without a row. SQLite needs none: its IMMEDIATE transactions run one by one."""

import time
from collections.abc import Sequence

from django.db import connection, models, transaction

from wholesale.plumbing.compiled import Statement, together

_LOOK_AGAIN = 0.05  # seconds


def taking(*keys: int, shared: Sequence[int] = ()) -> list[Statement]:
    """Return the statement that takes the shared locks of the keys in `shared`, then the locks of `keys`, in this order.
    They last until the transaction ends, and the wait is not limited here. On SQLite there is no such statement.

    Read what the locks protect in a later statement (see `together`): what this one sees is older than its locks.
    """
    if connection.vendor != "postgresql":
        return []
    locks = [f"pg_advisory_xact_lock_shared(%(shared{n})s)" for n in range(len(shared))]
    locks += [f"pg_advisory_xact_lock(%(key{n})s)" for n in range(len(keys))]
    given = {f"shared{n}": key for n, key in enumerate(shared)} | {f"key{n}": key for n, key in enumerate(keys)}
    return [Statement(f"SELECT {', '.join(locks)}", given=given)]


def hold(*keys: int, shared: Sequence[int] = ()) -> None:
    """Take the advisory locks of these keys until the transaction ends (see `taking`)."""
    together(*taking(*keys, shared=shared))


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
