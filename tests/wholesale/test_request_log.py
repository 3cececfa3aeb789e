"""The log line of a request: refusals and faults differ, and nothing that a client wrote is in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connections
from django.test import Client
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from tests.factories import TaskFactory
from tests.logged import Lines, logged_lines
from tests.staff import signed_in

CREATE = "/api/followups/ladder/create"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    return logged_lines(monkeypatch)


def test_a_request_is_one_line(lines: Lines, operator: APIClient) -> None:
    task = TaskFactory.create(owner=None)
    operator.post(f"/api/followups/task/{task.pk}/complete", {"note": "said hello"}, headers={"X-Correlation-ID": "C-1"})
    [line] = lines()
    assert (line["event"], line["level"]) == ("request", "info")
    assert (line["method"], line["path"]) == ("POST", f"/api/followups/task/{task.pk}/complete")
    assert (line["status"], line["correlation_id"]) == (200, "C-1")
    assert line["user_id"] == User.objects.get().pk
    assert 0 < line["duration_ms"] < 60_000
    assert "said hello" not in str(line)


@pytest.mark.parametrize(
    ("asked", "path", "parameters"),
    [
        ("/api/followups/due?limit=5&owner=jane&province=ON", "/api/followups/due", {"limit": "5", "province": "ON"}),
        ("/api/followups/due?province=jane%40example.ca&limit=4165550987", "/api/followups/due", None),
        ("/api/followups/leads?phone=%2B14165550987", "/api/followups/leads", None),
        ("/api/followups/leads/17", "/api/followups/leads/17", None),
        ("/api/followups/leads/14165550987", "/api/followups/leads/{id}", None),
        ("/api/leads/jane@example.ca", "/api{path}", None),
        ("/jane@example.ca?token=secret", "/{unknown}", None),
        ("/admin/followups/lead/%2B14165550987/change/?q=jane", "/admin/followups/lead/{object_id}/change/", None),
        ("/admin/followups/lead/17/change/", "/admin/followups/lead/17/change/", None),
        ("/admin/jane@example.ca/", "/admin/{url}", None),
        ("/healthz?x=1", "/healthz", None),
    ],
)
def test_the_logged_path_is_that_of_the_route(
    lines: Lines, operator: APIClient, asked: str, path: str, parameters: Any
) -> None:
    operator.get(asked)
    [line] = lines()
    assert (line["path"], line.get("parameters")) == (path, parameters)


def test_a_refusal_is_a_warning_with_its_code_and_no_traceback(
    lines: Lines, operator: APIClient, auditor: APIClient, kill_switch: GoLiveState
) -> None:
    for client, given, status, refusal in (
        (operator, {"province": "ON"}, 503, "KILL_SWITCH_ENGAGED"),
        (operator, {"province": "XX"}, 400, "invalid_choice"),
        (auditor, {"province": "ON"}, 403, "permission_denied"),
        (APIClient(), {"province": "ON"}, 401, "not_authenticated"),
    ):
        client.post(CREATE, given)
        [line] = lines()
        assert (line["level"], line["status"], line["refusal"]) == ("warning", status, refusal)
        assert "exception" not in line


def test_go_live_off_is_logged_as_a_refusal(lines: Lines, operator: APIClient, settings: Any) -> None:
    settings.GO_LIVE_ENFORCE = True
    operator.post(CREATE, {"province": "ON"})
    [line] = lines()
    assert (line["level"], line["status"], line["refusal"]) == ("warning", 503, "GO_LIVE_DISABLED")


@pytest.mark.parametrize("path", ["/admin/governance/golivestate/engage/", "/admin/followups/lead/import/"])
def test_a_403_of_the_admin_prints_no_traceback(lines: Lines, user_of: Callable[..., User], path: str) -> None:
    client = signed_in(user_of("auditor"))
    lines()
    assert client.post(path).status_code == 403
    [line] = lines()
    assert (line["level"], line["status"]) == ("warning", 403)
    assert "exception" not in line


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Content-Length": "x"}])
def test_a_malformed_request_prints_no_traceback(lines: Lines, client: Client, headers: dict[str, str]) -> None:
    assert client.get("/admin/login/", headers=headers).status_code == 400
    [line] = lines()
    assert (line["level"], line["status"]) == ("warning", 400)
    assert "evil" not in str(line)


def test_a_fault_is_an_error_with_its_traceback(lines: Lines, operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from followups.ladders import api

    monkeypatch.setattr(api, "shown", lambda *args: 1 / 0)
    assert operator.post(CREATE, {"province": "ON"}, headers={"X-Correlation-ID": "C-1"}).status_code == 500
    [line] = lines()
    assert (line["event"], line["level"], line["status"], line["refusal"]) == ("request failed", "error", 500, "error")
    assert line["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert line["correlation_id"] == "C-1"


def test_a_fault_of_the_admin_is_one_line_too(
    lines: Lines, user_of: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(user_of("operator"))
    client.raise_request_exception = False
    lines()
    monkeypatch.setattr("wholesale.console.today.page.fill", lambda request, context: 1 / 0)
    assert client.get("/admin/").status_code == 500
    [line] = lines()
    assert (line["level"], line["status"], line["exception"][0]["exc_type"]) == ("error", 500, "ZeroDivisionError")


def test_an_unavailable_database_is_logged_as_a_fault_with_its_status(
    lines: Lines, operator: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("the database is gone")

    with monkeypatch.context() as broken:
        broken.setattr(type(connections["default"]), "cursor", down)
        assert operator.get("/api/followups/due").status_code == 503
    [line] = lines()
    assert (line["level"], line["status"], line["refusal"]) == ("error", 503, "database_unavailable")
    assert line["exception"][0]["exc_value"] == "the database is gone"
