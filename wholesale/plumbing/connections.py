"""Faster reading of times from PostgreSQL."""

from datetime import UTC
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import Format

_TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid
_OWN_LOADER: Any = psycopg.adapters.get_loader(_TIMESTAMPTZ, Format.TEXT)  # in C, if psycopg's C part is installed


class _TimeLoader:
    """Reads times from PostgreSQL by psycopg's own loader. Django's loader is in Python and takes ten times as long.

    Our sessions are in UTC, and so are the times that they read. For a session in another zone Django uses its own loader.
    """

    format = Format.TEXT
    timezone = UTC  # Django compares it with the connection's zone at each cursor

    def __new__(cls, *args: Any) -> Any:
        return _OWN_LOADER(*args)


def read_times_fast(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of a new database connection: make it read times with psycopg's own loader."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader(_TIMESTAMPTZ, _TimeLoader)
