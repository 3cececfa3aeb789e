"""How the production server changes a request before the application sees it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from wholesale.plumbing.errors import RequestTooLarge, ServerBusy
from wholesale.plumbing.serving.bodies import checked_length, limit_of
from wholesale.plumbing.serving.bridge import environ_of, refused
from wholesale.plumbing.serving.lanes import Lane, lane_of


def scope(path: str = "/api/x", *headers: tuple[str, str]) -> Any:
    """A request as granian passes it on."""
    return SimpleNamespace(
        method="GET",
        path=path,
        query_string="a=%C3%A9",
        http_version="1.1",
        server="127.0.0.1:8000",
        client="192.0.2.7:5555",
        scheme="http",
        headers=SimpleNamespace(items=lambda: headers),
    )


def test_the_request_is_named_as_wsgi_names_it() -> None:
    environ = environ_of(scope("/é", ("host", "x.example"), ("content-type", "text/plain"), ("content-length", "3")))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/é"
    assert environ["QUERY_STRING"] == "a=%C3%A9"
    assert (environ["HTTP_HOST"], environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == (
        "x.example",
        "text/plain",
        "3",
    )
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"], environ["SERVER_PROTOCOL"]) == ("192.0.2.7", "8000", "HTTP/1.1")


def test_a_header_with_an_underscore_cannot_replace_another() -> None:
    environ = environ_of(scope("/", ("x-forwarded-proto", "http"), ("x_forwarded_proto", "https")))
    assert environ["HTTP_X_FORWARDED_PROTO"] == "http"


def test_a_repeated_header_is_joined_to_one_list() -> None:
    environ = environ_of(scope("/", ("accept", "a"), ("accept", "b"), ("cookie", "c=1"), ("cookie", "d=2")))
    assert (environ["HTTP_ACCEPT"], environ["HTTP_COOKIE"]) == ("a,b", "c=1; d=2")


@pytest.mark.parametrize(
    ("path", "content_type", "limit"),
    [
        ("/api/followups/ladder/create", "application/json", 1_000),
        ("/api/followups/ladder/create", "multipart/form-data; boundary=b", 1_000),
        ("/admin/login/", "application/x-www-form-urlencoded", 1_000),
        ("/admin/followups/lead/import/", "Multipart/Form-Data; boundary=b", 9_000),
    ],
)
def test_only_an_upload_to_the_admin_may_be_large(settings: Settings, path: str, content_type: str, limit: int) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_MAX_SIZE = 1_000, 9_000
    assert limit_of(path, content_type) == limit
    assert checked_length(str(limit), limit) == limit
    assert checked_length("", limit) == 0
    with pytest.raises(RequestTooLarge):
        checked_length(str(limit + 1), limit)


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/healthz", Lane.URGENT),
        ("GET", "/api/governance/go-live/kill-switch/engage", Lane.URGENT),
        ("GET", "/admin/governance/golivestate/1/engage/", Lane.URGENT),
        ("GET", "/api/governance/go-live/checklist", Lane.API),
        ("POST", "/admin/login/", Lane.LOGIN),
        ("GET", "/admin/login/", Lane.ADMIN),
        ("GET", "/admin/followups/lead/import/", Lane.ADMIN),
        ("GET", "/api/followups/due", Lane.API),
        ("GET", "/static/a.css", Lane.API),
        ("GET", "/", Lane.API),
    ],
)
def test_slow_requests_do_not_hold_up_urgent_ones(method: str, path: str, lane: Lane) -> None:
    assert lane_of(method, path) == lane


def test_a_refusal_has_the_shape_of_the_api_or_is_plain_text() -> None:
    status, headers, body = refused(ServerBusy(), "/api/x")
    assert (status, dict(headers)["retry-after"], dict(headers)["connection"]) == (503, "1", "close")
    assert json.loads(body)["type"] == "server_error"
    assert [(error["code"], error["attr"]) for error in json.loads(body)["errors"]] == [("server_busy", None)]
    status, headers, body = refused(RequestTooLarge(), "/admin/")
    assert (status, dict(headers)["content-type"]) == (413, "text/plain; charset=utf-8")
    assert body == b"The body is larger than this server reads."
