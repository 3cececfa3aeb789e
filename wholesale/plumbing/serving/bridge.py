"""The bridge from granian to the WSGI application: the event loop reads the body, then a thread handles the request.

Granian's own WSGI mode takes a thread before the body has arrived, without a time limit, so two slow clients would stop a
server with two threads. Answers are given to granian as a whole, so a slow reader keeps no thread busy.
"""

import asyncio
import io
import json
import sys
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian.rsgi import Scope

from wholesale.plumbing.errors import DomainError, TooManyLogins
from wholesale.plumbing.http.content_type import WsgiApplication
from wholesale.plumbing.serving import lanes
from wholesale.plumbing.serving.bodies import Bodies, checked_length, limit_of

Headers = list[tuple[str, str]]
LOOK_FOR_ENDED = 0.05  # seconds

_SAME_FOR_ALL: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Bridge:
    """The application that a granian worker calls for each request."""

    def __init__(self, application: WsgiApplication, threads: int) -> None:
        self._application = application
        self._threads = threads
        self._bodies = Bodies()
        self._under_way: Counter[lanes.Lane] = Counter()
        self._lanes: Mapping[lanes.Lane, ThreadPoolExecutor] = {}
        self._ended: deque[asyncio.Future[None]] = deque()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads. This happens in the worker process, because threads do not survive a fork."""
        self._lanes = lanes.start(self._threads)
        self._look_for_ended(loop)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Handle one request."""
        self._tell_ended()
        environ = environ_of(scope)
        path = environ["PATH_INFO"]
        try:
            length = checked_length(environ.get("CONTENT_LENGTH", ""), limit_of(path, environ.get("CONTENT_TYPE", "")))
            if length:
                async with self._bodies.whole(protocol, length) as body:
                    await self._do(environ, body, protocol)
            else:
                await self._do(environ, io.BytesIO(), protocol)
        except DomainError as refusal:
            protocol.response_bytes(*refused(refusal, path))

    async def _do(self, environ: dict[str, Any], body: IO[bytes], protocol: HTTPProtocol) -> None:
        lane = lanes.lane_of(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if self._under_way[lane] >= lanes.AT_ONCE.get(lane, sys.maxsize):
            raise TooManyLogins
        environ["wsgi.input"] = body
        self._under_way[lane] += 1
        ended = asyncio.get_running_loop().create_future()
        work = self._lanes[lane].submit(self._answer, environ, protocol)
        work.add_done_callback(lambda _: self._ended.append(ended))
        try:
            await ended
            work.result()  # raises what the thread raised
        finally:
            self._under_way[lane] -= 1

    def _tell_ended(self) -> None:
        """Finish the requests whose threads have ended. They are answered already, so this is not urgent.

        asyncio would wake the loop for each request. That costs a turn of the interpreter's lock and delays other threads.
        """
        while self._ended:
            ended = self._ended.popleft()
            if not ended.cancelled():
                ended.set_result(None)

    def _look_for_ended(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tell_ended()
        loop.call_later(LOOK_FOR_ENDED, self._look_for_ended, loop)

    def _answer(self, environ: dict[str, Any], protocol: HTTPProtocol) -> None:
        start = _Start()
        parts = self._application(environ, start)
        try:
            protocol.response_bytes(start.status, start.headers, b"".join(parts))
        finally:
            close: Callable[[], None] | None = getattr(parts, "close", None)
            if close is not None:
                close()


class _Start:
    """WSGI's `start_response`, which keeps the status and the headers of the answer."""

    status = 500
    headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return the WSGI environ of a request, without its body.

    Headers with an underscore are left out, because WSGI cannot tell X_Forwarded_Proto from X-Forwarded-Proto.
    """
    host, _, port = scope.server.rpartition(":")
    environ = {
        **_SAME_FOR_ALL,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        if "_" not in name:
            key = _UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
            environ[key] = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}" if key in environ else value
    return environ


def refused(refusal: DomainError, path: str) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of a refusal before any view. The body is the API's error below /api/, else text."""
    headers = [("connection", "close")]  # so the unread rest of the body is not taken for the next request
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    if not path.startswith("/api/"):
        return refusal.status, [*headers, ("content-type", "text/plain; charset=utf-8")], refusal.detail.encode()
    kind = "server_error" if refusal.status >= 500 else "client_error"
    shape = {"type": kind, "errors": [{"code": refusal.code, "detail": refusal.detail, "attr": None}]}
    return refusal.status, [*headers, ("content-type", "application/json")], json.dumps(shape).encode()
