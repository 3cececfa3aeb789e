"""The source of each kind of duty, and whether duties are in order on a day. No database here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from governance.duties.models import LegalDuty

Kind = LegalDuty.Kind


class DutyRule(NamedTuple):
    """The rule of a kind of duty: its source, and how long before the due date the runbook warns."""

    source: str
    notice: timedelta


RULES: dict[str, DutyRule] = {
    Kind.SCRUB: DutyRule(
        "the version of the list that calls are checked against is at most 31 days old (CR1)", timedelta(days=5)
    ),
    Kind.TRAINING: DutyRule("callers know the rules: part of a defence of due diligence (CR1)", timedelta(days=30)),
}


class Duty(NamedTuple):
    """A legal duty as a plain value, for the runbook."""

    kind: str
    subject: str
    due_on: date | None
    done_on: date | None


def problems(duties: Sequence[Duty], today: date, notice: timedelta) -> list[str]:
    """Return a sentence for each duty that has no date, is overdue, or is due within the time `notice`. If there are no
    duties, a sentence says so. On the day `due_on` a duty is not overdue."""
    if not duties:
        return ["Nothing is on file."]
    found = []
    for duty in duties:
        name = f"{duty.subject}: " if duty.subject else ""
        if duty.due_on is None:
            found.append(f"{name}no date is on file.")
        elif duty.due_on < today:
            found.append(f"{name}was due on {duty.due_on}.")
        elif duty.due_on <= today + notice:
            found.append(f"{name}is due on {duty.due_on}.")
    return found


def in_order(duties: Sequence[Duty]) -> str:
    """Return a sentence with the nearest due date of these duties. At least one duty must have a due date."""
    return f"The next date is {min(duty.due_on for duty in duties if duty.due_on)}."


def as_detail(duties: Sequence[Duty]) -> list[dict[str, Any]]:
    """The duties with their dates, as JSON values."""
    return [
        {
            "subject": duty.subject,
            "due_on": duty.due_on.isoformat() if duty.due_on else None,
            "done_on": duty.done_on.isoformat() if duty.done_on else None,
        }
        for duty in duties
    ]
