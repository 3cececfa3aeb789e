"""A check of the runbook, and a warning of `/readyz`: whether the permitted minutes are kept up to date."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.tasks.minutes.services import OVERDUE_AFTER, is_overdue, overdue
from governance.runbook.registry import Finding, Severity, register
from wholesale.plumbing.http.health import warn_of
from wholesale.plumbing.showing import shown_number, shown_zoned
from wholesale.plumbing.texts import iso_utc

_MINUTES = int(OVERDUE_AFTER.total_seconds() // 60)


@register("followups.minutes", Severity.WARNING, "Permitted minutes are kept up to date")
def permitted_minutes(now: datetime) -> Finding:
    """Find open tasks whose interval ran out over ten minutes ago and was not replaced. They are not listed as due."""
    tasks, since = overdue(now)
    if since is None:
        return Finding(True, _("Every open task has its permitted interval."))
    detail = {"tasks": tasks, "since": iso_utc(since)}
    waiting = ngettext(
        "%(tasks)s open task waits for the next permitted interval since %(since)s. Is a worker running?",
        "%(tasks)s open tasks wait for the next permitted interval since %(since)s. Is a worker running?",
        tasks,
    )
    return Finding(False, waiting % {"tasks": shown_number(tasks), "since": shown_zoned(since)}, detail)


def register_warning() -> None:
    """Add the warning about permitted minutes to `/readyz`."""
    warn_of("permitted_minutes", _not_rolled)


def _not_rolled() -> str | None:
    late = is_overdue(timezone.now())
    return f"not kept up to date for more than {_MINUTES} minutes: is a worker running?" if late else None
