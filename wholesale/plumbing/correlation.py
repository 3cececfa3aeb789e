"""The correlation id of a request. It is stored on every row that the request writes, and repeated in the answer."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

HEADER = "X-Correlation-ID"
META_KEY = "HTTP_X_CORRELATION_ID"  # looked up in META: `request.headers` makes a copy of every header

_current: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_VALID_HEADER = re.compile(r"[\x20-\x7e\xa0-\xff]{1,128}")


def current() -> str:
    """Return the correlation id of the current request or `correlated` block. Elsewhere each call returns a new id."""
    return _current.get() or secrets.token_hex(16)


def use(correlation_id: str) -> None:
    """Set the correlation id of the current request. A view calls this if a parameter replaces the header's id."""
    _current.set(correlation_id)


def added(logger: Any, method: str, line: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog: return a line of the log with the correlation id, where there is one."""
    correlation_id = _current.get()
    return {"correlation_id": correlation_id, **line} if correlation_id else line


@contextmanager
def correlated(correlation_id: str | None = None) -> Iterator[str]:
    """Use one correlation id (a new one if it is None) for everything within this block, such as a background task."""
    token = _current.set(correlation_id or secrets.token_hex(16))
    try:
        yield current()
    finally:
        _current.reset(token)


def is_valid_header(value: str) -> bool:
    """Whether the value of a header can be a correlation id: 1 to 128 characters, no control characters."""
    return _VALID_HEADER.fullmatch(value) is not None


class CorrelationMiddleware:
    """A middleware that takes the correlation id from the header, or else makes one. API views refuse an invalid header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get(META_KEY, "").strip()
        token = _current.set(given if is_valid_header(given) else secrets.token_hex(16))
        try:
            response = self.get_response(request)
            response.headers[HEADER] = current()
            return response
        finally:
            _current.reset(token)
