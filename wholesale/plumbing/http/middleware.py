"""The middlewares for API paths, for caching and for malformed requests."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from rest_framework.exceptions import APIException, ParseError

from wholesale.plumbing.errors import DomainError, LengthRequired
from wholesale.plumbing.http.handlers import API_PREFIX, error_response, fault_response
from wholesale.plumbing.http.request_body import is_length
from wholesale.plumbing.patience import is_database_fault

_PERSONAL = (API_PREFIX, "/admin/")
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
_REFUSALS = (APIException, DomainError, SuspiciousOperation, UnreadablePostError)


class ApiPathMiddleware:
    """A middleware: it strips a trailing slash below /api/, and answers exceptions that no view handles."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            request.path_info = request.path_info.rstrip("/")
            request.path = request.path.rstrip("/")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an exception that the view did not handle: any in the API, only database faults in pages (else None)."""
        if request.path_info.startswith(API_PREFIX):
            return error_response(exception, request)
        return fault_response(exception, request) if is_database_fault(exception) else None


class NoStoreMiddleware:
    """A middleware that forbids caching of answers of the API and the admin, unless the view sets a Cache-Control."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(_PERSONAL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class WellFormedMiddleware:
    """A middleware that refuses malformed requests: those with an incomplete body, or with the character NUL.

    Django would take an incomplete form for an empty one. PostgreSQL cannot store or compare NUL, and no browser sends it.
    The API's fields refuse NUL themselves, so that the error names the field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _require_length(request)
            if request.method == "POST" and "HTTP_AUTHORIZATION" not in request.META:
                _read_form(request)
            _refuse_nul(request)
        except _REFUSALS as refusal:
            # Without Content-Length runserver closes the connection, so the unread body is not taken for a request.
            return fault_response(refusal, request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse a form that contains NUL, unless the view has the mark `hears_any_text`. None lets the request pass."""
        of_api = request.path_info.startswith(API_PREFIX)
        if of_api or request.method != "POST" or getattr(view, "hears_any_text", False):
            return None
        try:
            _require_storable(_texts(request.POST))
        except _REFUSALS as refusal:
            return fault_response(refusal, request)
        return None


def _require_length(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        if length:
            raise ParseError("Send Content-Length or Transfer-Encoding, not both.")
        raise LengthRequired  # chunks that break off look whole in granian's input, and runserver does not decode chunks
    if length and not is_length(length):
        raise ParseError("The Content-Length is not a number.")
    # In HTTP/2 only the server knows whether there is a body.
    if not length and request.META.get("SERVER_PROTOCOL") == "HTTP/2" and request.method not in _WITHOUT_BODY:
        raise LengthRequired


def _read_form(request: HttpRequest) -> None:
    """Read a form before the CSRF check reads it, because that check would take an incomplete form for an empty one.

    For a multipart body of the API only the bytes are read. Its parsers handle them after authentication.
    """
    if request.path_info.startswith(API_PREFIX) and request.content_type == "multipart/form-data":
        _ = request.body
    else:
        _ = request.POST


def _refuse_nul(request: HttpRequest) -> None:
    given = [*request.COOKIES.values()]  # a quoted cookie may spell NUL as \000
    if not request.path_info.startswith(API_PREFIX):
        given += [request.path_info, *_texts(request.GET)]
    _require_storable(given)


def _require_storable(given: Iterable[str]) -> None:
    if any("\x00" in text for text in given):
        raise ParseError("The request holds a character that cannot be stored.")


def _texts(given: QueryDict) -> Iterator[str]:
    """Yield all names and values of a query string or a form."""
    for name, values in given.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))
