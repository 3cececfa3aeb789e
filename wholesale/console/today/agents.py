"""Who is at work: a part of Today that the browser asks for after the page, and again each minute."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from followups.tasks.figures import agents_at_work


def agents(request: HttpRequest) -> HttpResponse:
    """Show who holds a task or has completed one today, in the user's time zone."""
    if not request.user.has_perm("followups.view_followuptask"):
        raise PermissionDenied
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    claimed = reverse("admin:followups_followuptask_changelist", query={"state": "claimed"})
    context = {"agents": agents_at_work(midnight, now), "claimed": claimed, "now": now}
    return TemplateResponse(request, "console/today/agents.html", context)
