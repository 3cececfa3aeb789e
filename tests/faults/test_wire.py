"""Requests that only a raw socket can send: wrong lengths, cut-off bodies, bytes that are no text."""

import contextlib
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.conftest import Served
from tests.served import Server, serving

CREATE = "/api/followups/ladder/create"
LADDERS = "/api/followups/ladders?page_size=500"
BODY = b'{"province": "ON", "lead_id": "wire"}'


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[Server]:
    with serving(served.database_url, threads=2) as running:
        yield running


@pytest.fixture
def client(server: Server, served: Served) -> Iterator[httpx.Client]:
    with server.client(served.token) as client:
        yield client


def exchange(server: Server, served: Served, *, line: bytes = b"", headers: bytes = b"", body: bytes = b"") -> bytes:
    """Send raw bytes and return the status line of the answer, or nothing."""
    request = (line or f"POST {CREATE} HTTP/1.1".encode()) + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    if b"Authorization" not in headers:
        request += f"Authorization: Token {served.token}\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        wire.sendall(request + headers + b"\r\n" + body)
        if body:
            with contextlib.suppress(OSError):  # the server has closed the connection already
                wire.shutdown(socket.SHUT_WR)  # the body ends here, whatever length was declared
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := wire.recv(65536):
                answer += chunk
    return answer.partition(b"\r\n")[0]


def status(line: bytes) -> int:
    """The status of the answer, or 0 if the connection was closed without one."""
    return int(line.split()[1]) if line else 0


JSON = b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 5\r\n", BODY),
        (b"Content-Length: 500\r\n", BODY),
        (b"Content-Length: 10000000000\r\n", BODY),
        (b"Content-Length: -1\r\n", BODY),
        (b"Content-Length: x\r\n", BODY),
        (b"Content-Length: " + b"9" * 30 + b"\r\n", BODY),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", BODY),
    ],
    ids=repr,
)
def test_a_body_of_another_length_creates_nothing(
    server: Server, served: Served, client: httpx.Client, headers: bytes, body: bytes
) -> None:
    before = len(client.get(LADDERS).json()["results"])
    assert status(exchange(server, served, headers=JSON + headers, body=body)) in (0, 400, 413)
    assert len(client.get(LADDERS).json()["results"]) == before


def test_a_client_that_leaves_within_its_body_does_no_harm(server: Server, served: Served, client: httpx.Client) -> None:
    before = len(client.get(LADDERS).json()["results"])
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
            head = f"POST {CREATE} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {served.token}\r\n".encode()
            wire.sendall(head + JSON + b"Content-Length: 500\r\n\r\n" + BODY)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # reset, not close
    assert len(client.get(LADDERS).json()["results"]) == before
    assert client.post(CREATE, json={"province": "ON"}).status_code == 201


@pytest.mark.parametrize(
    "authorization",
    [b"\xff\xfe", "é".encode(), b"a" * 10_000, b"a\x00b", b"a b", b"", b"\xd9\xa3"],
    ids=lambda text: repr(text[:8]),
)
def test_a_token_of_any_bytes_is_refused(server: Server, served: Served, authorization: bytes) -> None:
    line = exchange(
        server, served, line=b"GET /api/followups/due HTTP/1.1", headers=b"Authorization: Token " + authorization + b"\r\n"
    )
    assert status(line) in (400, 401)


@pytest.mark.parametrize(
    "name", [b"X-Correlation-ID", b"Idempotency-Key", b"Accept", b"Cookie", b"Content-Type", b"User-Agent"]
)
@pytest.mark.parametrize("value", [b"\xff\xfe", "日本".encode(), b"x*=nonsense''y", b";charset=base64", b"\x01"], ids=repr)
def test_a_header_of_any_bytes_causes_no_fault(server: Server, served: Served, name: bytes, value: bytes) -> None:
    headers = name + b": " + value + b"\r\n"
    line = exchange(server, served, line=b"GET /api/followups/due?limit=1 HTTP/1.1", headers=headers)
    assert status(line) in (200, 400, 406)


@pytest.mark.parametrize(
    "target",
    [b"/api/%00", b"/api/\xff", b"/api/%ff%fe", b"//api/followups/due", b"/api/" + b"x" * 60_000, b"*", b"/api/a b"],
)
def test_a_target_of_any_bytes_is_not_found(server: Server, served: Served, target: bytes) -> None:
    assert status(exchange(server, served, line=b"GET " + target + b" HTTP/1.1")) in (0, 400, 404, 414)


def test_an_unknown_host_is_refused_in_the_common_shape(client: httpx.Client) -> None:
    answer = client.get("/api/followups/due", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "parse_error")
