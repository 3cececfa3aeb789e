"""Issuing API tokens. A user has only one, because each look-up of a token reads all tokens of its user."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from knox.models import AuthToken


@transaction.atomic
def issue_token(username: str, *, role: str, lifetime: timedelta) -> str:
    """Create the user if needed, give it the role, and replace its token. Return the token; only its hash is stored.

    Raises:
        Group.DoesNotExist: there is no such role (run migrate).

    """
    user, created = get_user_model().objects.get_or_create(username=username)
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get(name=role))
    AuthToken.objects.filter(user=user).delete()
    return AuthToken.objects.create(user=user, expiry=lifetime)[1]
