"""The real server as a separate process, as `make serve` starts it, with a separate database.

It shows what a test client cannot: a killed process, a lost connection, a body that stops half-way.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import environ
import httpx
import psycopg

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 60  # seconds
# Most tests do not concern the proofs that the law requires, so these are not enforced. An installation enforces them:
# tests/governance/test_strictness.py.
LENIENT = """
from governance.models import Organisation
Organisation.objects.update(consent="warn", identity="warn", scrub="warn", lenient_reason="a test of something else")
"""
MIGRATED = "MIGRATED_FOLDER"  # the environment variable of migrating_once()
ENVIRONMENT = {
    "SECRET_KEY": "only-for-served-tests-" * 3,
    "DEBUG": "false",
    "GO_LIVE_ENFORCE": "false",
    "LOG_LEVEL": "CRITICAL",
}


def on_postgresql() -> bool:
    """Whether PostgreSQL is under test, and not SQLite."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


@contextmanager
def migrating_once(*, ahead: bool = False) -> Iterator[None]:
    """Within the block, fresh databases of this process and its children are copies of one migrated database.

    The first use migrates it, which takes twenty times as long as a copy. `ahead` starts at once, so that no test waits.
    """
    with tempfile.TemporaryDirectory(prefix="wholesale-migrated-") as folder:
        os.environ[MIGRATED] = folder
        migrating = Thread(target=_migrated, args=(Path(folder),))
        if ahead:
            migrating.start()
        yield
        if ahead:
            migrating.join()
        del os.environ[MIGRATED]
        if on_postgresql():
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{Path(folder).name}" WITH (FORCE)')


@contextmanager
def fresh_database() -> Iterator[str]:
    """A migrated database of the kind under test, for one user, with proofs not enforced. Yields its DATABASE_URL."""
    if folder := os.environ.get(MIGRATED):
        with new_database(_migrated(Path(folder))) as url:
            yield url
    else:
        with new_database() as url:
            _prepare(url)
            yield url


def _prepare(url: str) -> None:
    manage(url, "migrate", "--verbosity", "0")
    manage(url, "shell", "--verbosity", "0", "--command", LENIENT)


def database_name(url: str) -> str:
    """The name of the database in a DATABASE_URL. For SQLite it is the file."""
    return str(environ.Env.db_url_config(url)["NAME"])


def _migrated(folder: Path) -> str:
    """The DATABASE_URL of the migrated database. One process migrates it while the others wait."""
    url = _on_server(folder.name) if on_postgresql() else f"sqlite:///{folder}/db.sqlite3"
    done = folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            if on_postgresql():
                with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                    connection.execute(f'CREATE DATABASE "{folder.name}"')
            _prepare(url)
            done.touch()
    return url


@contextmanager
def new_database(template: str = "") -> Iterator[str]:
    """A new database, empty or a copy, deleted afterwards. Yields its DATABASE_URL."""
    if not on_postgresql():
        with tempfile.TemporaryDirectory(prefix="wholesale-served-") as folder:
            if template:
                shutil.copy(database_name(template), f"{folder}/db.sqlite3")
            yield f"sqlite:///{folder}/db.sqlite3"
        return
    name = f"served_{uuid4().hex}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f' TEMPLATE "{database_name(template)}"' if template else ""))
        try:
            yield _on_server(name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def manage(database_url: str, *arguments: str) -> str:
    """Run a management command on the database. Return its output."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=settings_for(database_url), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def settings_for(database_url: str, **environment: str) -> dict[str, str]:
    """The environment of a process that uses the database. `environment` adds settings."""
    settings = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "wholesale.settings", **environment}
    return {**os.environ, **ENVIRONMENT, **settings}


def operator_token(database_url: str, name: str = "served") -> str:
    """Issue an API token of an operator."""
    return manage(database_url, "create_api_token", name, "--role", "operator")


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str) -> httpx.Client:
        """A client with this token and its own connections. It loads no certificates, which takes long."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Token {token}"}, timeout=30, verify=False)

    def kill(self) -> None:
        """Kill the server and all its processes with SIGKILL."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop the server if it still runs."""
        if self.process.poll() is None:
            self.kill()


@contextmanager
def serving(
    database_url: str, *, workers: int = 1, threads: int = 1, log: Path | None = None, **environment: str
) -> Iterator[Server]:
    """Run the production server on a free port within the block. `environment` adds settings, `log` is its log.

    Raises:
        RuntimeError: it did not answer in time, or ended.

    """
    port = free_port()
    command = [
        *(sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)),
        *("--workers", str(workers), "--threads", str(threads)),
    ]
    with _running(command, port, settings_for(database_url, **environment), log) as server:
        yield server


@contextmanager
def developing(database_url: str, *, log: Path | None = None, **environment: str) -> Iterator[Server]:
    """Run Django's development server, as `serving` does."""
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "runserver", "--noreload", f"127.0.0.1:{port}"]
    with _running(command, port, settings_for(database_url, **environment), log or Path(os.devnull)) as server:
        yield server


@contextmanager
def _running(command: list[str], port: int, settings: dict[str, str], log: Path | None) -> Iterator[Server]:
    with log.open("ab") if log else nullcontext() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=settings, start_new_session=True, stdout=output, stderr=output and subprocess.STDOUT
        )
    server = Server(process, port)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(server: Server) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"The server ended with {server.process.returncode}")
        try:
            if httpx.get(f"{server.url}/healthz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("The server did not answer")
