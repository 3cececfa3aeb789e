"""The database timeouts for statements, locks and idle transactions. This is imported before the settings.

They depend on the kind of process: a request may take seconds, an import or a migration minutes.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple


class Timeouts(NamedTuple):
    """The database timeouts in seconds. 0 means that we set none."""

    statement: int
    lock: int
    idle_in_transaction: int

    @property
    def options(self) -> str:
        """The options that set the timeouts of a PostgreSQL session. For a timeout of 0 the server's own setting counts."""
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
    """Return the kind of process that a command line starts. Without manage.py it counts as a web server."""
    if not arguments or PurePath(arguments[0]).name != "manage.py":
        return Process.WEB
    return _BY_COMMAND.get(arguments[1] if len(arguments) > 1 else "", Process.COMMAND)


def read(text: str, default: Timeouts) -> Timeouts:
    """Read three timeouts in seconds, separated by commas. An empty text gives the default.

    Raises:
        ValueError: the text is not three numbers of at least 0.

    """
    if not text.strip():
        return default
    statement, lock, idle_in_transaction = (int(part) for part in text.split(","))
    if min(statement, lock, idle_in_transaction) < 0:
        raise ValueError("less than 0")
    return Timeouts(statement, lock, idle_in_transaction)
