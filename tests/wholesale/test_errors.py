"""All errors have one shape, made by one handler (CONTRACT sections 1 and 9)."""

from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpResponse, UnreadablePostError
from django.test import Client, RequestFactory, override_settings
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from followups.sla import snapshot
from tests.conftest import attrs, codes
from wholesale.plumbing.errors import RequiredParameter, VersionConflict
from wholesale.plumbing.http import handlers

SLA = "/api/followups/sla"
FEEDBACK = "/api/buyers/liquidity/feedback"
both_debugs = pytest.mark.parametrize("debug", [False, True])


def shape(response: Any, status: int, kind: str, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"type", "errors"}
    assert body["type"] == kind
    assert [set(error) for error in body["errors"]] == [{"code", "detail", "attr"}]
    assert codes(response) == [code]


@both_debugs
@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api", "/api/followups", "/api/kpi/events/x/y/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_an_unknown_path_is_404(db: None, client: Client, debug: Any, path: Any, method: Any) -> None:
    with override_settings(DEBUG=debug):
        shape(getattr(client, method)(path), 404, "client_error", "not_found")


@both_debugs
def test_an_unknown_method_is_405(operator: APIClient, debug: Any) -> None:
    with override_settings(DEBUG=debug):
        response = operator.delete(SLA)
    shape(response, 405, "client_error", "method_not_allowed")
    assert "GET" in response["Allow"]


@both_debugs
def test_a_body_of_another_type_is_415(operator: APIClient, debug: Any) -> None:
    with override_settings(DEBUG=debug):
        response = operator.generic("POST", FEEDBACK, "<a/>", content_type="application/xml")
    shape(response, 415, "client_error", "unsupported_media_type")


@both_debugs
def test_an_answer_of_another_type_is_406(operator: APIClient, debug: Any) -> None:
    with override_settings(DEBUG=debug):
        response = operator.get(SLA, headers={"Accept": "text/html"})
    shape(response, 406, "client_error", "not_acceptable")


@both_debugs
@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000, b'{"a": ' * 65 + b"1" + b"}" * 65],
)
def test_a_body_that_cannot_be_parsed_is_400(operator: APIClient, debug: Any, body: Any) -> None:
    with override_settings(DEBUG=debug):
        response = operator.generic("POST", FEEDBACK, body, content_type="application/json")
    if body:
        shape(response, 400, "client_error", "parse_error")
    else:
        assert (response.status_code, attrs(response)) == (400, ["province", "event"])


def test_several_wrong_fields_are_all_named(operator: APIClient) -> None:
    response = operator.post(FEEDBACK, {"province": "XX", "buyer_id": "\x7f"})
    assert response.json()["type"] == "validation_error"
    assert sorted(map(str, attrs(response))) == ["buyer_id", "event", "province"]


def test_a_body_that_is_too_large_is_413(operator: APIClient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = '{"buyer_id": "' + "x" * 100 + '"}'
    response = operator.generic("POST", FEEDBACK, body, content_type="application/json")
    shape(response, 413, "client_error", "request_too_large")
    response = operator.generic("POST", FEEDBACK, "a=" + "x" * 100, content_type="application/x-www-form-urlencoded")
    shape(response, 413, "client_error", "request_too_large")


@both_debugs
def test_a_fault_inside_a_view_is_500_and_reveals_nothing(
    operator: APIClient, debug: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(window: int) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr(snapshot, "sla_snapshot", fail)
    with override_settings(DEBUG=debug):
        response = operator.get(SLA)
    shape(response, 500, "server_error", "error")
    assert "a secret" not in response.content.decode()


@both_debugs
def test_a_fault_while_rendering_is_500_in_the_same_shape(
    operator: APIClient, debug: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "sla_snapshot", lambda window: {"count": object()})
    with override_settings(DEBUG=debug):
        response = operator.get(SLA)
    shape(response, 500, "server_error", "error")
    assert response["X-Correlation-ID"]


@both_debugs
@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection is closed")])
def test_an_unavailable_database_is_503_with_retry_after(
    operator: APIClient, debug: Any, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    operator.get(SLA)

    def no_answer(*args: Any, **kwargs: Any) -> Any:
        raise error

    with override_settings(DEBUG=debug), monkeypatch.context() as patched:
        patched.setattr(type(connections["default"]), "ensure_connection", no_answer)
        response = operator.get(SLA)
    shape(response, 503, "server_error", "database_unavailable")
    assert response["Retry-After"] == "1"


def test_an_unavailable_database_while_authenticating_is_503_too(
    db: None, operator: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(type(connections["default"]), "ensure_connection", no_answer)
        response = operator.get(SLA)
    shape(response, 503, "server_error", "database_unavailable")


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (RequestDataTooBig("big"), 413, "client_error", "request_too_large"),
        (SuspiciousOperation("odd"), 400, "client_error", "parse_error"),
        (UnreadablePostError("cut"), 400, "client_error", "parse_error"),
        (VersionConflict(attr="expected_version"), 409, "client_error", "version_conflict"),
        (RequiredParameter(attr="rules"), 400, "validation_error", "required"),
        (ValueError("bug"), 500, "server_error", "error"),
    ],
)
def test_errors_raised_outside_a_view_have_the_same_shape(error: Any, status: Any, kind: Any, code: Any) -> None:
    response = handlers.error_response(error, RequestFactory().get(SLA))
    body = Response(response.content).data
    assert response.status_code == status
    assert f'"type":"{kind}"'.encode() in body
    assert f'"code":"{code}"'.encode() in body


def test_the_docstring_of_a_refusal_is_its_message_and_its_attr_is_kept() -> None:
    assert VersionConflict().detail == VersionConflict.__doc__
    assert str(VersionConflict("Another.")) == "Another."
    response = handlers.error_response(VersionConflict(attr="expected_version"), RequestFactory().get(SLA))
    assert b'"attr":"expected_version"' in response.content


@pytest.mark.parametrize(("path", "ours"), [("/api/x", True), ("/admin/x", False)])
def test_djangos_own_handlers_keep_the_shape_below_api(path: Any, ours: Any) -> None:
    request = RequestFactory().get(path)
    bad, fault = handlers.bad_request(request, ValueError()), handlers.server_error(request)
    assert (bad.status_code, fault.status_code) == (400, 500)
    for response in (bad, fault):
        assert (response["Content-Type"] == "application/json") is ours


@both_debugs
def test_an_unknown_host_is_400_in_the_same_shape(db: None, debug: Any) -> None:
    with override_settings(DEBUG=debug, ALLOWED_HOSTS=["here.example"]):
        response = Client(raise_request_exception=False).get(SLA, headers={"Host": "there.example"})
    assert response.status_code == 400
    if not debug:
        assert codes(response) == ["parse_error"]


def test_a_fault_outside_api_keeps_djangos_shape(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from wholesale.plumbing.http.middleware import ApiPathMiddleware

    middleware = ApiPathMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/admin/"), ValueError()) is None
    assert middleware.process_exception(RequestFactory().get("/api/x"), ValueError()) is not None
