"""Pages that may not be opened or do not exist: within the frame, with what to do. Below /api/ errors keep their shape."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, PermissionDenied

from wholesale.console.frame import Frame
from wholesale.console.pages import QUEUE, TODAY, is_agent
from wholesale.plumbing.http.handlers import API_PREFIX, fault_response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request for a page that the user may not open. It is Django's handler403."""
    roles = ", ".join(group.name for group in request.user.groups.all()) if request.user.is_authenticated else ""
    held = _("You hold the role %(roles)s, which does not permit it.") % {"roles": roles}
    advice = _("If it is your work, ask an administrator for a role that permits it.")
    advice = f"{held if roles else _('You hold no role.')} {advice}"
    return _page(request, PermissionDenied(_("You may not open this page.")), _("No permission"), advice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that does not exist. It is Django's handler404."""
    advice = _(
        "The address may be mistyped, or what stood there was removed. The sidebar leads to every page that you may open."
    )
    return _page(request, NotFound(_("There is no such page.")), _("Not found"), advice)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token. It is Django's CSRF_FAILURE_VIEW."""
    advice = _(
        "Nothing was saved. Somebody signed in or out in this browser after the form was opened. Go back, reload the page, "
        "and send the form again."
    )
    return _page(request, PermissionDenied(_("The form is out of date.")), _("Form out of date"), advice)


def _page(request: HttpRequest, fault: APIException, title: str, advice: str) -> HttpResponse:
    """Return the page of a fault: within the frame for who may use the admin, else alone."""
    if request.path_info.startswith(API_PREFIX) or not admin.site.has_permission(request):
        return fault_response(fault, request)
    of_agent = is_agent(request.user)
    context = {
        **admin.site.each_context(request),
        "frame": Frame.without_entry(request),
        "title": title,
        "detail": fault.detail,
        "advice": advice,
        "home": QUEUE.link if of_agent else reverse("admin:index"),
        "home_title": QUEUE.title_for(request.user) if of_agent else _(TODAY),
    }
    return TemplateResponse(request, "console/fault.html", context, status=fault.status_code).render()
