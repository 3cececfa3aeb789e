"""A body that the server cannot read in full: no verb treats it as empty, on either server."""

import contextlib
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from tests.faults.conftest import Served
from tests.served import Server, developing, serving

JSON, FORM = b"application/json", b"application/x-www-form-urlencoded"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
STOP, LOSS = b'{"outcome": "OPTED_OUT"}', b'{"reservation_id": 1, "realized_loss": 149}'
QUERY = "?" + urlencode({"province": "ON", "engine": "WHOLESALE", "reserved_amount": 5, "reason": "a test"})
ACTS = {
    "complete": ("/api/followups/task/{task}/complete", STOP),
    "settle": (f"/api/governance/risk/settle{QUERY}", LOSS),
    "create": (f"/api/followups/ladder/create{QUERY}", b'{"owner": "bryan"}'),
    "engage": (f"/api/governance/go-live/kill-switch/engage{QUERY}", b"{}"),
}


@pytest.fixture(scope="module", params=[serving, developing], ids=["granian", "runserver"])
def server(request: pytest.FixtureRequest, served: Served) -> Iterator[Server]:
    with request.param(served.database_url) as running:
        yield running


@pytest.fixture
def client(server: Server, served: Served) -> Iterator[httpx.Client]:
    with server.client(served.token) as client:
        yield client


@pytest.fixture
def task(client: httpx.Client) -> int:
    return int(client.post("/api/followups/ladder/create", json={"province": "ON"}).raise_for_status().json()[0]["id"])


def standing(client: httpx.Client) -> list[object]:
    """The state that the acts above would change."""
    tasks = client.get("/api/followups/tasks?page_size=500").raise_for_status().json()["results"]
    ledger = client.get("/api/governance/risk/ledger/today").raise_for_status().json()
    return [tasks, ledger, client.get("/api/governance/go-live/state").raise_for_status().json()]


def exchange(server: Server, head: str, headers: bytes, body: bytes, *, ends: bool = False) -> tuple[int, bytes]:
    """Send raw bytes, and close the sending side if `ends`. Return the status (0 without an answer) and the whole answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        wire.sendall(f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode() + headers + b"\r\n" + body)
        if ends:
            wire.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := wire.recv(65536):
            answer += chunk
    return int(answer.split()[1]) if answer else 0, answer


def headers_of(served: Served, *more: bytes, media_type: bytes = JSON) -> bytes:
    return f"Authorization: Token {served.token}\r\nContent-Type: ".encode() + media_type + b"\r\n" + b"".join(more)


def chunks(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("media_type", [JSON, FORM])
@pytest.mark.parametrize("cut", [None, -5, 8, 1], ids=["whole", "without its end", "in the middle", "at its start"])
def test_a_chunked_body_is_411_and_no_verb_acts(
    server: Server, served: Served, client: httpx.Client, task: int, act: str, media_type: bytes, cut: int | None
) -> None:
    path, body = ACTS[act]
    before = standing(client)
    body = b"outcome=OPTED_OUT&reservation_id=1&realized_loss=149" if media_type == FORM else body
    status, answer = exchange(
        server,
        f"POST {path.format(task=task)}",
        headers_of(served, CHUNKED, media_type=media_type),
        chunks(body)[:cut],
        ends=cut is not None,
    )
    assert (status == 411 and b'"length_required"' in answer) or (status, cut is None) == (0, False)
    assert standing(client) == before


@pytest.mark.parametrize(
    ("more", "statuses"),
    [
        (CHUNKED + b"Content-Length: 24\r\n", (400, 411)),
        (b"Content-Length: 24\r\n" + CHUNKED, (400, 411)),
        *(
            (b"Transfer-Encoding: " + coding + b"\r\n", (400, 411, 501))
            for coding in (b"gzip, chunked", b"gzip", b"identity", b"x")
        ),
        (CHUNKED + CHUNKED, (400, 411)),
        (b"Content-Length: -1\r\n", (0, 400)),
        (b"Content-Length: x\r\n", (0, 400)),
        (b"Content-Length: 2_4\r\n", (0, 400)),
        (b"Content-Length: \xd9\xa3\r\n", (0, 400)),
    ],
)
def test_an_invalid_length_is_refused(
    server: Server, served: Served, client: httpx.Client, task: int, more: bytes, statuses: tuple[int, ...]
) -> None:
    before = standing(client)
    status, _ = exchange(server, f"POST /api/followups/task/{task}/complete", headers_of(served, more), chunks(STOP))
    assert status in statuses
    assert standing(client) == before


@pytest.mark.parametrize("media_type", [JSON, FORM])
def test_a_body_that_ends_before_its_length_is_refused(
    server: Server, served: Served, client: httpx.Client, task: int, media_type: bytes
) -> None:
    before = standing(client)
    for path, json_body in ACTS.values():
        body = b"outcome=OPTED_OUT&realized_loss=149" if media_type == FORM else json_body
        more = f"Content-Length: {len(body) + 4}\r\n".encode()
        head = f"POST {path.format(task=task)}"
        assert exchange(server, head, headers_of(served, more, media_type=media_type), body, ends=True)[0] in (0, 400)
    assert standing(client) == before


def test_a_get_that_announces_a_body_is_refused_too(server: Server, served: Served) -> None:
    head = "GET /api/followups/due"
    assert exchange(server, head, headers_of(served, CHUNKED), chunks(b'{"owner": "bryan"}'))[0] == 411
    assert exchange(server, head, headers_of(served), b"")[0] == 200


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/governance/golivestate/engage"])
def test_the_admins_forms_are_refused_with_a_page(server: Server, path: str) -> None:
    status, answer = exchange(server, f"POST {path}", b"Content-Type: " + FORM + b"\r\n" + CHUNKED, chunks(b"reason=test"))
    assert status == 411
    assert b"text/html" in answer
    assert b"send Content-Length" in answer


def test_the_rest_of_a_refused_body_is_not_read_as_the_next_request(server: Server, served: Served) -> None:
    smuggled = (
        f"POST /api/followups/ladder/create?province=ON HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers_of(served).decode()}\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        head = f"POST /api/followups/ladder/create HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers_of(served, CHUNKED).decode()}\r\n"
        wire.sendall(head.encode() + chunks(smuggled.encode()))
        wire.settimeout(1)
        answer = b""
        with contextlib.suppress(TimeoutError):
            while chunk := wire.recv(65536):
                answer += chunk
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 411")


def test_a_post_with_neither_header_has_no_body(server: Server, served: Served, task: int) -> None:
    """The curl lines of the guide send such a POST."""
    assert exchange(server, f"POST /api/followups/task/{task}/complete", headers_of(served), b"")[0] == 200
