"""The granian server. Its workers are forked from the loaded application; each has a socket that outlives it."""

import socket
import time
from collections import deque
from functools import partial
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from wholesale.plumbing.serving.bridge import Bridge

BACKLOG = 1024  # connections that may wait for a worker to accept them
CONNECTIONS = 512  # open connections of a worker
STALLED_READER = 30  # seconds after which a client that does not read its answer is disconnected
MEMORY_EVERY = 3  # seconds between checks of the workers' memory
KILL_AFTER = 10  # seconds that a worker gets to finish its requests
DEATHS_A_MINUTE = 120  # after more deaths of workers, each replacement is delayed
DEATHS_WAIT = 0.5  # seconds of that delay


class Server(MPServer):
    """Granian's server, changed: it replaces a dead worker at once, however often. The successor takes waiting connections.

    Granian itself would end if a worker died twice within seconds, and would close a dead worker's socket.
    """

    _listeners: list[socket.socket]
    _deaths: deque[float]

    def _init_shared_socket(self) -> None:
        """Create a socket for each worker, because the system spreads connections evenly over several sockets."""
        self._deaths = deque(maxlen=DEATHS_A_MINUTE)
        socket.create_server((self.bind_addr, self.bind_port)).close()  # raises if the port is taken
        self._listeners = [_listener(self.bind_addr, self.bind_port) for _ in range(self.workers)]
        self._sso = None

    def _spawn_worker(self, idx: int, *loaders: Any, **named: Any) -> Any:
        self._shd: Any = SocketHolder(self._listeners[idx].fileno(), False, BACKLOG)  # type: ignore[call-arg]
        return super()._spawn_worker(idx, *loaders, **named)

    def _drop_shared_socket(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _respawn_workers(self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        if len(self._deaths) == DEATHS_A_MINUTE and time.monotonic() - self._deaths[0] < 60:
            time.sleep(DEATHS_WAIT)
        self._deaths.extend(time.monotonic() for _ in workers)
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()  # granian would end because of these


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=BACKLOG, reuse_port=True)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; the connections that it accepts inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_READER * 1000)
    listener.setblocking(False)
    return listener


def serve(*, host: str, port: int, workers: int, threads: int) -> None:
    """Run the server until SIGTERM or SIGINT.

    Raises:
        OSError: the server cannot listen on the address.

    """
    server = Server(
        "wholesale.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        websockets=False,
        http=HTTPModes.http1,  # in other modes a silent connection has no time limit
        http1_settings=HTTP1Settings(header_read_timeout=settings.HEADER_TIMEOUT * 1000),
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_max_rss=settings.WORKER_MEMORY_MB or None,
        rss_sample_interval=MEMORY_EVERY,
        respawn_interval=1,
        workers_kill_timeout=KILL_AFTER,
        log_level=LogLevels(settings.LOG_LEVEL.lower()),
        log_dictconfig=settings.LOGGING,
    )
    server.serve(target_loader=partial(_loaded, Bridge(get_internal_wsgi_application(), threads)), wrap_loader=False)


def _loaded(target: Any) -> Any:
    """Return the application, which is loaded already. Granian calls this in each worker to load it."""
    return target
