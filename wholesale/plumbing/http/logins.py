"""The lock of the login: too many wrong passwords lock an account and an address for a while (django-axes counts them)."""

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
    """Return the user name given at a login (None if none was given), cut to the length of the longest possible name."""
    name = (credentials or request.POST).get("username")
    return None if name is None else str(name)[:USERNAME_MAX]


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Return the page that says that the login is locked. It is shown even if the password is right."""
    minutes = settings.LOGIN_LOCK_MINUTES
    context = {**admin.site.each_context(request), "minutes": minutes}
    page = render(request, "admin/locked.html", context, status=STATUS)
    page["Retry-After"] = str(minutes * 60)
    return page


def log_failure(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Receiver of a failed login: log the account, the address and the number of failed logins so far.

    A name without an account is not logged: it may be a password, or somebody's e-mail address.
    """
    given = {"username": str(credentials.get("username", ""))}
    name = repr(given["username"]) if User.objects.filter(**given).exists() else "a name that no account has"
    count = AccessAttempt.objects.filter(**given).aggregate(count=Sum("failures_since_start"))["count"]
    logger.warning("Login of %s from %s failed, %s so far", name, address_of(request) if request else "here", count or 1)
