"""The admin's site."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The site of all pages. Django lists all models and their permissions for each page, which takes a sixth of the time of
    a page and which only some show: our sidebar does not. So they are listed when somebody looks."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the apps with their models, listed at the first look."""
        listed = super().get_app_list
        return SimpleLazyObject(lambda: listed(request, app_label))
