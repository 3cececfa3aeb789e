"""What a button of a task's card does, and the sentence that says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    about = {"step": task.step, "name": card.name, "said": Outcome(outcome).label, "follows": what_follows(card)}
    return _("Step %(step)s of %(name)s: %(said)s. %(follows)s") % about


def what_follows(card: Card) -> str:
    """Return a sentence for the user: how many steps of the ladder are left, and when the next step may be done."""
    left, now = open_steps(card.task), timezone.now()
    if not left:
        return _("The ladder is closed.")
    times = [at for at in (step.next_at(now) for step in left) if at]
    steps = ngettext("%(count)s step is left", "%(count)s steps are left", len(left)) % {"count": len(left)}
    if not times:
        return _("%(steps)s; no minute is known at which it may be done.") % {"steps": steps}
    return _("%(steps)s, the next due %(time)s there.") % {"steps": steps, "time": clock(min(times), card.zone)}


def snooze(card: Card, user: Any, *, until: datetime, reason: str) -> str:
    """Snooze a task. Return a sentence for the user about the new time."""
    snooze_task(card.task.pk, until, act=Act.by(user, reason=reason))
    about = {"step": card.task.step, "name": card.name, "time": clock(until, card.zone)}
    return _("Step %(step)s of %(name)s is put off until %(time)s there.") % about


def skip(card: Card, user: Any, *, reason: str) -> str:
    """Skip a task. Return a sentence for the user about the task, and about what follows."""
    skip_task(card.task.pk, act=Act.by(user, reason=reason))
    about = {"step": card.task.step, "name": card.name, "follows": what_follows(card)}
    return _("Step %(step)s of %(name)s is skipped. %(follows)s") % about


def _renew(card: Card, user: User) -> str:
    renewal = renew_leases(task_ids=[card.task.pk], act=Act(label_of(user), user, at=card.now))
    about = {"name": card.name, "time": clock(renewal.leased_until, card.zone)}
    return _("%(name)s is yours until %(time)s there.") % about


def _give_back(card: Card, user: User) -> str:
    task = hand_back(card.task.pk, act=Act.by(user))
    about = {"name": card.name, "owner": task.owner or _("somebody else")}
    return _("%(name)s is given back: %(owner)s has it next.") % about


ACTS: dict[str, Callable[..., str]] = {
    "complete": complete,
    "snooze": snooze,
    "skip": skip,
    "renew": _renew,
    "give_back": _give_back,
}
