"""Settings from the environment, each read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json
from wholesale import settings as s
print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=lambda value: None))
"""


def run(code: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    clean.setdefault("DATABASE_URL", f"sqlite:///{tmp_path / 'db.sqlite3'}")
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**clean, **env}, capture_output=True, text=True, check=False
    )


def shown(tmp_path: Path, **env: str) -> dict[str, Any]:
    done = run(SHOW, tmp_path, **{"SECRET_KEY": "s" * 50, **env})
    assert done.returncode == 0, done.stderr
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_without_a_secret_key_nothing_starts_outside_debug(tmp_path: Any) -> None:
    done = run(SHOW, tmp_path)
    assert done.returncode == 1
    assert "ImproperlyConfigured: Set SECRET_KEY to at least 50 random characters" in done.stderr


def test_debug_needs_no_secret_key(tmp_path: Any) -> None:
    done = run(SHOW, tmp_path, DEBUG="true")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["DEBUG"] is True


def test_absent_settings_are_safe(tmp_path: Any) -> None:
    found = shown(tmp_path)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]
    assert (found["HTTPS"], found["SECURE_SSL_REDIRECT"], found["SECURE_HSTS_SECONDS"]) == (False, False, 0)
    assert found["TOKEN_CACHE_SECONDS"] == 5.0
    assert found["COOLING_OFF_DAYS"] == 90
    database = found["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["CONN_MAX_AGE"] is None


@pytest.mark.parametrize(
    ("given", "enforced"),
    [
        ({}, True),
        ({"DEBUG": "true"}, False),
        ({"DEBUG": "true", "GO_LIVE_ENFORCE": "true"}, True),
        ({"GO_LIVE_ENFORCE": "false"}, False),
        ({"GO_LIVE_ENFORCE": ""}, True),
    ],
)
def test_go_live_is_enforced_outside_debug_by_default(tmp_path: Any, given: Any, enforced: Any) -> None:
    assert shown(tmp_path, **given)["GO_LIVE_ENFORCE"] is enforced


def test_https_switches_on_all_of_its_settings(tmp_path: Any) -> None:
    found = shown(tmp_path, HTTPS="true", ALLOWED_HOSTS="a.example,b.example")
    names = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    assert all(found[name] is True for name in names)
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["ALLOWED_HOSTS"] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("given", "subdomains", "preload"),
    [
        ({}, False, False),
        ({"HSTS_SUBDOMAINS": "true"}, True, False),
        (dict.fromkeys(("HSTS_SUBDOMAINS", "HSTS_PRELOAD"), "1"), True, True),
    ],
)
def test_https_does_not_include_the_rest_of_the_domain(
    tmp_path: Any, given: dict[str, str], subdomains: bool, preload: bool
) -> None:
    found = shown(tmp_path, HTTPS="true", **given)
    assert (found["SECURE_HSTS_INCLUDE_SUBDOMAINS"], found["SECURE_HSTS_PRELOAD"]) == (subdomains, preload)


def test_a_domain_is_not_preloaded_without_its_subdomains(tmp_path: Any) -> None:
    done = run(SHOW, tmp_path, SECRET_KEY="s" * 50, HTTPS="true", HSTS_PRELOAD="true")
    assert done.returncode == 1
    assert "HSTS_PRELOAD needs HSTS_SUBDOMAINS" in done.stderr


@pytest.mark.parametrize("key", ["s", "s" * 49, " " * 60, "s" + " " * 60])
def test_a_short_secret_key_starts_nothing_outside_debug(tmp_path: Any, key: str) -> None:
    done = run(SHOW, tmp_path, SECRET_KEY=key)
    assert done.returncode == 1
    assert "ImproperlyConfigured: Set SECRET_KEY to at least 50 random characters" in done.stderr
    assert run(SHOW, tmp_path, SECRET_KEY=key, DEBUG="true").returncode == 0


def test_postgresql_keeps_its_connections(tmp_path: Any) -> None:
    database = shown(tmp_path, DATABASE_URL="postgresql://u:p@h/d")["DATABASES"]["default"]
    assert database["ENGINE"] == "wholesale.plumbing.postgresql"
    assert database["CONN_MAX_AGE"] is None
    assert "pool" not in database["OPTIONS"]
    assert database["OPTIONS"]["prepare_threshold"] == 1


def test_a_database_url_may_name_the_folder_of_a_unix_socket(tmp_path: Any) -> None:
    database = shown(tmp_path, DATABASE_URL="postgresql://u@/d?host=/var/run/postgresql")["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"], database["USER"]) == ("", "d", "u")
    assert database["OPTIONS"]["host"] == "/var/run/postgresql"


def test_a_pool_replaces_persistent_connections(tmp_path: Any) -> None:
    found = shown(tmp_path, DATABASE_URL="postgresql://u:p@h/d", DB_POOL="4", DB_PREPARED_STATEMENTS="false")
    database = found["DATABASES"]["default"]
    assert (found["DB_POOL"], database["CONN_MAX_AGE"]) == (4, 0)
    assert database["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 4, "timeout": 5}
    assert database["OPTIONS"]["prepare_threshold"] is None


def test_an_unknown_database_engine_is_refused_by_name(tmp_path: Any) -> None:
    done = run(
        "import django; django.setup(); from django.core.management import call_command; call_command('check')",
        tmp_path,
        SECRET_KEY="s" * 50,
        DATABASE_URL="mysql://u:p@h/d",
        DJANGO_SETTINGS_MODULE="wholesale.settings",
    )
    assert done.returncode == 1
    assert "mysql" in done.stderr


@pytest.mark.parametrize("variable", ["DEBUG", "DB_POOL", "TOKEN_CACHE_SECONDS", "HTTPS", "GO_LIVE_ENFORCE"])
def test_an_invalid_value_stops_the_start(tmp_path: Any, variable: Any) -> None:
    """A misspelt protection must not count as switched off."""
    done = run(SHOW, tmp_path, SECRET_KEY="s" * 50, **{variable: "ture"})
    assert done.returncode == 1
    assert "Error" in done.stderr if variable in ("DB_POOL", "TOKEN_CACHE_SECONDS") else variable in done.stderr


@pytest.mark.parametrize(
    ("text", "on"), [("true", True), ("TRUE", True), ("1", True), ("yes", True), ("false", False), ("0", False), ("", False)]
)
def test_a_switch_accepts_the_usual_words(tmp_path: Any, text: Any, on: Any) -> None:
    assert shown(tmp_path, HTTPS=text)["HTTPS"] is on


def test_time_zones_are_read_only_from_the_tzdata_package(tmp_path: Any) -> None:
    done = run("import wholesale.settings, zoneinfo; print(zoneinfo.TZPATH)", tmp_path, SECRET_KEY="s" * 50)
    assert done.stdout.strip() == "()"


@pytest.mark.parametrize(("given", "days"), [("0", 0), ("", 90), (" 30 ", 30), ("3650", 3650)])
def test_the_cooling_off_time_is_a_number_of_days(tmp_path: Any, given: str, days: int) -> None:
    assert shown(tmp_path, COOLING_OFF_DAYS=given)["COOLING_OFF_DAYS"] == days


@pytest.mark.parametrize("given", ["-1", "3651", "1.5", "ninety", "1e2", "\u0663", "9" * 400])
def test_an_invalid_number_of_days_is_refused(tmp_path: Any, given: str) -> None:
    done = run(SHOW, tmp_path, SECRET_KEY="s" * 50, COOLING_OFF_DAYS=given)
    assert done.returncode == 1
    assert "COOLING_OFF_DAYS must be a number of days from 0 to 3650" in done.stderr
