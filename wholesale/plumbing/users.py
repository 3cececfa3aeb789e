"""The names of users in rows and answers."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def label_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return a user's name for `changed_by` and `actor`. It is cut to the length of these columns."""
    return user.get_username()[:LABEL_MAX_LENGTH]
