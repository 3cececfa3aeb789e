"""Advisory locks: for what no row stands for. SQLite's IMMEDIATE transactions are one after another and need none."""

from typing import Any

from django.db import connection


def hold(key: int, *, shared: bool = False) -> None:
    """Hold PostgreSQL's advisory lock of this key until the caller's transaction ends; wait for it as long as it takes.

    What the lock protects is read in a later statement, never in the same one: its snapshot would be older than the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_lock(key, shared))


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
