"""The layer between the server and Django: no verb acts on an incomplete body."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.models import InboundMessage
from governance.golive.models import GoLiveState
from tests.conftest import codes
from tests.staff import signed_in
from wholesale.plumbing.http.request_body import WholeBody, reading_whole_bodies

FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\na test\r\n--x--\r\n'
MULTIPART = "multipart/form-data; boundary=x"
ENGAGE = "/admin/governance/golivestate/engage/"
CREATE = "/api/followups/ladder/create"


def answered(path: str, client: Client, body: bytes, content_type: str, *, length: int) -> int:
    """The status of a POST by this browser whose body claims this length."""
    django = WSGIHandler()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        # Django's own WSGI entry would close the test's connection.
        response = django.get_response(WSGIRequest({**environ}))
        start_response(str(response.status_code), [])
        return []

    cookies = {**{name: morsel.value for name, morsel in client.cookies.items()}, "csrftoken": "a" * 32}
    path, _, query = path.partition("?")
    environ = {
        **RequestFactory().get("/").environ,
        **{"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": content_type},
        **{"CONTENT_LENGTH": str(length), "HTTP_X_CSRFTOKEN": "a" * 32, "wsgi.input": BytesIO(body)},
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    said: list[str] = []
    reading_whole_bodies(application)(environ, lambda status, headers: said.append(status))
    return int(said[0])


def test_a_body_is_read_in_parts_and_in_lines() -> None:
    body = WholeBody(BytesIO(b"one\ntwo\nthree"), 13)
    assert [body.read(2), body.readline(64), body.readline(64), body.read(64), body.read(1)] == [
        b"on",
        b"e\n",
        b"two\n",
        b"three",
        b"",
    ]


@pytest.mark.parametrize("read", [lambda body: body.read(64), lambda body: [body.readline(64), body.readline(64)]])
def test_a_body_that_ends_before_its_length_is_an_error(read: Callable[[WholeBody], Any]) -> None:
    with pytest.raises(OSError, match="before its Content-Length"):
        read(WholeBody(BytesIO(b"half"), 8))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"reason=a+test", FORM),
        (b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\na test\r\n--x--\r\n', MULTIPART),
    ],
)
def test_the_admin_acts_only_on_a_whole_form(admin_client: Client, body: bytes, content_type: str) -> None:
    short = answered(ENGAGE, admin_client, body, content_type, length=len(body) + 4)
    assert short == 400
    assert not GoLiveState.objects.filter(kill_switch_engaged=True).exists()
    assert answered(ENGAGE, admin_client, body, content_type, length=len(body)) == 302
    assert GoLiveState.objects.filter(kill_switch_engaged=True).exists()


@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_the_api_with_a_session_acts_only_on_a_whole_form(user_of: Callable[..., User], content_type: str) -> None:
    browser = signed_in(user_of("operator"))
    body = b"lead_id=L1"
    assert answered(f"{CREATE}?province=ON", browser, body, content_type, length=len(body) + 4) == 400
    assert not FollowupLadder.objects.exists()
    assert answered(f"{CREATE}?province=ON", browser, body, FORM, length=len(body)) == 201
    assert FollowupLadder.objects.get().lead_id == "L1"


def test_a_message_in_parts_with_a_session_is_read_whole_or_not_at_all(user_of: Callable[..., User]) -> None:
    browser = signed_in(user_of("integrator"))
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nSTOP\r\n' * 2 + b"--x--\r\n"
    inbound = "/api/followups/inbound?phone=%2B14165550123"
    assert answered(inbound, browser, body, MULTIPART, length=len(body) + 4) == 400
    assert not InboundMessage.objects.exists()
    named = b'--x\r\nContent-Disposition: form-data; name="phone"\r\n\r\n+14165550123\r\n' + body
    assert answered("/api/followups/inbound", browser, named, MULTIPART, length=len(named)) == 201
    assert InboundMessage.objects.get().text == "STOP\nSTOP"
    assert answered(f"{CREATE}?province=ON", browser, PART, MULTIPART, length=len(PART)) == 415


def test_an_http_2_body_without_a_length_is_refused(operator: APIClient) -> None:
    """HTTP/2 has no Transfer-Encoding, so only the server knows whether there is a body."""
    refused = operator.post(f"{CREATE}?province=ON", SERVER_PROTOCOL="HTTP/2", CONTENT_LENGTH="")
    assert (refused.status_code, codes(refused)) == (411, ["length_required"])
    assert not FollowupLadder.objects.exists()
    assert operator.post(CREATE, {"province": "ON"}, SERVER_PROTOCOL="HTTP/2").status_code == 201
    assert operator.get("/api/followups/sla", SERVER_PROTOCOL="HTTP/2", CONTENT_LENGTH="").status_code == 200
