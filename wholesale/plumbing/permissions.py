"""Who may call what: every action of a viewset names the Django permission it needs."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


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
