"""A database for each size of table, and the production server on it."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import httpx

from tests.bench.checkout import HERE, Checkout
from tests.served import ENVIRONMENT, free_port, new_database

WORKERS = 2
START_SECONDS = 60  # how long a server may take until it is ready
STOP_SECONDS = 20
# Production's settings with defaults for all others (also the log level), and the strictest gate.
SETTINGS = {"DEBUG": "false", "SECRET_KEY": ENVIRONMENT["SECRET_KEY"], "GO_LIVE_ENFORCE": "true"}
# Rows for the schema of the revision itself.
_FILL = """
import sys
import psycopg
from tests.bench import data
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    data.prepare(connection, tasks=int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A filled database, an operator's token for it, and where its server listens."""

    name: str
    checkout: Checkout
    database_url: str
    token: str
    port: int

    @property
    def url(self) -> str:
        """The address of its server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of its server."""
        return {**SETTINGS, "DATABASE_URL": self.database_url, "DJANGO_SETTINGS_MODULE": "wholesale.settings"}


@contextmanager
def filled(name: str, *, tasks: int, checkout: Checkout = HERE) -> Iterator[Site]:
    """Yield a site with so many tasks, made by the checkout's own code. Its database is deleted afterwards."""
    with new_database() as url:
        checkout.run(url, "manage.py", "migrate", "--verbosity", "0")
        checkout.run(url, "-c", _FILL, url, str(tasks))
        token = checkout.run(url, "manage.py", "create_api_token", "bench", "--role", "operator")
        yield Site(name, checkout, url, token, free_port())


def use_django(site: Site, log: Path) -> None:
    """Set Django up in this process with the database and the settings of the site's server. It logs to a file too."""
    os.environ.update(site.settings)
    django.setup()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(log.open("w"))


@contextmanager
def serving(site: Site, log: Path) -> Iterator[int]:
    """Run the production server of the site as its revision's `make serve` does, with its log in a file as for a service.
    Yields the id of its first process, which is also the id of its session.

    Raises:
        RuntimeError: it did not become ready.

    """
    environment = site.checkout.environment
    installed = f"--old-file={environment}/.installed"  # so that make installs nothing
    command = ["make", installed, "serve", f"VENV={environment}", f"PORT={site.port}", f"WORKERS={WORKERS}"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=site.checkout.root,
            env={**os.environ, **site.settings},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait_until_ready(site, server, log)
            yield server.pid
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
    """End the server with all its processes."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
