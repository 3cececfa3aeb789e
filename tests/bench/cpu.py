"""The CPU time that a server and its database's backends spend. Linux only: it is read from /proc."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Meter:
    """Measures within a `with` the CPU seconds of the processes of a session (`server`) and of all backends of a database
    (`backends`). Each is at least one tick of the system's clock.
    """

    server = backends = 0.0

    def __init__(self, session: int, database_url: str) -> None:
        self._session = session
        self._database_url = database_url

    def __enter__(self) -> Self:
        self._connection = psycopg.connect(self._database_url, autocommit=True)
        self._before = self._read()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server, self.backends = map(spent, self._before, self._read())
        self._connection.close()

    def _read(self) -> tuple[dict[int, int], dict[int, int]]:
        backends = self._connection.execute(_BACKENDS).fetchall()
        return _ticks(_of_session(self._session)), _ticks(pid for (pid,) in backends)


def spent(before: dict[int, int], after: dict[int, int]) -> float:
    """Seconds between two readings of ticks by process. A process that began in between counts in full."""
    return max(1, sum(ticks - before.get(pid, 0) for pid, ticks in after.items())) / TICKS_A_SECOND


def _of_session(session: int) -> Iterator[int]:
    for folder in _PROC.glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat and int(stat[3]) == session:
            yield int(folder.name)


def _ticks(processes: Iterable[int]) -> dict[int, int]:
    """The ticks of user and system time, of all threads together."""
    return {pid: int(stat[11]) + int(stat[12]) for pid in processes if (stat := _stat(pid))}


def _stat(pid: int) -> list[str]:
    """The fields after the command's name, which is in parentheses. An ended process has none."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
