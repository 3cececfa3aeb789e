"""Django's PostgreSQL backend, except that BEGIN is not sent by itself: a transaction begins with its first message.

Django's own backend spends a round trip on BEGIN. A verb sends BEGIN, its first locks and its first question together.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.db.backends.postgresql import base

_Django: Any = base.DatabaseWrapper  # its stubs do not know the methods for a backend's subclass


class DatabaseWrapper(_Django):
    """A connection whose transactions begin with their first message. If nothing is asked, nothing is sent.

    The driver stays in autocommit mode, so that it sends no BEGIN of its own.
    """

    _begins_next = False  # whether a transaction was begun here of which PostgreSQL does not know yet

    def in_one_message(self, statements: Sequence[tuple[str, Any]]) -> list[Any]:
        """Send SQL statements with their parameters in one message. Return a cursor of each.

        In READ COMMITTED each of them sees what was committed before it began, so the one after a lock sees what the lock
        protects. If somebody watches the statements (Django's log of queries or an `execute_wrapper`), each is sent by
        itself by Django's cursor, which costs more.
        """
        self.ensure_connection()
        if not (self.queries_logged or self.execute_wrappers):
            return self._sent(statements)
        cursors = [self.cursor() for _ in statements]
        for cursor, statement in zip(cursors, statements, strict=True):
            cursor.execute(*statement)
        return cursors

    def _sent(self, statements: Sequence[tuple[str, Any]]) -> list[Any]:
        """Send BEGIN, if it is due, and these statements."""
        self.validate_no_broken_transaction()
        begin = [("BEGIN", None)] if self._begins_next else []
        self._begins_next = False
        message = [*begin, *statements]
        with self.wrap_database_errors, self.connection.pipeline() if len(message) > 1 else nullcontext():
            return [self.connection.execute(*statement) for statement in message][len(begin) :]

    def _start_transaction_under_autocommit(self) -> None:
        self._begins_next = True

    def _cursor(self, name: str | None = None) -> Any:
        if self._begins_next:
            self._sent([])
        return super()._cursor(name)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # the driver refuses to set it within a transaction
            super()._set_autocommit(autocommit)

    def _commit(self) -> None:
        if self._begins_next:
            self._begins_next = False
        else:
            super()._commit()

    def _rollback(self) -> None:
        self._begins_next = False
        super()._rollback()

    def _close(self) -> None:
        self._begins_next = False
        super()._close()
