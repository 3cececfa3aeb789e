"""The verb that makes an invited user, and the link by which the invited sets a password."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.text import slugify

from followups.models import PoolAgent
from followups.pool.services import upsert_agent
from governance.decisions import ExecutionClass, verb
from wholesale.console.preferences.services import choose_settings
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.roles import AGENT, ROLES

USERNAME_MAX = 60  # characters of a user name that is made of a name
_UNUSABLE = "!"  # the beginning of Django's stored password of a user who has none


class EmailTaken(DomainError, code="email_taken"):
    """A user with this e-mail address exists already."""


def roles_for(inviter: Any) -> tuple[str, ...]:
    """Return the roles that a user may give by an invitation: all for who may add users, else only that of an agent."""
    return ROLES if inviter.has_perms(("auth.add_user", "auth.change_user")) else (AGENT,)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def invite(
    *, name: str, email: str, role: str, markets: Sequence[tuple[str, str]], language: str, zone: str, act: Act
) -> User:
    """Make a user who may use the admin and has no password yet, with a role, pools (province, market), language and zone.

    The user name is made of the name.

    Raises:
        EmailTaken: a user has this e-mail address.
        UnknownLanguage, UnknownZone: there is no such.

    """
    # Invitations wait for each other, so that no two of them take one name or one address.
    groups = {group.name: group for group in Group.objects.select_for_update().order_by("pk")}
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken(attr="email")
    first, _, last = name.partition(" ")
    user = User(username=_free_username(name), first_name=first, last_name=last, email=email, is_staff=True)
    user.date_joined = act.now
    user.set_unusable_password()
    user.save()
    user.groups.add(groups[role])
    choose_settings(user=user, language=language, zone=zone, act=act)
    for province, market in markets:
        upsert_agent(agent=user.username, province=province, market=market, act=act)
    return user


def _free_username(name: str) -> str:
    """Return a user name made of a name: "Zoé Roy" is zoe.roy, or zoe.roy2 if somebody is called so."""
    wanted = slugify(name).replace("-", ".")[:USERNAME_MAX] or "agent"
    for n in count(1):
        username = wanted if n == 1 else f"{wanted}{n}"
        # A pool may have an agent without a user; its leads are not those of the invited.
        if not User.objects.filter(username=username).exists() and not PoolAgent.objects.filter(agent=username).exists():
            return username
    raise AssertionError("unreachable")


def waiting_for(inviter: Any) -> QuerySet[User]:
    """Return the invited who have not set a password yet, and whose roles this user may give."""
    invited = User.objects.filter(password__startswith=_UNUSABLE, is_active=True, is_superuser=False, settings__isnull=False)
    others = User.groups.through.objects.exclude(group__name__in=roles_for(inviter)).values("user_id")
    return invited.exclude(pk__in=others).order_by("pk")


def link_for(user: User) -> str:
    """Return the path of the page on which an invited user sets a password. It works once, and for a few days."""
    given = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    return reverse("welcome", kwargs=given)


def expiry(now: datetime) -> datetime:
    """Return until when a link that is made now works."""
    return now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
