"""A request's body, read whole or not at all. Imported before the settings are."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from wholesale.plumbing.http.content_type import WsgiApplication


class Stream(Protocol):
    """What Django reads of a WSGI input."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


class WholeBody:
    """A WSGI input of a known length. To end before it is an error here; the server's own input just ends."""

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int, /) -> bytes:
        """So many bytes, or all that are left.

        Raises:
            OSError: the body ended before. Django makes an UnreadablePostError of it.

        """
        body, size = b"", min(size, self._left)
        while len(body) < size:
            body += self._counted(self._stream.read(size - len(body)))
        return body

    def readline(self, size: int, /) -> bytes:
        """A line of at most so many bytes; raises as `read` does."""
        return self._counted(self._stream.readline(size))

    def _counted(self, part: bytes) -> bytes:
        if not part and self._left:
            raise OSError("The body ended before its Content-Length.")
        self._left -= len(part)
        return part


def reading_whole_bodies(application: WsgiApplication) -> WsgiApplication:
    """Wrap a WSGI application: a body that ends before its Content-Length is an error to whoever reads it."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if is_length(length):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return call


def is_length(text: str) -> bool:
    """Whether it can be a Content-Length."""
    return text.isascii() and text.isdigit() and len(text) < 20
