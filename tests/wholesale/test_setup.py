"""`scripts/python.sh`: which Python `make setup` takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import ROOT

pytestmark = pytest.mark.sqlite
OPTIMISED, PLAIN = "--enable-optimizations --with-lto", "--enable-shared"
# An interpreter that says of itself what the test wants.
_FAKE = """#!/bin/sh
exec {python} -c '
import importlib.util, platform, sys, sysconfig
sys.version_info, platform.python_version = {version}, lambda: "{version}"
sysconfig.get_config_var, sysconfig.get_scheme_names = lambda name: "{flags}", lambda: "{schemes}".split()
importlib.util.find_spec = lambda name: {ensurepip}
exec(sys.argv[2])
' "$@"
"""


def fake(
    folder: Path,
    name: str = "python3.11",
    *,
    flags: str = PLAIN,
    version: tuple[int, int] = (3, 11),
    schemes: str = "",
    ensurepip: bool = True,
) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(_FAKE.format(python=sys.executable, version=version, flags=flags, schemes=schemes, ensurepip=ensurepip))
    path.chmod(0o755)
    return path


def taken(*folders: Path, given: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PATH": ":".join(map(str, folders))}
    command = ["/bin/sh", "scripts/python.sh", *filter(None, [given])]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_an_optimised_python_is_preferred_and_named(tmp_path: Path) -> None:
    fake(tmp_path / "a")
    best = fake(tmp_path / "b", flags=OPTIMISED)
    fake(tmp_path / "c", flags=OPTIMISED)
    done = taken(*(tmp_path / name for name in "abc"))
    assert done.stdout == f"{best}\n"
    assert done.stderr == f"Taking {best}, Python (3, 11), optimised.\n"


def test_debians_python_counts_as_optimised_though_its_flags_are_hidden(tmp_path: Path) -> None:
    fake(tmp_path / "a")
    debian = fake(tmp_path / "b", schemes="posix_prefix deb_system")
    assert taken(tmp_path / "a", tmp_path / "b").stdout == f"{debian}\n"


def test_the_only_python_is_taken_and_what_it_costs_is_said(tmp_path: Path) -> None:
    only = fake(tmp_path / "a b")
    done = taken(tmp_path / "nothing", tmp_path / "a b")
    assert done.stdout == f"{only}\n"
    assert "not optimised: all work takes 1.2 to 1.4 times the CPU" in done.stderr


def test_python_3_11_comes_before_an_optimised_newer_one(tmp_path: Path) -> None:
    ours = fake(tmp_path / "a")
    fake(tmp_path / "a", "python3", flags=OPTIMISED, version=(3, 13))
    assert taken(tmp_path / "a").stdout == f"{ours}\n"


def test_without_python_3_11_a_newer_python3_is_taken_and_an_older_one_refused(tmp_path: Path) -> None:
    fake(tmp_path / "a", "python3", version=(3, 9), flags=OPTIMISED)
    refused = taken(tmp_path / "a")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Python 3.11 is needed: make PYTHON=/path/to/python3.11 ...\n"
    newer = fake(tmp_path / "b", "python3", version=(3, 13))
    assert taken(tmp_path / "a", tmp_path / "b").stdout == f"{newer}\n"


def test_a_python_that_cannot_make_an_environment_comes_last(tmp_path: Path) -> None:
    fake(tmp_path / "a", flags=OPTIMISED, ensurepip=False)
    able = fake(tmp_path / "b")
    assert taken(tmp_path / "a", tmp_path / "b").stdout == f"{able}\n"


def test_a_given_python_is_taken_as_it_is_unless_it_is_too_old(tmp_path: Path) -> None:
    fake(tmp_path / "a", flags=OPTIMISED)
    given = fake(tmp_path / "b")
    assert taken(tmp_path / "a", given=str(given)).stdout == f"{given}\n"
    old = fake(tmp_path / "c", version=(3, 10))
    refused = taken(tmp_path / "a", given=str(old))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Python 3.11 is needed" in refused.stderr
