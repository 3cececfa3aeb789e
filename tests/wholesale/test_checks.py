"""System checks, by id."""

import zoneinfo
from typing import Any

import pytest
import tzdata
from django.core.checks import run_checks
from django.core.checks.registry import registry
from pytest_django import Settings

from wholesale.plumbing import checks


def ids(*, deploy: bool = False) -> set[str]:
    return {str(m.id) for m in run_checks(include_deployment_checks=deploy) if str(m.id).startswith("wholesale.")}


def test_no_check_fails_here() -> None:
    assert ids() == set()
    registered = {getattr(check, "__name__", "") for check in registry.get_checks(include_deployment_checks=True)}
    assert {"check_time_zones", "check_database", "check_token_cache", "check_https", "check_triggers"} <= registered


def test_e001_reports_zones_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ("/usr/share/zoneinfo",))
    assert ids() == {"wholesale.E001"}


@pytest.mark.parametrize(
    ("version", "found"),
    [("2026.5", {"wholesale.E002"}), ("2025.2", {"wholesale.E002"}), ("2026.6", set()), ("2027.1", set())],
)
def test_e002_reports_outdated_zones(monkeypatch: pytest.MonkeyPatch, version: Any, found: Any) -> None:
    monkeypatch.setattr(tzdata, "__version__", version)
    assert ids() == found


@pytest.mark.parametrize(
    ("engine", "pool", "found"),
    [
        ("django.db.backends.mysql", 0, ["wholesale.E003"]),
        ("django.db.backends.mysql", 5, ["wholesale.E003"]),
        ("django.db.backends.sqlite3", 5, ["wholesale.E004"]),
        ("django.db.backends.sqlite3", 0, []),
        ("wholesale.plumbing.postgresql", 5, []),
    ],
)
def test_e003_and_e004_report_the_database_and_its_pool(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: Any, pool: Any, found: Any
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", engine)
    settings.DB_POOL = pool
    assert [message.id for message in checks.check_database()] == found


@pytest.mark.parametrize(("seconds", "found"), [(60, set()), (60.5, {"wholesale.W005"})])
def test_w005_reports_tokens_cached_for_long(settings: Settings, seconds: Any, found: Any) -> None:
    settings.TOKEN_CACHE_SECONDS = seconds
    assert ids() == found


@pytest.mark.parametrize(("key", "warned"), [("unkeyed", True), ("a key", False)])
def test_w007_reports_a_missing_key_of_contact_points_at_deploy_only(settings: Settings, key: Any, warned: Any) -> None:
    settings.CONTACT_DIGEST_KEY = key
    assert ("wholesale.W007" in ids(deploy=True)) is warned
    assert "wholesale.W007" not in ids()


@pytest.mark.parametrize(("https", "debug", "warned"), [(False, False, True), (True, False, False), (False, True, False)])
def test_w006_reports_tokens_sent_in_the_clear_at_deploy_only(
    settings: Settings, https: Any, debug: Any, warned: Any
) -> None:
    settings.HTTPS, settings.DEBUG = https, debug
    assert ("wholesale.W006" in ids(deploy=True)) is warned
    assert "wholesale.W006" not in ids()


@pytest.mark.parametrize(("https", "proxies", "warned"), [(True, 0, True), (True, 1, False), (False, 0, False)])
def test_w008_reports_an_uncounted_proxy_at_deploy_only(settings: Settings, https: bool, proxies: int, warned: bool) -> None:
    settings.HTTPS, settings.TRUSTED_PROXIES = https, proxies
    assert ("wholesale.W008" in ids(deploy=True)) is warned
    assert "wholesale.W008" not in ids()
