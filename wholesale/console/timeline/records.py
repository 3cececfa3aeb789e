"""The page of a row on which all that is known of it stands, and the form of its columns as a page of its own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse


class RecordPages:
    """A mixin of admins: the page of a row is made by `page_of`. What is posted to it is the form of the row's columns."""

    opts: Any
    admin_site: Any

    def page_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show all that is known of the row."""
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        """Add the form of a row."""
        form = path("<path:object_id>/edit/", self.admin_site.admin_view(self.edit_view), name=self._form)
        return [form, *super().get_urls()]  # type: ignore[misc]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons stand on the page of the row, and not on the form: a dozen would leave no room for its heading."""
        if request.resolver_match and request.resolver_match.url_name == self._form:
            return []
        return super().get_actions_detail(request, object_id)  # type: ignore[misc]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the page of a row, or store the form that is posted."""
        if request.method == "POST":
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        if not self.has_view_or_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return self.page_of(request, object_id)

    @property
    def _form(self) -> str:
        """The name of the form's address."""
        return f"{self.opts.app_label}_{self.opts.model_name}_edit"

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form of a row's columns, or store it."""
        return super().change_view(request, object_id)  # type: ignore[misc]

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Show the page of the row that was stored."""
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]))
