"""`scripts/up.sh`, which `make up` calls: its refusals before any work, and the common end of its two processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.served import ROOT, free_port

pytestmark = pytest.mark.sqlite
PATIENCE = 120  # seconds, on a busy machine


def environment(port: str, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PORT": port,
        "VENV": str(Path(sys.executable).parent.parent),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "wholesale.settings",
        "DEBUG": "true",
        "LOG_LEVEL": "WARNING",
    }


def up(tmp_path: Path, port: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    database = tmp_path / "db.sqlite3"
    settings = environment(port, f"sqlite:///{database}")
    command = ["sh", "scripts/up.sh"]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
    return done, database


@dataclass
class Up:
    """A running `make up`, leader of its process group like a foreground job of a shell."""

    process: subprocess.Popen[bytes]
    url: str
    said: Path

    def worker(self) -> int:
        """The process id of the worker. Wait until it exists."""
        return wait_for(lambda: next((pid for pid, command in self._children() if command.endswith("manage.py worker")), 0))

    def _children(self) -> Iterator[tuple[int, str]]:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            pid, parent, *command = line.split(maxsplit=2)
            if int(parent) == self.process.pid:
                yield int(pid), "".join(command)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5, verify=False).is_success
        except httpx.TransportError:
            return False

    def ends(self) -> int:
        """Wait for its end. Return the exit code, and check that no process of its group is left."""
        code = self.process.wait(PATIENCE)
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)
        return code


def wait_for(found: Callable[[], Any]) -> Any:
    """Return the function's value as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return result


@contextmanager
def running(tmp_path: Path, *command: str) -> Iterator[Up]:
    port, said = str(free_port()), tmp_path / "said"
    settings = environment(port, f"sqlite:///{tmp_path}/db.sqlite3")
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out, start_new_session=True)
    started = Up(process, f"http://127.0.0.1:{port}", said)
    try:
        wait_for(started.answers)
        yield started
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_up_says_what_it_does_and_ends_server_and_worker_together(tmp_path: Path) -> None:
    with running(tmp_path, "sh", "scripts/up.sh") as started:
        said = started.said.read_text()
        assert started.worker()
        os.killpg(started.process.pid, signal.SIGINT)  # as a terminal sends it
        assert started.ends() == 128 + signal.SIGINT
        assert "has ended" not in started.said.read_text()
    steps = ("Bringing the database up to date", "simulating two weeks", "password is shown only now:  pat", "Serving on")
    places = [said.index(step) for step in steps]
    assert places == sorted(places)
    with running(tmp_path, sys.executable, "scripts/serve_and_work.py") as started:  # its last step, on that database
        assert started.worker()
        started.process.terminate()
        assert started.ends() == 128 + signal.SIGTERM
        assert "has ended" not in started.said.read_text()


def test_a_worker_that_dies_is_reported_and_restarted_while_the_server_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, sys.executable, "scripts/serve_and_work.py") as started:
        killed = started.worker()
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: "The background worker has ended (exit code -9)" in started.said.read_text())
        assert wait_for(lambda: started.worker() != killed)
        assert started.answers()
        started.process.terminate()
        assert started.ends() == 128 + signal.SIGTERM


def test_a_taken_port_is_reported_before_any_work(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done, database = up(tmp_path, str(port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "make up PORT=" in done.stderr
    assert not database.exists()


@pytest.mark.parametrize("port", ["", "0", "65536", "http", "٨٠٠٠"])
def test_an_invalid_port_is_refused(tmp_path: Path, port: str) -> None:
    done, database = up(tmp_path, port)
    assert done.returncode == 1
    assert f"PORT={port} is no port" in done.stderr
    assert not database.exists()


def install(tmp_path: Path, requirements: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "wanted.txt").write_text(requirements)
    command = [sys.executable, str(ROOT / "scripts/install.py"), "wanted.txt"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_the_installation_reports_its_size_and_its_end(tmp_path: Path) -> None:
    done = install(tmp_path, "# none\nsix\n")
    assert done.returncode == 0
    assert done.stdout.startswith("Installing 1 packages into ")
    assert "Installed in " in done.stdout


def test_a_failed_installation_shows_the_output_of_pip(tmp_path: Path) -> None:
    done = install(tmp_path, "./missing-1.0-py3-none-any.whl\nsix\n")
    assert done.returncode == 1
    assert "missing-1.0-py3-none-any.whl" in done.stderr
    assert "Installed" not in done.stdout
