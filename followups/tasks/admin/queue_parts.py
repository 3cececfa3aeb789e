"""What the page of the work queue shows besides the cards: figures, what waits, what the agent may help with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.urls import reverse
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _

from followups.leads.inbox import services as inbox
from followups.leads.inbox.models import InboxItem
from followups.tasks.admin.presses import outcome_words
from followups.tasks.due.handing import may_help_with
from followups.tasks.held.models import HeldAct
from followups.tasks.held.services import TAKEN_BACK_WITHIN
from followups.tasks.models import FollowupTask, TaskQuerySet
from followups.tasks.page_parts import clock
from governance import gate
from governance.decisions import ExecutionClass
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_number
from wholesale.plumbing.users import label_of

COUNTED_MAX = 1000  # the limit of each figure, because counting takes longer with each task
HELP_SHOWN = 5
REPLIES_COUNTED = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """How many tasks wait for a user: the user's own, unowned ones, blocked ones. Each figure is `COUNTED_MAX` at most."""

    yours: int
    unowned: int
    blocked: int

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each figure as the page shows it: the number, and what the number counts."""
        for count, words in (
            (self.yours, _("yours, to be done now")),
            (self.unowned, _("nobody's, to be done now")),
            (self.blocked, _("due, but not permitted now")),
        ):
            yield f"{shown_number(count)}{'+' if count == COUNTED_MAX else ''}", words


def figures_of(user: Any, now: datetime) -> Figures:
    """Count the tasks that wait for the user."""
    free = FollowupTask.objects.permitted(now).going_first(now).unleased(now)
    lists = (
        free.filter(owner=label_of(user)),
        free.filter(owner__isnull=True).exclude(returned_by=label_of(user)),
        _for(user, FollowupTask.objects.blocked(now)),
    )
    return Figures(*(tasks[:COUNTED_MAX].count() for tasks in lists))


def waiting(user: Any, figures: Figures, now: datetime) -> str:
    """Return a sentence that says what the button Next will give the user, or why it gives nothing."""
    if figures.yours or figures.unowned:
        return _("Press Next to take the task that has waited longest: your own first, then nobody's.")
    if not figures.blocked:
        return _("Nothing that you could do is due.")
    opens = _for(user, FollowupTask.objects.blocked(now)).filter(open_from__gt=now)
    soonest = opens.order_by().aggregate(at=Min("open_from"))["at"]
    if soonest is None:
        return _("Nothing may be done now, and nothing says when: of what is due no permitted minute is known.")
    when = {"time": clock(soonest, None), "wait": timeuntil(soonest, now)}
    return _("Nothing may be done now; next at %(time)s, in %(wait)s.") % when


def _for(user: Any, tasks: TaskQuerySet) -> TaskQuerySet:
    """Narrow the tasks to those that the user may be given: the user's own tasks, and unowned ones."""
    return tasks.filter(Q(owner=label_of(user)) | Q(owner__isnull=True))


@dataclass(frozen=True, slots=True)
class Help:
    """A task that an idle agent may take although Next does not give it, and why."""

    task: FollowupTask
    why: str


def help_offered(user: Any, now: datetime) -> list[Help]:
    """Return the tasks that the user may help with, the oldest first."""
    tasks = may_help_with(label_of(user), now).select_related("lead")[:HELP_SHOWN]
    late, returned = _("late, and %(owner)s has it"), _("you gave it back, and nobody took it")
    return [Help(task, late % {"owner": task.owner} if task.owner else returned) for task in tasks]


@dataclass(frozen=True, slots=True)
class Undo:
    """What the user said last, and how long it may still be taken back (seconds)."""

    held: HeldAct
    seconds: int

    @property
    def words(self) -> str:
        """What was said, in a sentence."""
        return held_words(self.held)


def undo_of(said: Sequence[HeldAct], now: datetime) -> Undo | None:
    """Return what the user may still take back of what the user said, the latest first."""
    held = next(iter(said), None)
    if held is None or held.created_at <= now - TAKEN_BACK_WITHIN:
        return None
    return Undo(held, max(1, round((held.created_at + TAKEN_BACK_WITHIN - now).total_seconds())))


@dataclass(frozen=True, slots=True)
class ReplyFirst:
    """The reply that has waited longest for the user, and how many more wait."""

    item: InboxItem
    more: int

    @property
    def name(self) -> str:
        """The name of who replied."""
        return str(self.item.lead or self.item.lead_id or _("Somebody unknown"))

    @property
    def link(self) -> str:
        """The address of the inbox, open at the reply."""
        return reverse("admin:followups_followuptask_inbox", query={"item": self.item.pk})


def reply_first(user: Any) -> ReplyFirst | None:
    """Return the reply that waits in the user's own inbox: it stands before every task. None if there is none."""
    own = inbox.waiting().filter(owner=label_of(user), kind=InboxItem.Kind.REPLY).order_by("due_by", "id")
    found = list(own.select_related("lead", "message")[: REPLIES_COUNTED + 1])
    return ReplyFirst(found[0], len(found) - 1) if found else None


def held_words(held: HeldAct) -> str:
    """Return a sentence about a held act."""
    task = held.task
    said = {
        HeldAct.Kind.COMPLETE: outcome_words(task.channel, held.outcome) if held.outcome else "",
        HeldAct.Kind.SNOOZE: _("put off"),
        HeldAct.Kind.SKIP: _("skipped"),
    }[HeldAct.Kind(held.kind)]
    name = task.lead or task.lead_id or _("a lead without an id")
    return _("Step %(step)s of %(name)s: %(said)s.") % {"step": task.step, "name": name, "said": said}


def stopped() -> str:
    """Return why the system may not act now; an empty text if it may."""
    try:
        gate.require(ExecutionClass.EXECUTE)
    except DomainError as refusal:
        return refusal.shown
    return ""
