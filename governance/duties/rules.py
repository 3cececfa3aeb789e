"""Where each duty comes from, and whether one is in order on a day. No database here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from governance.duties.models import LegalDuty

Kind = LegalDuty.Kind


class DutyRule(NamedTuple):
    """What the law says of a kind of duty, and how long before its date the runbook warns."""

    source: str
    notice: timedelta


RULES: dict[str, DutyRule] = {
    Kind.SCRUB: DutyRule(
        "the version of the list that calls are checked against is at most 31 days old (CR1)", timedelta(days=5)
    ),
    Kind.TRAINING: DutyRule("callers know the rules: part of a defence of due diligence (CR1)", timedelta(days=30)),
}


class Duty(NamedTuple):
    """A duty as the runbook sees it."""

    kind: str
    subject: str
    due_on: date | None
    done_on: date | None


def problems(duties: Sequence[Duty], today: date, notice: timedelta) -> list[str]:
    """What is not in order about some duties of one kind, as sentences. The day that is named is the last that counts."""
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
    """The nearest date of duties that are in order."""
    return f"The next date is {min(duty.due_on for duty in duties if duty.due_on)}."


def as_detail(duties: Sequence[Duty]) -> list[dict[str, Any]]:
    """Each duty with its dates, as JSON."""
    return [
        {
            "subject": duty.subject,
            "due_on": duty.due_on.isoformat() if duty.due_on else None,
            "done_on": duty.done_on.isoformat() if duty.done_on else None,
        }
        for duty in duties
    ]
