"""Who may call what: every action of a viewset names the Django permission it needs."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def label_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """A user's name as the label that stands for it in `changed_by` and `actor`: Django's names may be longer."""
    return user.get_username()[:LABEL_MAX_LENGTH]


class HasActionPermission(BasePermission):
    """The user holds the permission that the view's `permissions` names for this action; no entry means nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        if action in (None, "metadata"):  # no such method here, or OPTIONS, which nothing here answers: the 405 follows
            return True
        needed = view.permissions.get(action)
        return needed is not None and request.user.has_perm(needed)
