"""Reading request bodies completely or not at all. This is imported before the settings."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from wholesale.plumbing.http.content_type import WsgiApplication


class Stream(Protocol):
    """The methods of a WSGI input stream that Django uses."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


class WholeBody:
    """A WSGI input stream. If the body ends before its Content-Length, it raises; the server's stream would just end."""

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes of the body. Without a size, return all that are left.

        Raises:
            OSError: the body ended too early. Django turns this into an UnreadablePostError.

        """
        body, size = b"", min(size, self._left)
        while len(body) < size:
            body += self._counted(self._stream.read(size - len(body)))
        return body

    def readline(self, size: int, /) -> bytes:
        """Return a line of at most `size` bytes of the body. If the body ended too early, raise an OSError."""
        return self._counted(self._stream.readline(size))

    def _counted(self, part: bytes) -> bytes:
        if not part and self._left:
            raise OSError("The body ended before its Content-Length.")
        self._left -= len(part)
        return part


def reading_whole_bodies(application: WsgiApplication) -> WsgiApplication:
    """Wrap a WSGI application so that reading a body raises if it ends before its Content-Length."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if is_length(length):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return call


def is_length(text: str) -> bool:
    """Whether the text can be a Content-Length."""
    return text.isascii() and text.isdigit() and len(text) < 20
