"""The verb by which users choose their language and time zone."""

from functools import cache
from zoneinfo import available_timezones

from django.contrib.auth.models import User
from django.db import transaction

from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.models import UserLanguage, UserSettings


class UnknownZone(DomainError, code="unknown_zone"):
    """The time zone is no IANA name that tzdata knows."""


class UnknownLanguage(DomainError, code="unknown_language"):
    """The console does not speak this language."""


@cache
def zone_names() -> frozenset[str]:
    """Return all zones that the package tzdata knows."""
    return frozenset(available_timezones())


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def choose_settings(*, user: User, language: str, zone: str, act: Act) -> UserSettings:
    """Set the language and the time zone (an IANA name) in which the console speaks to a user.

    Raises:
        UnknownLanguage, UnknownZone: there is no such.

    """
    if language not in UserLanguage.values:
        raise UnknownLanguage(attr="language")
    if zone not in zone_names():
        raise UnknownZone(attr="zone")
    row, _ = UserSettings.objects.update_or_create(user=user, defaults={"language": language, "zone": zone})
    return row
