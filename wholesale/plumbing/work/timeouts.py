"""What bounds a statement, the wait for a lock and a transaction left open. Imported before the settings are.

It differs by the kind of process: a request may wait for seconds, an import or a migration may work for minutes.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple


class Timeouts(NamedTuple):
    """Seconds; 0 is for ever."""

    statement: int
    lock: int
    idle_in_transaction: int

    @property
    def options(self) -> str:
        """As PostgreSQL takes them when a session begins. One that is 0 is left to the server's own setting."""
        named = zip(("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), self, strict=True)
        return " ".join(f"-c {name}={seconds}s" for name, seconds in named if seconds)


class Process(StrEnum):
    """The kinds of processes that talk to the database."""

    WEB = "web"
    WORKER = "worker"
    COMMAND = "command"


DEFAULTS = {
    Process.WEB: Timeouts(30, 10, 60),
    Process.WORKER: Timeouts(600, 30, 600),
    Process.COMMAND: Timeouts(3600, 60, 3600),
}
_BY_COMMAND = {"serve": Process.WEB, "runserver": Process.WEB, "worker": Process.WORKER}


def process_of(arguments: Sequence[str]) -> Process:
    """Which kind this command line starts. What is not manage.py is a server of somebody's, with the strictest bounds."""
    if not arguments or PurePath(arguments[0]).name != "manage.py":
        return Process.WEB
    return _BY_COMMAND.get(arguments[1] if len(arguments) > 1 else "", Process.COMMAND)


def read(text: str, default: Timeouts) -> Timeouts:
    """Three numbers of seconds, by commas; empty is the default.

    Raises:
        ValueError: something else.

    """
    if not text.strip():
        return default
    statement, lock, idle_in_transaction = (int(part) for part in text.split(","))
    if min(statement, lock, idle_in_transaction) < 0:
        raise ValueError("less than 0")
    return Timeouts(statement, lock, idle_in_transaction)
