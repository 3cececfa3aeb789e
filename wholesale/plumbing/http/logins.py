"""The brake of the login: too many wrong passwords lock an account and an address for a while (django-axes counts them)."""

import logging
from collections.abc import Mapping
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wholesale.plumbing.http.client_address import address_of

STATUS = 429
USERNAME_MAX = AccessAttempt._meta.get_field("username").max_length

logger = logging.getLogger(__name__)


def account_of(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """The user name that was given, as far as it can be kept. No account has a longer one."""
    name = (credentials or request.POST).get("username")
    return None if name is None else str(name)[:USERNAME_MAX]


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """The page that says so, for the right password too."""
    minutes = settings.LOGIN_LOCK_MINUTES
    context = {**admin.site.each_context(request), "minutes": minutes}
    page = render(request, "admin/locked.html", context, status=STATUS)
    page["Retry-After"] = str(minutes * 60)
    return page


def log_failure(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A line for each login that failed: who, from where, and how many of the account's count so far. A receiver.

    A name that no account has is not written: it may be a password, or somebody's e-mail address.
    """
    given = {"username": str(credentials.get("username", ""))}
    name = repr(given["username"]) if User.objects.filter(**given).exists() else "a name that no account has"
    count = AccessAttempt.objects.filter(**given).aggregate(count=Sum("failures_since_start"))["count"]
    logger.warning("Login of %s from %s failed, %s so far", name, address_of(request) if request else "here", count or 1)
