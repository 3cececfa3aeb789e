"""What a button of a task's card does, and the sentence that says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from followups.tasks.admin.cards import Card
from followups.tasks.completions.reading import open_steps
from followups.tasks.completions.services import record_completion
from followups.tasks.due.claims import renew_leases
from followups.tasks.due.handing import hand_back
from followups.tasks.outcomes.rules import Outcome
from followups.tasks.page_parts import clock
from followups.tasks.services import skip_task, snooze_task
from wholesale.plumbing.act import Act
from wholesale.plumbing.users import label_of


def complete(card: Card, user: Any, *, outcome: str, note: str, force: bool = False) -> str:
    """Record what came of a task. Return a sentence for the user about the task, and about what follows."""
    task = record_completion(card.task.pk, outcome=outcome, note=note, force=force, act=Act.by(user))
    return _("Step %(step)s of %(name)s: %(outcome)s. %(card)s") % {
        "step": task.step,
        "name": card.name,
        "outcome": Outcome(outcome).label,
        "card": what_follows(card),
    }


def what_follows(card: Card) -> str:
    """Return a sentence for the user: how many steps of the ladder are left, and when the next step may be done."""
    left, now = open_steps(card.task), timezone.now()
    if not left:
        return _("The ladder is closed.")
    times = [at for at in (step.next_at(now) for step in left) if at]
    steps = _("1 step is left") if len(left) == 1 else _("%(left)s steps are left") % {"left": len(left)}
    if not times:
        return _("%(steps)s; no minute is known at which it may be done.") % {"steps": steps}
    return _("%(steps)s,%(next)s due %(zone)s there.") % {
        "steps": steps,
        "next": "" if len(left) == 1 else _(" the next"),
        "zone": clock(min(times), card.zone),
    }


def snooze(card: Card, user: Any, *, until: datetime, reason: str) -> str:
    """Snooze a task. Return a sentence for the user about the new time."""
    snooze_task(card.task.pk, until, act=Act.by(user, reason=reason))
    return _("Step %(step)s of %(name)s is put off until %(zone)s there.") % {
        "step": card.task.step,
        "name": card.name,
        "zone": clock(until, card.zone),
    }


def skip(card: Card, user: Any, *, reason: str) -> str:
    """Skip a task. Return a sentence for the user about the task, and about what follows."""
    skip_task(card.task.pk, act=Act.by(user, reason=reason))
    return _("Step %(step)s of %(name)s is skipped. %(card)s") % {
        "step": card.task.step,
        "name": card.name,
        "card": what_follows(card),
    }


def _renew(card: Card, user: User) -> str:
    renewal = renew_leases(task_ids=[card.task.pk], act=Act(label_of(user), user, at=card.now))
    return _("%(name)s is yours until %(zone)s there.") % {"name": card.name, "zone": clock(renewal.leased_until, card.zone)}


def _give_back(card: Card, user: User) -> str:
    task = hand_back(card.task.pk, act=Act.by(user))
    return _("%(name)s is given back: %(else_name)s has it next.") % {
        "name": card.name,
        "else_name": task.owner or _("somebody else"),
    }


ACTS: dict[str, Callable[..., str]] = {
    "complete": complete,
    "snooze": snooze,
    "skip": skip,
    "renew": _renew,
    "give_back": _give_back,
}
