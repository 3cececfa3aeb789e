"""The handler that gives all errors of the API one shape.

`{"type": "validation_error"|"client_error"|"server_error", "errors": [{"code", "detail", "attr"}]}` (CONTRACT section 1).
"""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template import loader
from drf_standardized_errors import formatter, handler
from drf_standardized_errors.types import Error
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from wholesale.plumbing import correlation
from wholesale.plumbing.errors import DatabaseUnavailable, DomainError, NotFound, RequestTooLarge
from wholesale.plumbing.patience import is_database_fault
from wholesale.plumbing.rendering import NumberJSONRenderer

API_PREFIX = "/api/"


class ExceptionHandler(handler.ExceptionHandler):
    """The API's exception handler. It converts refusals, database faults and malformed requests to DRF's exceptions."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if is_database_fault(exc):
            exc = DatabaseUnavailable()
        if isinstance(exc, RequestDataTooBig):
            exc = RequestTooLarge()
        if isinstance(exc, SuspiciousOperation | UnreadablePostError):
            return exceptions.ParseError(str(exc))
        if isinstance(exc, exceptions.MethodNotAllowed):
            return exceptions.MethodNotAllowed("", f"{exc.detail} {self._methods()}")
        if not isinstance(exc, DomainError):
            return super().convert_known_exceptions(exc)
        if exc.status == 400:
            return exceptions.ValidationError(
                {exc.attr or "non_field_errors": [exceptions.ErrorDetail(exc.detail, exc.code)]}
            )
        converted = exceptions.APIException(exc.detail, exc.code)
        converted.status_code = exc.status
        if exc.retry_after is not None:
            converted.wait = exc.retry_after  # type: ignore[attr-defined]  # becomes Retry-After
        return converted

    def get_response(self, exc: exceptions.APIException, data: Any) -> Response:
        """Return the response to an exception. It carries the error's code for the request log."""
        response = super().get_response(exc, data)
        response.refusal = data["errors"][0]["code"]  # type: ignore[attr-defined]
        return response

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Report a fault for the log. A refusal is no fault, even if its status is 5xx as with the kill switch."""
        if not isinstance(self.exc, DomainError):
            super().report_exception(exc, response)

    def _methods(self) -> str:
        """Return a sentence that names the methods which the endpoint allows. HEAD is left out, because it goes with GET."""
        allowed = [method for method in self.context["view"].allowed_methods if method != "HEAD"]
        return f"Use {' or '.join(allowed)}."


class ExceptionFormatter(formatter.ExceptionFormatter):
    """The formatter of the API's errors. It adds the parameter that a refusal names, which DRF can do only in a 400."""

    def get_errors(self) -> list[Error]:
        exc = self.original_exc
        if isinstance(exc, NotFound) and "id" in (path := self.context.get("kwargs", {})):
            return [Error(code=exc.code, detail=f"{exc.detail.rstrip('.')}: {path['id']}.", attr=exc.attr)]
        if not isinstance(exc, DomainError):
            return super().get_errors()
        return [Error(code=exc.code, detail=detail, attr=attr) for detail, attr in exc.errors]


def error_response(exc: Exception, request: HttpRequest) -> HttpResponse:
    """Return the API's response to an exception outside of a view's own code, such as in rendering or a middleware."""
    response = ExceptionHandler(exc, {"request": Request(request)}).run()  # type: ignore[typeddict-item]
    assert response is not None
    return _rendered(response)


def fault_response(exc: Exception, request: HttpRequest) -> HttpResponse:
    """Return the response to a fault or a refusal that no view handles: the API's shape below /api/, else a page.

    The page needs no session, no user and no database.
    """
    response = error_response(exc, request)
    if request.path_info.startswith(API_PREFIX):
        return response
    detail = json.loads(response.content)["errors"][0]["detail"]
    said = {"reason": response.reason_phrase, "detail": detail, "status": response.status_code}
    page = loader.render_to_string("fault.html", {**said, "correlation_id": correlation.current()})
    headers = {name: value for name, value in response.items() if name == "Retry-After"}
    shown = HttpResponse(page, status=response.status_code, headers=headers)
    shown.refusal = response.refusal  # type: ignore[attr-defined]
    return shown


def _rendered(response: Response) -> HttpResponse:
    response.accepted_renderer = NumberJSONRenderer()
    response.accepted_media_type = "application/json"
    response.renderer_context = {}  # type: ignore[attr-defined]  # DRF's views set it so
    return response.render()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a malformed request. It is Django's handler400."""
    return fault_response(exceptions.ParseError("The request is malformed."), request)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Answer a fault, even one outside of a view, such as a session that cannot be saved. It is Django's handler500."""
    fault = getattr(request, "fault", None)
    return fault_response(fault if isinstance(fault, Exception) else Exception(), request)
