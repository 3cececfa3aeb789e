"""The effect of twenty slow clients of each kind on quick ones.

    python -m tests.faults.slow_clients --clients 20 --seconds 10

A kind is a way to keep a server waiting: endless headers, an endless body, or an endless reading of the answer. Quick
clients ask the contact gate before and meanwhile. Their 99th percentile may at most triple, and the kill switch must work.
"""

import argparse
import contextlib
import itertools
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import quantiles

import httpx

from tests.served import Server, fresh_database, operator_token, serving

QUICK = 4  # clients, each waiting for its answer before it asks again
TIMES = 3.0  # how many times longer the 99th percentile may be
TICK = 0.2  # seconds between two bytes of a slow client
# Seconds for the probe and for the kill switch. Whoever is held up waits until the server gives up the slow clients, after
# 15 seconds at the earliest (HEADER_TIMEOUT): half of that tells it from a machine that is busy with other work.
PATIENCE = 7
ASKED = "/api/governance/market/can-contact?province=ON&channel=SMS"
ENGAGE = "/api/governance/go-live/kill-switch/engage"
RELEASE = "/api/governance/go-live/kill-switch/release"
LARGE_FILE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"

Kind = Callable[[socket.socket, str, threading.Event], None]


def _post(token: str) -> bytes:
    line = "POST /api/followups/ladder/create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{line}Authorization: Token {token}\r\n".encode()


def _send(wire: socket.socket, text: bytes, ended: threading.Event) -> None:
    """Send a byte at a time until the server closes the connection."""
    with contextlib.suppress(OSError):
        for byte in text:
            if ended.wait(TICK):
                return
            wire.sendall(bytes([byte]))


def slow_headers(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Send headers without end."""
    wire.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    _send(wire, b"a" * 100_000, ended)


def no_headers(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Open a connection and send nothing."""
    ended.wait()


def slow_body(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Send a body a byte at a time."""
    wire.sendall(_post(token) + b"Content-Length: 100000\r\n\r\n")
    _send(wire, b"a" * 100_000, ended)


def stalled_body(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Stop in the middle of a body."""
    wire.sendall(_post(token) + b"Content-Length: 500\r\n\r\n" + b"a" * 100)
    ended.wait()


def stalled_upload(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Stop in the middle of a file."""
    head = b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    with contextlib.suppress(OSError):  # more than eight at once are refused
        wire.sendall(head + b"Content-Length: 40000000\r\n\r\n" + b"a" * 1_000_000)
    ended.wait()


def stalled_chunks(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Stop in the middle of a chunk."""
    wire.sendall(_post(token) + b"Transfer-Encoding: chunked\r\n\r\n500\r\n" + b"a" * 100)
    ended.wait()


def slow_reader(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Ask for a large file, and read it a byte at a time."""
    wire.sendall(f"GET {LARGE_FILE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    with contextlib.suppress(OSError):
        while not ended.wait(TICK):
            wire.recv(1)


def wrong_passwords(wire: socket.socket, token: str, ended: threading.Event) -> None:
    """Log in with wrong passwords again and again, each time under another name."""
    page = f"http://127.0.0.1:{wire.getpeername()[1]}/admin/login/"
    with httpx.Client(timeout=60, verify=False) as client, contextlib.suppress(httpx.TransportError):
        form = client.get(page).text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        for number in itertools.count():
            if ended.is_set():
                return
            given = {"username": f"{id(wire)}-{number}", "password": "wrong", "csrfmiddlewaretoken": form}
            client.post(page, data=given, headers={"Referer": page})


KINDS: tuple[Kind, ...] = (
    slow_headers,
    no_headers,
    slow_body,
    stalled_body,
    stalled_upload,
    stalled_chunks,
    slow_reader,
    wrong_passwords,
)


@contextmanager
def slow(server: Server, token: str, kind: Kind, clients: int) -> Iterator[None]:
    """Run so many clients of a kind within the block."""
    ended = threading.Event()
    with ExitStack() as stack:
        threads = []
        for _ in range(clients):
            wire = stack.enter_context(socket.socket())
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect(("127.0.0.1", server.port))
            threads.append(threading.Thread(target=kind, args=(wire, token, ended)))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def times(server: Server, token: str, seconds: float) -> list[float]:
    """The seconds that quick clients waited for each answer."""
    found: list[float] = []

    def ask() -> None:
        with server.client(token) as client:
            until = time.perf_counter() + seconds
            while (began := time.perf_counter()) < until:
                client.get(ASKED).raise_for_status()
                found.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask) for _ in range(QUICK)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def percentile_99(found: list[float]) -> float:
    """The 99th percentile in milliseconds, of times in seconds."""
    return quantiles(found, n=100)[98] * 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effect of the slow clients of a kind."""

    kind: str
    before: float
    meanwhile: float
    switch: float

    @property
    def ok(self) -> bool:
        return self.meanwhile < TIMES * self.before and self.switch < PATIENCE

    def __str__(self) -> str:
        return (
            f"{'yes' if self.ok else 'NO ':3}  {self.kind:16} p99 {self.before:6.1f} ms before, {self.meanwhile:6.1f} ms "
            f"meanwhile ({self.meanwhile / self.before:.2f} times); probe and kill switch {self.switch:.2f} s"
        )


def switched(server: Server, token: str) -> float:
    """The seconds for the probe, and for engaging and releasing the kill switch, each on its own connection."""
    began = time.perf_counter()
    assert httpx.get(f"{server.url}/healthz", timeout=PATIENCE).is_success
    for path in (ENGAGE, RELEASE):
        with server.client(token) as client:
            client.post(path, json={"reason": "slow clients"}, timeout=PATIENCE).raise_for_status()
    return time.perf_counter() - began


def measure(server: Server, token: str, kind: Kind, clients: int, seconds: float) -> Outcome:
    """Measure the quick clients before and beside the slow ones."""
    before = times(server, token, seconds)
    with slow(server, token, kind, clients):
        time.sleep(TICK)
        switch = switched(server, token)
        meanwhile = times(server, token, seconds)
    return Outcome(kind.__name__, percentile_99(before), percentile_99(meanwhile), switch)


def main() -> int:
    """Print a line for each kind. Return 1 if the quick clients were held up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with fresh_database() as url, serving(url, workers=2, LOGIN_FAILURES="1000000") as server:
        token = operator_token(url)
        times(server, token, options.seconds)  # warm up
        found = [measure(server, token, kind, options.clients, options.seconds) for kind in KINDS]
    sys.stdout.write("\n".join(map(str, found)) + "\n")
    return 0 if all(outcome.ok for outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main())
