"""The first page: Today, or the queue for an agent."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from wholesale.console.pages import QUEUE, is_agent


def home(request: HttpRequest) -> HttpResponse:
    """Show Today to a user of the admin. An agent, whose work is the queue, is sent there."""
    if is_agent(request.user):
        return HttpResponseRedirect(QUEUE.link)
    return admin.site.index(request)
