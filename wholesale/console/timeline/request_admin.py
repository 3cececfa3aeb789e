"""The admin of the KPI log, with the page of a request: what is on record of its correlation id."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kpi.admin import KPIEventAdmin
from kpi.models import KPIEvent
from kpi.trace.services import traced_request
from wholesale.console.timeline.parts import feed_of, feed_page, is_feed_asked
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

admin.site.unregister(KPIEvent)


@admin.register(KPIEvent)
class TracePages(KPIEventAdmin):
    """The admin of KPI events, with the pages of requests beside it."""

    def get_urls(self) -> list[Any]:
        """Add the page that looks for a request, and that of a request."""
        page = self.admin_site.admin_view
        return [
            path("trace/", page(self.find), name="kpi_kpievent_traces"),
            path("trace/<path:correlation_id>/", page(self.trace), name="kpi_kpievent_trace"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Ask for a correlation id, and go to its page."""
        _require(request)
        asked = request.GET.get("id", "").strip()[:LABEL_MAX_LENGTH]
        if asked and "\x00" not in asked:
            return HttpResponseRedirect(reverse("admin:kpi_kpievent_trace", args=[asked]))
        return self._shown(request, _("Requests"))

    def trace(self, request: HttpRequest, correlation_id: str) -> HttpResponse:
        """Show what is on record of a request."""
        _require(request)
        traced = traced_request(correlation_id.replace("\x00", "")[:LABEL_MAX_LENGTH])
        feed = feed_of(request, traced)
        if is_feed_asked(request):
            return feed_page(request, feed)
        return self._shown(request, traced.id, feed=feed, asked=traced.id)

    def _shown(self, request: HttpRequest, title: str, **context: Any) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, "console/request.html", context)


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("kpi.view_trace"):
        raise PermissionDenied
