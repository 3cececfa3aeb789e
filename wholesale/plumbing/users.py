"""Users as rows and answers name them."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def label_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """A user's name as the label that stands for it in `changed_by` and `actor`: Django's names may be longer."""
    return user.get_username()[:LABEL_MAX_LENGTH]
