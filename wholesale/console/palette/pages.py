"""The answer to what somebody types into the palette."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from wholesale.console.palette.results import found


@require_POST  # the text names people: an address with it would stay in the logs of servers
def palette(request: HttpRequest) -> HttpResponse:
    """Show what the text of the palette finds for the user."""
    groups = found(request.POST.get("text", ""), request.user)
    context = {"groups": groups, "count": sum(len(group.hits) for group in groups)}
    return TemplateResponse(request, "console/palette/found.html", context)
