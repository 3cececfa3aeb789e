"""The request log: one line for each request, with its path, user, result and duration.

A line contains nothing that a client wrote: a query string or a path may contain a phone number, a search or a token.
"""

import logging
import re
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from structlog.stdlib import ProcessorFormatter

from wholesale.plumbing import correlation
from wholesale.plumbing.texts import iso_utc
from wholesale.plumbing.unknown_parameters import last_values

logger = logging.getLogger(__name__)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The parameters whose values are logged, if they match the pattern. All others may be personal.
_SHOWN = {
    "province": re.compile(r"[A-Za-z]{2}"),
    "channel": re.compile(r"SMS|CALL|EMAIL", re.IGNORECASE),
    **dict.fromkeys(("limit", "page_size", "window"), re.compile(r"[0-9]{1,4}")),
}
_IN_ROUTE = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")
_NO_MARKS = str.maketrans("", "", "^$?")
_ROW_ID = re.compile(r"[0-9]{1,9}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a longer number may be a phone number


class RequestLogMiddleware:
    """A middleware that logs each request: a refusal as a warning with its code, a fault as an error with its traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_remember_fault, dispatch_uid="request_log")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        fault: BaseException | None = getattr(request, "fault", None)
        level = logging.ERROR if fault else logging.WARNING if response.status_code >= 400 else logging.INFO
        if logger.isEnabledFor(level):
            line = _described(request, response)
            line["duration_ms"] = round((time.perf_counter() - started) * 1000, 1)
            if fault:
                line["exc_info"] = fault
            _log(level, "request failed" if fault else "request", line)
        return response


def _log(level: int, event: str, line: dict[str, Any]) -> None:
    """Hand a line to the handlers as structlog does, without its search for the code that logs: that takes a quarter."""
    name = logging.getLevelName(level)
    about = {"event": event, "logger": __name__, "level": name.lower(), "timestamp": iso_utc(timezone.now())}
    told = correlation.added(logger, name, {**line, **about})
    (message,), marks = ProcessorFormatter.wrap_for_formatter(logger, about["level"], told)
    record = {"name": __name__, "levelno": level, "levelname": name, "msg": message, **marks["extra"]}
    logger.handle(logging.makeLogRecord(record))


def _remember_fault(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Receiver of Django's signal about an exception: keep it on the request until the log line is written."""
    if request is not None and not hasattr(request, "fault"):
        request.fault = sys.exc_info()[1]  # type: ignore[attr-defined]


def _described(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    line = {
        "method": request.method if request.method in _METHODS else "other",
        "path": path_of(request),
        "status": response.status_code,
        "user_id": _user_id(request),
    }
    if refusal := getattr(response, "refusal", None):
        line["refusal"] = refusal
    given = last_values(request.GET)
    shown = {name: given[name] for name in given.keys() & _SHOWN.keys() if _SHOWN[name].fullmatch(given[name])}
    return {**line, "parameters": shown} if shown else line


def path_of(request: HttpRequest) -> str:
    """Return the path for the log: the route, with only ids of rows filled in, because other parts may be personal."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "/{unknown}"
    path = _template(match.route)
    for name, value in match.kwargs.items():
        if _ROW_ID.fullmatch(str(value)):
            path = path.replace(f"{{{name}}}", str(value))
    return path


@cache
def _template(route: str) -> str:
    """Return a route of Django or DRF as a template with named places, such as `/admin/.../{object_id}/change/`."""
    return "/" + _IN_ROUTE.sub(lambda found: f"{{{found[1] or found[2]}}}", route).translate(_NO_MARKS)


def _user_id(request: HttpRequest) -> Any:
    """Return the user's id, or None if the user is not loaded yet, because loading would cost a query."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
