"""The Content-Type that a client claims, made harmless before Django believes it. Imported before the settings are."""

import re
from collections.abc import Callable, Iterable
from typing import Any

_BOUNDARY = re.compile(r';\s*boundary=("[^"]*"|[^;\s"]+)', re.IGNORECASE)

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def reading_utf8(application: WsgiApplication) -> WsgiApplication:
    """Wrap a WSGI application: all that reaches it is UTF-8, whatever charset the Content-Type claims.

    Django makes its request before any middleware runs, and reads the query string in that charset as it does: "base64" is
    no text encoding, and the fault would be nobody's to handle.
    """

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = without_parameters(environ.get("CONTENT_TYPE", ""))
        return application(environ, start_response)

    return call


def without_parameters(content_type: str) -> str:
    """The media type alone; of its parameters only a multipart's boundary means anything here."""
    boundary = _BOUNDARY.search(content_type)
    return content_type.partition(";")[0] + (boundary[0] if boundary else "")
