"""Slow clients hold up nobody. `make bench` measures the effect."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import httpx
import pytest

from tests.faults.conftest import Served
from tests.faults.slow_clients import KINDS, PATIENCE, Kind, slow, switched, times
from tests.served import Server, serving
from wholesale.plumbing.serving.bodies import LARGE_AT_ONCE, SMALL

CLIENTS = 20
CREATE = "/api/followups/ladder/create"


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[Server]:
    with serving(served.database_url, LOGIN_FAILURES="1000000") as running:
        yield running


@pytest.fixture(scope="module")
def impatient(served: Served) -> Iterator[Server]:
    with serving(served.database_url, HEADER_TIMEOUT="1", BODY_TIMEOUT="1") as running:
        yield running


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_slow_clients_hold_up_nobody(server: Server, served: Served, kind: Kind) -> None:
    with slow(server, served.token, kind, CLIENTS):
        time.sleep(0.3)
        switched(server, served.token)
        found = times(server, served.token, 0.5)
    assert max(found) < PATIENCE
    assert median(found) < 0.5


def answer_to(server: Server, sent: bytes) -> tuple[bytes, float]:
    """The server's whole answer until it closes the connection, and the seconds until then."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        began = time.monotonic()
        wire.sendall(sent)
        answer = b""
        while chunk := wire.recv(65536):
            answer += chunk
    return answer, time.monotonic() - began


def post(path: str, length: int) -> bytes:
    kind = "multipart/form-data; boundary=b" if path.startswith("/admin/") else "application/json"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()


def test_a_body_that_never_arrives_is_408(impatient: Server) -> None:
    answer, seconds = answer_to(impatient, post(CREATE, 500) + b'{"province": ')
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert [error["code"] for error in json.loads(body)["errors"]] == ["request_timeout"]
    assert 0.9 < seconds < 5
    answer, _ = answer_to(impatient, post("/admin/login/", 500) + b"--b")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"The body did not arrive in time. Nothing was done.")


PROBE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", PROBE[:30], PROBE], ids=["nothing", "half", "one request"])
def test_a_connection_that_sends_no_headers_is_closed(impatient: Server, sent: bytes) -> None:
    answer, seconds = answer_to(impatient, sent)
    assert answer.startswith(b"HTTP/1.1 200 ") if sent == PROBE else not answer
    assert 0.9 < seconds < 5


@pytest.mark.parametrize(("path", "length"), [(CREATE, 3_000_000), ("/admin/login/", 60_000_000)])
def test_a_body_with_too_large_a_length_is_413_unread(server: Server, path: str, length: int) -> None:
    answer, seconds = answer_to(server, post(path, length))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert seconds < PATIENCE  # who reads it waits for BODY_TIMEOUT, 20 seconds


def test_few_large_bodies_are_read_at_once_and_small_ones_pass_them(server: Server, served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(LARGE_AT_ONCE):
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            wire.sendall(post("/admin/login/", 1_000_000) + b"a" * 2 * SMALL)
        time.sleep(0.3)
        answer, _ = answer_to(server, post(CREATE, 2 * SMALL))
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b'"server_busy"' in answer
        assert b"\r\nretry-after: 1\r\n" in answer
        with server.client(served.token) as client:
            assert client.post(CREATE, json={"province": "ON"}).status_code == 201
    time.sleep(0.3)
    with server.client(served.token) as client:  # the slow clients are gone, and their places are free
        assert client.post(CREATE, json={"province": "ON", "lead_id": " " * 2 * SMALL}).status_code in (201, 400)


def test_a_file_too_large_for_memory_arrives_whole(server: Server) -> None:
    """The CSRF token stands behind four megabytes, so the page has read all of them."""
    page = server.url + "/admin/login/"
    with httpx.Client(verify=False) as client:
        token = client.get(page).text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
        answer = client.post(page, files={"a": b"a" * 4_000_000}, data=form, headers={"Referer": page})
    assert answer.status_code == 200
    assert "Please enter the correct username and password" in answer.text
