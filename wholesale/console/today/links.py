"""The addresses of lists, for a user who may open them."""

from typing import Any

from django.urls import reverse


class Links:
    """The links of a page for one user: empty where the user may not open what they lead to."""

    def __init__(self, user: Any) -> None:
        self.may = user.has_perm

    def list_of(self, model: str, **query: str) -> str:
        """Return the address of a model's list (`app.model`), with a filter. Empty if the user may not view it."""
        app, name = model.split(".")
        if not self.may(f"{app}.view_{name}"):
            return ""
        return reverse(f"admin:{app}_{name}_changelist", query=query or None)

    def page(self, view: str, permission: str, *args: object) -> str:
        """Return the address of an admin page. Empty without the permission."""
        return reverse(f"admin:{view}", args=args) if self.may(permission) else ""
