"""What every request below /api/ needs before and after Django's own handling."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from rest_framework.exceptions import APIException, ParseError

from wholesale.errors import DomainError, LengthRequired
from wholesale.handlers import API_PREFIX, error_response, fault_response
from wholesale.request_body import is_length

_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class ApiPathMiddleware:
    """Strips a trailing slash below /api/, and gives stray exceptions the API's error shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            request.path_info = request.path_info.rstrip("/")
            request.path = request.path.rstrip("/")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Rendering happens after a view's own error handling, so its faults arrive here."""
        return error_response(exception, request) if request.path_info.startswith(API_PREFIX) else None


class RequestBodyMiddleware:
    """Refuses a request whose body is not there in full: what cannot be read looks like no body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _require_length(request)
            if request.method == "POST" and "HTTP_AUTHORIZATION" not in request.META:
                _read_form(request)
        except (APIException, DomainError, SuspiciousOperation, UnreadablePostError) as refusal:
            # The answer has no Content-Length, so runserver ends the connection: the unread body is not the next request.
            return fault_response(refusal, request)
        return self.get_response(request)


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
    """Read a form before the search for its CSRF token does, which takes one that breaks off for an empty one.

    The API's views refuse multipart bodies once they know who asks.
    """
    if not request.path_info.startswith(API_PREFIX) or request.content_type != "multipart/form-data":
        _ = request.POST
