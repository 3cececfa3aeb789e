"""`scripts/up.sh`, which `make up` calls: what it refuses before it does any work."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def up(tmp_path: Path, port: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    database = tmp_path / "db.sqlite3"
    environment = {
        **os.environ,
        "PORT": port,
        "VENV": str(Path(sys.executable).parent.parent),
        "DATABASE_URL": f"sqlite:///{database}",
        "DEBUG": "true",
    }
    command = ["sh", "scripts/up.sh"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done, database


def test_a_taken_port_is_said_before_the_work(tmp_path: Path) -> None:
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
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    done, database = up(tmp_path, port)
    assert done.returncode == 1
    assert f"PORT={port} is no port" in done.stderr
    assert not database.exists()
