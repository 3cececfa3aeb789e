"""The first page: Today, or the queue for an agent."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from wholesale.console.frame import QUEUE, is_agent


def home(request: HttpRequest) -> HttpResponse:
    """Show Today. An agent, whose work is the queue, is sent there."""
    if admin.site.has_permission(request) and is_agent(request.user):
        return HttpResponseRedirect(QUEUE.link)
    return admin.site.index(request)
