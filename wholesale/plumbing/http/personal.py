"""The language and the time zone of the console's pages, by user.

Answers of the API, commands and stored texts stay in English and UTC, so nothing below /api/ comes through here.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from wholesale.plumbing.models import UserLanguage, default_zone
from wholesale.plumbing.patience import is_database_fault

PREFIX = "/admin/"
LANGUAGE_CODES = {UserLanguage.EN: "en-ca", UserLanguage.FR: "fr-ca"}


class UserBackend(ModelBackend):
    """Django's own, but the query that reads a session's user reads the user's settings too."""

    def get_user(self, user_id: Any) -> User | None:
        user = User._default_manager.select_related("settings").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class PersonalMiddleware:
    """A middleware that activates the user's language and zone for a page of the console, and for nothing after it.

    Who is not signed in has the browser's language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        language, zone = _chosen(request)
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _chosen(request: HttpRequest) -> tuple[str, ZoneInfo]:
    try:
        # Reading it reads the session's user, which every page of the console does.
        user: Any = request.user
        signed_in, chosen = user.is_authenticated, getattr(user, "settings", None)
    except Exception as fault:
        if not is_database_fault(fault):
            raise
        signed_in, chosen = False, None  # the page will meet the same fault, and can answer it
    if not signed_in:
        return translation.get_language_from_request(request), ZoneInfo(default_zone())
    if chosen is None:
        return settings.LANGUAGE_CODE, ZoneInfo(default_zone())
    return LANGUAGE_CODES[chosen.language], _zone(chosen.zone)


def _zone(name: str) -> ZoneInfo:
    """Return a zone by its name. The default zone if the installed tzdata does not know it any more."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo(default_zone())
