"""The source of each kind of duty, and whether duties are in order on a day. No database here."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from governance.duties.models import LegalDuty
from wholesale.plumbing.showing import shown_day

Kind = LegalDuty.Kind


class DutyRule(NamedTuple):
    """The rule of a kind of duty: its source, and how long before the due date the runbook warns."""

    source: str
    notice: timedelta


RULES: dict[str, DutyRule] = {
    Kind.SCRUB: DutyRule(
        _("the version of the list that calls are checked against is at most 31 days old (CR1)"), timedelta(days=5)
    ),
    Kind.TRAINING: DutyRule(_("callers know the rules: part of a defence of due diligence (CR1)"), timedelta(days=30)),
}


def problems(due: Mapping[str, date | None], today: date, notice: timedelta) -> list[str]:
    """Return a sentence for each duty that has no date, is overdue, or is due within the time `notice`. If there are no
    duties, a sentence says so. On its due date a duty is not overdue. `due` has the due date of each duty, by subject."""
    if not due:
        return [gettext("Nothing is on file.")]
    found = []
    for subject, due_on in due.items():
        name = f"{subject}: " if subject else ""
        if due_on is None:
            found.append(name + gettext("no date is on file."))
        elif due_on < today:
            found.append(name + gettext("was due on %(day)s.") % {"day": shown_day(due_on)})
        elif due_on <= today + notice:
            found.append(name + gettext("is due on %(day)s.") % {"day": shown_day(due_on)})
    return found


def in_order(due: Mapping[str, date | None]) -> str:
    """Return a sentence with the nearest due date of these duties. At least one duty must have a due date."""
    return gettext("The next date is %(day)s.") % {"day": shown_day(min(filter(None, due.values())))}
