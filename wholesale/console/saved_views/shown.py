"""The saved views of a list, as they stand above it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from wholesale.console.saved_views.services import SHARE, may_remove, views_of
from wholesale.plumbing.models import SavedView
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH


@dataclass(frozen=True, slots=True)
class Shown:
    """A view above its list."""

    title: str
    link: str
    is_active: bool
    is_shared: bool
    removal: str  # the address that removes it; empty if the user may not


def admin_of(page: str) -> Any:
    """Return the admin of a list by its app and model, such as followups_lead. None if there is no such list."""
    app, _, model = page.rpartition("_")  # an app's label may have a "_", a model's name has none
    found = (
        one for kind, one in admin.site._registry.items() if (kind._meta.app_label, kind._meta.model_name) == (app, model)
    )
    return next(found, None)


def kept_of(query: str, model_admin: Any, request: HttpRequest) -> str:
    """Return what a view keeps of the query of a list's address: its filters and its order, in a fixed order."""
    named = [(name, value) for name, value in parse_qsl(query) if _is_kept(name, model_admin.get_list_filter(request))]
    return urlencode(sorted(named))[:NOTE_MAX_LENGTH]


def _is_kept(name: str, filters: Any) -> bool:
    if name == ORDER_VAR:
        return True
    for one in filters:
        parameter = getattr(one, "parameter_name", None) or (one if isinstance(one, str) else one[0])
        if name == parameter or name.startswith(f"{parameter}_"):  # status__exact; score_from
            return True
    return False


class Views:
    """The saved views of the list that a request opens (one query)."""

    def __init__(self, page: str, request: HttpRequest) -> None:
        self.page, self._request, self._admin = page, request, admin_of(page)

    @property
    def query(self) -> str:
        """What a view would keep of the list as it is open."""
        return kept_of(self._request.GET.urlencode(), self._admin, self._request)

    @property
    def may_share(self) -> bool:
        """Whether the user may share a view."""
        return bool(self._request.user.has_perm(SHARE))

    @cached_property
    def shown(self) -> list[Shown]:
        """The views that the user sees, by name."""
        return [self._shown(view) for view in views_of(self.page, self._request.user)]

    def _shown(self, view: SavedView) -> Shown:
        removal = reverse("remove_view", args=[view.pk]) if may_remove(view, self._request.user) else ""
        link = f"{self._request.path}?{view.query}"
        return Shown(view.name, link, view.query == self.query, view.is_shared, removal)
