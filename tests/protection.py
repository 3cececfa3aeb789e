"""Lift the protection of append-only tables for a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from wholesale.plumbing.append_only import APPEND_ONLY


@contextmanager
def unprotected(table: str) -> Iterator[None]:
    """Allow changes of an append-only table within the block, then protect it again."""
    APPEND_ONLY.remove(connection, table)
    yield
    APPEND_ONLY.install(connection, table)
