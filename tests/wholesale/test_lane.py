"""The lane of plain requests: who takes it, and that those next to it are answered the same."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import override_settings
from rest_framework.test import APIClient

from tests.both_ways import past_the_lane, send_all_both_ways
from tests.conftest import codes
from tests.factories import LeadFactory, TaskFactory
from wholesale.plumbing.http import lane
from wholesale.plumbing.http.lane import PlainRequest

DUE = "/api/followups/due"
CREATE = "/api/followups/ladder/create"
PLACE = '{"province": "ON"}'
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that took the lane."""
    paths: list[str] = []
    make = PlainRequest.__init__

    def noted(self: PlainRequest, request: Any, *args: Any) -> None:
        paths.append(request.path)
        make(self, request, *args)

    monkeypatch.setattr(PlainRequest, "__init__", noted)
    return paths


def sent(client: APIClient, method: str, path: str, headers: dict[str, Any]) -> Any:
    if "HTTP_AUTHORIZATION" in headers:
        client.credentials(HTTP_AUTHORIZATION=headers["HTTP_AUTHORIZATION"])
    return client.generic(method, path, **headers)


@pytest.mark.parametrize("accept", [None, "*/*", JSON])
def test_a_request_with_a_token_and_json_takes_the_lane(operator: APIClient, taken: list[str], accept: str | None) -> None:
    headers: dict[str, Any] = {"HTTP_ACCEPT": accept} if accept else {}
    assert operator.get(f"{DUE}?limit=5", **headers).status_code == 200
    assert operator.generic("POST", CREATE, PLACE, content_type=JSON, **headers).status_code == 201
    assert operator.generic("POST", f"{CREATE}/?province=ON", **headers).status_code == 201
    assert taken == [DUE, CREATE, CREATE]


def test_a_refusal_is_made_in_the_lane_too(auditor: APIClient, operator: APIClient, taken: list[str]) -> None:
    assert auditor.generic("POST", CREATE, PLACE, content_type=JSON).status_code == 403
    assert operator.get(f"{DUE}?limit=x").status_code == 400
    assert operator.get("/api/followups/leads/17").status_code == 404
    assert taken == [CREATE, DUE, "/api/followups/leads/17"]


ASIDE: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", DUE, {"HTTP_AUTHORIZATION": "Token"}, 401),
    ("GET", DUE, {"HTTP_AUTHORIZATION": "Basic YTpi"}, 401),
    ("GET", DUE, {"HTTP_COOKIE": "sessionid=x"}, 200),
    ("GET", DUE, {"HTTP_COOKIE": 'messages="\\000"'}, 400),
    ("GET", DUE, {"HTTP_ACCEPT": "text/html"}, 406),
    ("GET", DUE, {"HTTP_ACCEPT": "application/json; indent=2"}, 200),
    ("GET", DUE, {"HTTP_ACCEPT": ""}, 406),
    ("GET", DUE, {"HTTP_HOST": "evil.example"}, 400),
    ("GET", DUE, {"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
    ("POST", CREATE, {"data": PLACE, "content_type": "text/plain"}, 415),
    ("POST", CREATE, {"data": "province=ON", "content_type": FORM}, 201),
    ("GET", DUE, {"CONTENT_LENGTH": "x"}, 400),
    ("HEAD", DUE, {}, 200),
    ("OPTIONS", DUE, {}, 405),
    ("DELETE", DUE, {}, 405),
    ("POST", DUE, {}, 405),
    ("GET", CREATE, {}, 405),
    ("GET", "/api/schema", {}, 200),
    ("GET", "/api/docs", {}, 200),
    ("GET", "/api/nothing", {}, 404),
    ("GET", "/api", {}, 404),
    ("GET", "/api/", {}, 404),
    ("GET", "/api/nothing/12/13", {}, 404),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASIDE)
def test_any_other_request_goes_past_the_lane(
    operator: APIClient, taken: list[str], method: str, path: str, headers: dict[str, Any], status: int
) -> None:
    response = sent(operator, method, path, headers)
    assert (response.status_code, taken) == (status, [])


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASIDE)
def test_any_other_request_is_answered_as_without_the_lane(
    operator: APIClient, monkeypatch: pytest.MonkeyPatch, method: str, path: str, headers: dict[str, Any], status: int
) -> None:
    send_all_both_ways(monkeypatch)
    assert sent(operator, method, path, headers).status_code == status


@pytest.mark.parametrize("settings", [{"SECURE_SSL_REDIRECT": True}, {"SECURE_HSTS_SECONDS": 5}, {"PREPEND_WWW": True}])
@pytest.mark.parametrize("is_secure", [False, True])
def test_the_settings_of_https_hold_in_the_lane(
    operator: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Any, is_secure: bool
) -> None:
    send_all_both_ways(monkeypatch)
    with override_settings(**settings):
        response = operator.generic("GET", DUE, secure=is_secure)
    assert response.status_code in (200, 301)


HANDLER, TOKEN = "followups.tasks.due.services.due_tasks", "wholesale.plumbing.http.authentication.sha256"


@pytest.mark.parametrize(
    ("place", "does", "status"),
    [
        (HANDLER, {"side_effect": ZeroDivisionError()}, 500),
        (HANDLER, {"side_effect": OperationalError("gone")}, 503),
        (HANDLER, {"side_effect": SuspiciousOperation("odd")}, 400),
        (HANDLER, {"side_effect": Http404()}, 404),
        (HANDLER, {"return_value": [Mock(_asdict=object)]}, 500),  # cannot be rendered
        (TOKEN, {"side_effect": OperationalError("gone")}, 503),
        (TOKEN, {"side_effect": ZeroDivisionError()}, 500),
    ],
)
def test_a_fault_is_answered_and_logged_the_same(
    operator: APIClient, monkeypatch: pytest.MonkeyPatch, place: str, does: dict[str, Any], status: int
) -> None:
    send_all_both_ways(monkeypatch)
    monkeypatch.setattr(place, Mock(**does))
    assert operator.get(DUE).status_code == status


def test_the_comparison_sees_a_difference(operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    send_all_both_ways(monkeypatch)
    operator.get(DUE)
    monkeypatch.setattr(lane, "_answer", lambda request, match: HttpResponse("another"))
    with pytest.raises(AssertionError, match="by the lane"):
        operator.get(DUE)


def test_ids_of_one_route_do_not_mix(operator: APIClient, taken: list[str]) -> None:
    for lead in LeadFactory.create_batch(3):
        assert operator.get(f"/api/followups/leads/{lead.pk}").json()["lead_id"] == lead.lead_id
    task = TaskFactory.create(owner=None)
    assert operator.post(f"/api/followups/task/{task.pk}/complete").json()["id"] == task.pk
    assert len(taken) == 4


def test_a_user_without_the_permission_and_an_inactive_user_are_refused_at_once(agent: APIClient, taken: list[str]) -> None:
    assert agent.get(DUE).status_code == 200
    user = User.objects.get(username="agent")
    user.groups.clear()
    assert (agent.get(DUE).status_code, codes(agent.get(DUE))) == (403, ["permission_denied"])
    user.is_active = False
    user.save()
    assert (agent.get(DUE).status_code, codes(agent.get(DUE))) == (401, ["authentication_failed"])
    assert len(taken) == 5


def test_without_the_lane_nothing_is_plain(operator: APIClient, taken: list[str]) -> None:
    with past_the_lane():
        assert operator.get(DUE).status_code == 200
    assert taken == []
