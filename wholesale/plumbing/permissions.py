"""The API's permission check: every action of a viewset names the Django permission that it needs."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class HasActionPermission(BasePermission):
    """A check of the permission that the view's `permissions` names for the action. Actions without a name are forbidden."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        action = getattr(view, "action", None)
        if action in (None, "metadata"):  # an unknown method, or OPTIONS: a 405 follows
            return True
        needed = view.permissions.get(action)
        return needed is not None and request.user.has_perm(needed)
