"""A temporary server for the walkthrough: a threaded WSGI server in this process, on a free port of 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler


class _QuietRequestHandler(WSGIRequestHandler):
    disable_nagle_algorithm = True  # headers and body are written apart, so each answer would wait 40 ms for an ACK

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing, because the walkthrough prints the answers."""


@contextmanager
def serving() -> Iterator[str]:
    """Run a server within this block and provide its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _QuietRequestHandler)
    server.set_app(WSGIHandler())
    thread = Thread(target=server.serve_forever, args=(0.05,), name="walkthrough-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
