"""The machine of the measurement."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from psycopg import Connection

_PACKAGES = ("django", "djangorestframework", "psycopg", "granian")


def cpu_model() -> str:
    """The processor's name, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def facts(connection: Connection) -> list[str]:
    """One line for each property of the machine that decides the figures."""
    settings = {
        name: connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", "fsync", "shared_buffers")
    }
    shown = {name: row[0] if row else "?" for name, row in settings.items()}
    load = ", ".join(f"{average:.2f}" for average in os.getloadavg())
    return [
        f"{os.cpu_count()} cores, {cpu_model()}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        f"PostgreSQL {shown['server_version']}, fsync {shown['fsync']}, shared_buffers {shown['shared_buffers']}",
        f"load average at the start: {load}",
    ]


class FsyncIsOff(Exception):
    """The database does not wait for the disk, so its write times mean nothing."""


def require_fsync(connection: Connection) -> None:
    """Check the database's fsync setting.

    Raises:
        FsyncIsOff: it is.

    """
    if connection.execute("SHOW fsync").fetchone() != ("on",):
        raise FsyncIsOff(FsyncIsOff.__doc__)
