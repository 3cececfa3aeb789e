"""The page "My numbers": what an agent did today and this week, against its own usual day and week, and what waits."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from followups.leads.inbox.services import waiting
from followups.tasks.admin.queue_parts import COUNTED_MAX, figures_of
from followups.tasks.numbers import USUAL_WEEKS, OwnNumbers, OwnSpan, numbers_of
from wholesale.plumbing.showing import MISSING, shown_number, shown_rate
from wholesale.plumbing.users import label_of


def _counted(name: str) -> Callable[[OwnSpan], str]:
    return lambda span: shown_number(span.number(name), 1)


def _speed(span: OwnSpan) -> str:
    """Return the speed to the first contact in minutes, hours or days."""
    minutes = span.speed
    if minutes is None:
        return MISSING
    if minutes < 120:
        return gettext("%(number)s min") % {"number": shown_number(minutes)}
    if minutes < 2880:
        return gettext("%(number)s h") % {"number": shown_number(minutes / 60, 1)}
    return gettext("%(number)s days") % {"number": shown_number(minutes / 1440, 1)}


# The title of each row, and how it shows a span.
ROWS: tuple[tuple[Any, Callable[[OwnSpan], str]], ...] = (
    (_("Calls"), _counted("calls")),
    (_("Reached"), _counted("reached")),
    (_("Texts"), _counted("texts")),
    (_("E-mails"), _counted("emails")),
    (_("Appointments"), _counted("appointments")),
    (_("Speed to first contact"), _speed),
    (_("SLA kept"), lambda span: shown_rate(span.kept)),
)


def numbers_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the numbers of the user who asks."""
    if not request.user.has_perm("followups.claim_task"):
        raise PermissionDenied
    user: Any = request.user
    now = timezone.now()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("My numbers"),
        "waiting": [*figures_of(user, now), (_inbox_of(user), gettext("in your inbox"))],
        "table": _table(numbers_of(user, now)),
        "weeks": USUAL_WEEKS,
    }
    return TemplateResponse(request, "admin/followups/numbers.html", context)


def _inbox_of(user: Any) -> str:
    """Return how many inbox items wait for the user, up to `COUNTED_MAX`."""
    count = waiting().filter(owner=label_of(user))[:COUNTED_MAX].count()
    return f"{shown_number(count)}{'+' if count == COUNTED_MAX else ''}"


def _table(numbers: OwnNumbers) -> dict[str, Any]:
    spans = (numbers.today, numbers.usual_day, numbers.week, numbers.usual_week)
    return {
        "headers": [
            gettext("What"),
            gettext("Today"),
            gettext("Your usual day"),
            gettext("This week"),
            gettext("Your usual week"),
        ],
        "rows": [[title, *(shown(span) for span in spans)] for title, shown in ROWS],
    }
