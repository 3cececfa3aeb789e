"""What the forms above a list send: a view to save, or to remove."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wholesale.console.saved_views.services import remove_view, save_view
from wholesale.console.saved_views.shown import admin_of, kept_of
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class ViewForm(forms.Form):
    """The form of a view: its name, and whether everybody sees it."""

    name = forms.CharField(max_length=LABEL_MAX_LENGTH)
    is_shared = forms.BooleanField(required=False)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters and the order of a list under a name."""
    page = request.POST.get("page", "")
    model_admin = admin_of(page)
    if model_admin is None:
        raise Http404
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    query = kept_of(request.POST.get("query", ""), model_admin, request)
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A view needs a name."))
    else:
        try:
            view = save_view(page=page, query=query, **form.cleaned_data, act=Act.by(request.user))
        except DomainError as refusal:
            messages.error(request, refusal.shown)
        else:
            messages.success(request, _("View %(name)s saved.") % {"name": view.name})
    return HttpResponseRedirect(f"{_list_of(page)}?{query}")


@require_POST
def remove(request: HttpRequest, object_id: str) -> HttpResponse:
    """Remove a view."""
    try:
        view: Any = remove_view(row_id(object_id), act=Act.by(request.user))
    except DomainError as refusal:
        raise Http404 from refusal
    messages.success(request, _("View %(name)s removed.") % {"name": view.name})
    return HttpResponseRedirect(_list_of(view.page))


def _list_of(page: str) -> str:
    return reverse(f"admin:{page}_changelist")
