"""The lane of the API: a plain request passes only what it needs.

A plain request is a GET or POST of a program. It has a token and no cookies, sends JSON or nothing, and takes JSON. It skips
the middlewares for browsers (sessions, CSRF, messages, logins) and DRF's search for its authentication, its parser and its
renderer (`ApiView.dispatch`). All other requests go the way of Django and DRF. Both ways give the same answers:
tests/both_ways.py compares them.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.urls import ResolverMatch, resolve
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from wholesale.plumbing.http.authentication import CachedTokenAuthentication
from wholesale.plumbing.http.handlers import API_PREFIX, error_response
from wholesale.plumbing.http.negotiation import ContentNegotiation
from wholesale.plumbing.rendering import NumberJSONRenderer

_TOKEN = re.compile(r"(?:token|bearer) ([0-9a-z]+)", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"(?<=/)[0-9]{1,18}(?=/|$)")
_AUTHENTICATORS, _NEGOTIATION = (CachedTokenAuthentication(),), ContentNegotiation()


class ApiLane:
    """The middleware before those for browsers. It calls the view of a plain request, and passes on any other request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._common, self._framing = CommonMiddleware(get_response), XFrameOptionsMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = _resolved(request.path_info) if is_plain(request) else None
        if match is None or str(request.method).lower() not in getattr(match.func, "actions", ()):
            return self.get_response(request)
        if self._common.process_request(request):  # a redirect; an unknown host raises
            return self.get_response(request)
        request.resolver_match, request.is_plain = match, True  # type: ignore[attr-defined]
        request.GET = _query(request)  # type: ignore[assignment]  # to read it is all that a view does
        response = self._framing.process_response(request, _answer(request, match))
        return self._common.process_response(request, response)  # type: ignore[return-value]  # it returns what it takes


def is_plain(request: HttpRequest) -> bool:
    """Whether a request is plain, by its headers."""
    meta = request.META
    return (
        request.method in ("GET", "POST")
        and request.path_info.startswith(API_PREFIX)
        and _TOKEN.fullmatch(meta.get("HTTP_AUTHORIZATION", "")) is not None
        and meta.get("HTTP_ACCEPT", "*/*") in ("*/*", "application/json")
        and (meta.get("CONTENT_TYPE") == "application/json" or meta.get("CONTENT_LENGTH", "") in ("", "0"))
        and not meta.get("HTTP_COOKIE")
        and meta["QUERY_STRING"].isascii()
        and meta["QUERY_STRING"].count("&") < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    )


class PlainRequest(Request):
    """DRF's request, for a plain request: how to find its user and how to write its answer is known from the beginning."""

    accepted_renderer = NumberJSONRenderer()
    accepted_media_type = NumberJSONRenderer.media_type

    def __init__(self, request: HttpRequest, parsers: list[BaseParser]) -> None:
        super().__init__(request, parsers=parsers, authenticators=_AUTHENTICATORS, negotiator=_NEGOTIATION)
        self.META, self.method = request.META, request.method  # DRF looks for them elsewhere first

    def authenticate(self) -> None:
        """Find the user of the token.

        Raises:
            AuthenticationFailed: the token is not valid.

        """
        try:
            token = self.META["HTTP_AUTHORIZATION"].partition(" ")[2].encode()
            self.user, self.auth = _AUTHENTICATORS[0].authenticate_credentials(token)
        except APIException:
            self._not_authenticated()  # type: ignore[attr-defined]  # of DRF
            raise


def _query(request: HttpRequest) -> MultiValueDict[str, str]:
    """Return the query string's parameters. Django's QueryDict takes ten calls for each, because it can be changed."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return MultiValueDict(found)


def _answer(request: HttpRequest, match: ResolverMatch) -> HttpResponse:
    """Call the view as Django does. Rendering happens after the view's own error handling."""
    try:
        response = match.func(request, *match.args, **match.kwargs)
        return response.render() if hasattr(response, "render") else response
    except Exception as error:
        return error_response(error, request)


def _resolved(path: str) -> ResolverMatch:
    """Resolve a path. Django tries up to a hundred patterns, so the match is kept; paths that differ in the id share it."""
    found = _ID.search(path)
    if found is None:
        return _match(path)
    match = _match(f"{path[: found.start()]}1{path[found.end() :]}")
    if match.kwargs.keys() != {"id"}:
        return match
    return ResolverMatch(match.func, match.args, {"id": found[0]}, route=match.route)


@lru_cache(maxsize=512)
def _match(path: str) -> ResolverMatch:
    return resolve(path)
