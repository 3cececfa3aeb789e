"""Creating the first administrator, and removing expired rows."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from wholesale.plumbing.models import IdempotencyKey

ADMIN_NAME = "admin"
_PASSWORD_BYTES = 12  # 16 characters


@dataclass(frozen=True, slots=True)
class Admin:
    """The first administrator of the installation. The password is None if the user existed already."""

    name: str
    password: str | None


@transaction.atomic
def ensure_admin() -> Admin:
    """Return the first active superuser. If there is none, create `admin` with a random password.

    Raises:
        ValueError: there is no active superuser, but a user named `admin`.

    """
    users = get_user_model().objects
    existing = users.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if existing is not None:
        return Admin(existing.get_username(), None)
    if users.filter(username=ADMIN_NAME).exists():
        raise ValueError(f'There is no active superuser, and the user "{ADMIN_NAME}" is not one: run createsuperuser.')
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    users.create_superuser(ADMIN_NAME, password=password)
    return Admin(ADMIN_NAME, password)


@dataclass(frozen=True, slots=True)
class Cleared:
    """The numbers of removed rows, by kind."""

    idempotency_keys: int
    tokens: int
    sessions: int
    others: dict[str, int] = field(default_factory=dict)  # of other apps


_others: dict[str, Callable[[datetime], int]] = {}


def register(what: str, remove: Callable[[datetime], int]) -> None:
    """Register a function that removes expired rows of a kind (`what`) and returns their number. Apps do so in `ready()`."""
    _others[what] = remove


def clear_expired(now: datetime | None = None) -> Cleared:
    """Remove expired idempotency keys, API tokens and sessions, and what other apps have registered.

    Proofs of contacts are never removed, whatever their age: limitation begins when the regulator learns of a fact (CASL;
    Telecommunications Act s. 72.12), so they may be needed after more than 3 years.
    """
    now = now or timezone.now()
    return Cleared(
        idempotency_keys=IdempotencyKey.objects.filter(created_at__lt=now - settings.IDEMPOTENCY_KEY_LIFETIME).delete()[0],
        tokens=AuthToken.objects.filter(expiry__lt=now).delete()[0],
        sessions=Session.objects.filter(expire_date__lt=now).delete()[0],
        others={what: remove(now) for what, remove in _others.items()},
    )
