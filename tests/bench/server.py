"""A database for each size of table, and the production server on it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from tests.bench import data
from tests.served import ENVIRONMENT, ROOT, free_port, fresh_database, operator_token

START_SECONDS = 60  # how long a server may take until it is ready
STOP_SECONDS = 20
# Production's settings, all others at their defaults (the log's level too), and the gate at its strictest.
SETTINGS = {"DEBUG": "false", "SECRET_KEY": ENVIRONMENT["SECRET_KEY"], "GO_LIVE_ENFORCE": "true"}


@dataclass(frozen=True, slots=True)
class Site:
    """A filled database, an operator's token for it, and where its server listens."""

    size: str
    database_url: str
    token: str
    port: int

    @property
    def url(self) -> str:
        """Where its server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its server."""
        return {**SETTINGS, "DATABASE_URL": self.database_url, "DJANGO_SETTINGS_MODULE": "wholesale.settings"}


@contextmanager
def filled(size: str, *, tasks: int) -> Iterator[Site]:
    """A site with so many tasks; its database is gone afterwards."""
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            data.prepare(connection, tasks=tasks)
        yield Site(size, url, operator_token(url, "bench"), free_port())


@contextmanager
def serving(site: Site, log: Path) -> Iterator[None]:
    """`make serve` for the site, ready for requests; its log goes to a file, as a service's would.

    Raises:
        RuntimeError: it did not become ready.

    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["make", "--no-print-directory", "serve", f"PORT={site.port}"],
            cwd=ROOT,
            env={**os.environ, **site.settings},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait_until_ready(site, server, log)
            yield
        finally:
            _stop(server)


def _wait_until_ready(site: Site, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{site.url}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not become ready:\n{log.read_text()[-2000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """End it with all its processes."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
