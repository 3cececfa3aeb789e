"""The page of a lead, as plain values for its template: its ladder, and what surrounds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followups.ladders.models import FollowupLadder
from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from wholesale.plumbing import scopes
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.showing import shown_rate


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder on the page: its task, where it stands (done, off, due, blocked, next, waits) in words too, and the
    time that goes with it."""

    task: FollowupTask
    state: str
    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LadderShown:
    """The newest ladder of a lead, with its steps in order."""

    ladder: FollowupLadder
    rungs: Sequence[Rung]

    @property
    def is_open(self) -> bool:
        """Whether it has an open step."""
        return self.ladder.closed_at is None


def ladder_of(lead: Lead, user: Any, now: datetime) -> LadderShown | None:
    """Return the newest ladder of a lead that the user may read, in two queries. None: there is none."""
    ladder = scopes.visible(FollowupLadder.objects.filter(lead_id=lead.lead_id), user).order_by("-pk").first()
    if ladder is None:
        return None
    tasks = list(FollowupTask.objects.filter(ladder=ladder).order_by("step"))
    first = next((task for task in tasks if not (task.completed_at or task.cancelled_at)), None)
    return LadderShown(ladder, [_rung(task, task is first, now) for task in tasks])


def _rung(task: FollowupTask, is_first: bool, now: datetime) -> Rung:
    if task.completed_at:
        outcome = task.get_outcome_display() if task.outcome else pgettext("task", "Done")
        return Rung(task, "done", str(outcome), task.completed_at)
    if task.cancelled_at:
        return Rung(task, "off", _("Cancelled"), task.cancelled_at)
    if task.due_at > now:
        return Rung(task, "next", _("Next"), task.due_at) if is_first else Rung(task, "waits", _("Waits"), task.due_at)
    if task.open_from and task.open_until and task.open_from <= now <= task.open_until:
        return Rung(task, "due", _("Due"), task.due_at)
    return Rung(task, "blocked", _("Not permitted before"), task.open_from)


def facts_of(lead: Lead) -> list[tuple[str, str]]:
    """Return what is known of a lead, by name. What is not known is left out."""
    found = (
        (_("Address"), ", ".join(filter(None, (lead.address, lead.postal_code)))),
        (_("Place"), place_text(lead)),
        (_("Language"), lead.get_language_display()),
        (_("Spoken to as"), lead.get_role_display()),
        (_("Score"), shown_rate(lead.score) if lead.score is not None else ""),
        (_("Source"), lead.source),
        (_("Lead id"), lead.lead_id),
    )
    return [(name, str(value)) for name, value in found if value]
