"""Lift the protection of append-only tables for a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from wholesale.plumbing import append_only


@contextmanager
def unprotected(table: str) -> Iterator[None]:
    """Allow changes of an append-only table within the block, then protect it again."""
    append_only.remove(connection, table)
    yield
    append_only.install(connection, table)
