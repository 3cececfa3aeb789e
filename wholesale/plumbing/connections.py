"""How a connection to PostgreSQL reads times."""

from datetime import UTC
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import Format

_TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid
_OWN_LOADER: Any = psycopg.adapters.get_loader(_TIMESTAMPTZ, Format.TEXT)  # in C, where that part of psycopg is installed


class _TimeLoader:
    """psycopg's own loader of a time with its zone. Django puts one in Python in its place, which takes ten times as long.

    Each session is in UTC, and so is what it reads. Where a session has another zone, Django brings its own loader.
    """

    format = Format.TEXT
    timezone = UTC  # Django compares it with the connection's, at each cursor

    def __new__(cls, *args: Any) -> Any:
        return _OWN_LOADER(*args)


def read_times_fast(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let a new connection read times by psycopg's own loader."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader(_TIMESTAMPTZ, _TimeLoader)
