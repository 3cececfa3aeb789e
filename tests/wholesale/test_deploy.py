"""deploy/: the units start existing commands, and a service that ends is restarted."""

import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest
from django.core.management import load_command_class

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))


def unit(path: Path) -> RawConfigParser:
    """The settings of a unit file. The last of a repeated name counts."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names as they are written
    parser.read_string(path.read_text())
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_each_service_starts_an_existing_command_with_existing_options(path: Path) -> None:
    python, script, command, *options = shlex.split(unit(path)["Service"]["ExecStart"])
    assert (python, script) == ("/srv/wholesale/.venv/bin/python", "manage.py")
    load_command_class("wholesale.plumbing", command).create_parser("manage.py", command).parse_args(options)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_each_service_restarts_for_ever_and_is_bounded_and_confined(path: Path) -> None:
    found = unit(path)
    assert found["Unit"]["StartLimitIntervalSec"] == "0"
    service = found["Service"]
    assert (service["Restart"], service["RestartSec"], service["User"]) == ("always", "1", "wholesale")
    assert {"MemoryMax", "TasksMax", "EnvironmentFile"} <= set(service)
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("true", "strict", "")


def test_the_target_wants_every_service() -> None:
    assert unit(DEPLOY / "wholesale.target")["Unit"]["Wants"].split() == [path.name for path in SERVICES]
    assert len(SERVICES) == 2
