"""Advisory locks: for what no row stands for. SQLite's IMMEDIATE transactions are one after another and need none."""

from django.db import connection


def hold(key: int, *, shared: bool = False) -> None:
    """Hold PostgreSQL's advisory lock of this key until the caller's transaction ends; wait for it as long as it takes.

    What the lock protects is read in a later statement, never in the same one: its snapshot would be older than the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({key})")
