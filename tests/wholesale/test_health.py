"""Probes: whether the process answers, and whether it can work."""

import zoneinfo
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings


def test_healthz_needs_no_credentials_and_no_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_readyz_is_200_when_all_is_well(db: None, client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ok": True,
        "checks": {"database": "ok", "migrations": "ok", "zones": "ok"},
        "warnings": {"permitted_minutes": "ok"},
    }


def test_readyz_names_a_pending_migration(db: None, client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("kpi", "0002_triggers")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ok"] is False
    assert response.json()["checks"] == {"database": "ok", "migrations": "1 not applied", "zones": "ok"}


def test_readyz_names_an_unavailable_database(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("gone: secret-host")

    monkeypatch.setattr(type(connections["default"]), "cursor", no_answer)
    response = client.get("/readyz")
    monkeypatch.undo()
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "OperationalError"
    assert response.json()["warnings"] == {"permitted_minutes": "OperationalError"}
    assert "secret-host" not in response.content.decode()


def test_readyz_names_zones_of_the_operating_system(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ("/usr/share/zoneinfo",))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "/usr/share/zoneinfo" in response.json()["checks"]["zones"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_not_redirected_to_https(db: None, client: Client, settings: Settings, path: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
