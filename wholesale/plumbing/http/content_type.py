"""Cleaning the Content-Type header before Django reads it. This is imported before the settings."""

import re
from collections.abc import Callable, Iterable
from typing import Any

_BOUNDARY = re.compile(r';\s*boundary=("[^"]*"|[^;\s"]+)', re.IGNORECASE)

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def reading_utf8(application: WsgiApplication) -> WsgiApplication:
    """Wrap a WSGI application so that it reads requests as UTF-8, whatever charset the Content-Type claims.

    Django decodes the query string in that charset before any middleware runs. An impossible charset such as "base64" would
    raise an error that nothing handles.
    """

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = without_parameters(environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return call


def without_parameters(content_type: str) -> str:
    """Return the Content-Type without its parameters, except for the boundary of a multipart body."""
    boundary = _BOUNDARY.search(content_type)
    return content_type.partition(";")[0] + (boundary[0] if boundary else "")
