"""The work queue: an agent takes the next task, sees its card, and records what came of it.

It works without JavaScript: each button is a form, only a POST acts, and the next page says what was done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil
from unfold.admin import ModelAdmin

from followups.tasks.admin.cards import Card, cards
from followups.tasks.completions.reading import open_steps
from followups.tasks.completions.services import record_completion
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.errors import TaskLeased, TaskNotFound
from followups.tasks.models import FollowupTask, TaskQuerySet
from followups.tasks.outcomes.rules import Outcome
from followups.tasks.page_parts import clock
from followups.tasks.services import skip_task, snooze_task
from governance import gate
from governance.decisions import ExecutionClass
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import show_refusal
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.users import label_of

COUNTED_MAX = 1000  # the limit of each figure, because counting takes longer with each task
LAPSED_SHOWN = timedelta(hours=1)  # a task is shown so long after its claim ended, so that its outcome can be recorded
# The permission that each button needs.
NEEDS = {
    "next": "followups.claim_task",
    "renew": "followups.claim_task",
    "give_back": "followups.claim_task",
    "complete": "followups.complete_task",
    "snooze": "followups.put_off_task",
    "skip": "followups.put_off_task",
}


def work_queue(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the page of the work queue, or do what the pressed button says."""
    if not request.user.has_perm("followups.claim_task"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, model_admin)
    return _page(request, model_admin, timezone.now())


def queue_url() -> str:
    """Return the address of the work queue."""
    return reverse("admin:followups_followuptask_queue")


# The page ---------------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, model_admin: ModelAdmin, now: datetime, refused: Card | None = None) -> HttpResponse:
    """Show the tasks that the user has claimed, and how many wait. The card `refused` keeps its filled-in form."""
    in_hand = [
        refused if refused and card.task.pk == refused.task.pk else card for card in cards(_in_hand(request.user, now), now)
    ]
    if refused and refused not in in_hand:
        in_hand.insert(0, refused)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Queue",
        "cards": in_hand,
        "holds_one": any(card.is_held for card in in_hand),
        "stopped": _stopped(),
        "figures": (figures := _figures(request.user, now)),
        "waiting": _waiting(request.user, figures, now),
        "outcomes": Outcome.choices,
        "may": {act: request.user.has_perm(needed) for act, needed in NEEDS.items()},
    }
    return TemplateResponse(request, "admin/followups/queue.html", context)


def _in_hand(user: Any, now: datetime) -> list[FollowupTask]:
    """Return the due tasks of the user's claims that are live, or ended at most `LAPSED_SHOWN` ago, the oldest first."""
    claimed = FollowupTask.objects.due(now).filter(leased_by=label_of(user), leased_until__gt=now - LAPSED_SHOWN)
    return list(claimed.select_related("lead", "ladder"))


def _for(user: Any, tasks: TaskQuerySet) -> TaskQuerySet:
    """Narrow the tasks to those that the user may be given: the user's own tasks, and unowned ones."""
    return tasks.filter(Q(owner=label_of(user)) | Q(owner__isnull=True))


@dataclass(frozen=True, slots=True)
class Figures:
    """How many tasks wait for a user: the user's own, unowned ones, blocked ones. Each figure is `COUNTED_MAX` at most."""

    yours: int
    unowned: int
    blocked: int

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each figure as the page shows it: the number, and what the number counts."""
        for count, words in (
            (self.yours, "yours, to be done now"),
            (self.unowned, "nobody's, to be done now"),
            (self.blocked, "due, but not permitted now"),
        ):
            yield f"{count:,}{'+' if count == COUNTED_MAX else ''}", words


def _figures(user: Any, now: datetime) -> Figures:
    """Count the tasks that wait for the user."""
    free = FollowupTask.objects.permitted(now).going_first(now).unleased(now)
    lists = (
        free.filter(owner=label_of(user)),
        free.filter(owner__isnull=True),
        _for(user, FollowupTask.objects.blocked(now)),
    )
    return Figures(*(tasks[:COUNTED_MAX].count() for tasks in lists))


def _waiting(user: Any, figures: Figures, now: datetime) -> str:
    """Return a sentence that says what the button Next will give the user, or why it gives nothing."""
    if figures.yours or figures.unowned:
        return "Press Next to take the task that has waited longest: your own first, then nobody's."
    if not figures.blocked:
        return "Nothing that you could do is due."
    opens = _for(user, FollowupTask.objects.blocked(now)).filter(open_from__gt=now)
    soonest = opens.order_by().aggregate(at=Min("open_from"))["at"]
    if soonest is None:
        return "Nothing may be done now, and nothing says when: of what is due no permitted minute is known."
    return f"Nothing may be done now; next at {clock(soonest, None)}, in {timeuntil(soonest, now)}."


def _stopped() -> str:
    """Return why the system may not act now; an empty text if it may."""
    try:
        gate.require(ExecutionClass.EXECUTE)
    except DomainError as refusal:
        return refusal.detail
    return ""


# The buttons ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def _act(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Do what the pressed button says. The user's row is locked meanwhile, so a form that is sent twice acts once."""
    act = request.POST.get("act", "")
    if act not in NEEDS or not request.user.has_perm(NEEDS[act]):
        raise PermissionDenied
    acting: Any = request.user
    user = User.objects.select_for_update(no_key=True).get(pk=acting.pk)
    now = timezone.now()
    if act == "next":
        return _take_next(request, user, now)
    card = _card_of(request.POST.get("task", ""), None if _is_opt_out(request) else user, now)
    if card is None:
        messages.error(request, TaskNotFound().detail)
        return _back()
    done_before = "" if _is_opt_out(request) else _done_before(card, act, user)
    if done_before:
        messages.info(request, done_before)
        return _back()
    form = card.asks[act] = card.form(act, request.POST)
    if form.is_valid():
        try:
            said = ACTS[act](card, user, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
            card.is_anothers = isinstance(refusal, TaskLeased)
        else:
            messages.success(request, said)
            return _back()
    if not scopes.visible(FollowupTask.objects.filter(pk=card.task.pk), user).exists():
        messages.error(request, TaskNotFound().detail)
        return _back()
    return _page(request, model_admin, now, refused=card)


def _back() -> HttpResponse:
    return HttpResponseRedirect(queue_url())


def _card_of(task_id: str, user: User | None, now: datetime) -> Card | None:
    """Return the card of a task that the user may read, or None. If `user` is None (an opt-out), any task is found."""
    tasks = scopes.visible(FollowupTask.objects.select_related("lead"), user)
    task = tasks.filter(pk=row_id(task_id)).first()
    return cards([task], now)[0] if task else None


def _is_opt_out(request: HttpRequest) -> bool:
    """Whether the form says OPTED_OUT. That outcome is accepted at any task, even if the task is completed already."""
    return request.POST.get("act") == "complete" and request.POST.get("outcome") == Outcome.OPTED_OUT


def _done_before(card: Card, act: str, user: User) -> str:
    """Return what to say if the button has nothing left to do, as when it was pressed twice; else an empty text."""
    task = card.task
    if task.completed_at:
        return f"Step {task.step} of {card.name} was recorded already."
    if act == "complete":
        return ""  # what happened is recorded, whoever holds the task
    if task.cancelled_at:
        return f"Step {task.step} of {card.name} is no longer open."
    if act == "renew" and not card.is_held:
        return f"Your claim of {card.name} has ended: with Next you may get it again."
    return "" if task.leased_by == label_of(user) else f"You do not hold step {task.step} of {card.name} any more."


def _take_next(request: HttpRequest, user: User, now: datetime) -> HttpResponse:
    """Claim one task for the user, unless the user has a live claim already."""
    if FollowupTask.objects.claimed(now).filter(leased_by=label_of(user)).exists():
        messages.info(request, "You hold a task already: say what came of it, or give it back.")
        return _back()
    try:
        if not claim_due(limit=1, act=Act(label_of(user), user, at=now)):
            messages.info(request, _waiting(user, _figures(user, now), now))
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    return _back()


def complete(card: Card, user: Any, *, outcome: str, note: str, force: bool = False) -> str:
    """Record what came of a task. Return a sentence for the user about the task, and about what follows."""
    task = record_completion(card.task.pk, outcome=outcome, note=note, force=force, act=Act.by(user))
    return f"Step {task.step} of {card.name}: {Outcome(outcome).label}. {what_follows(card)}"


def what_follows(card: Card) -> str:
    """Return a sentence for the user: how many steps of the ladder are left, and when the next step may be done."""
    left, now = open_steps(card.task), timezone.now()
    if not left:
        return "The ladder is closed."
    times = [at for at in (step.next_at(now) for step in left) if at]
    steps = "1 step is left" if len(left) == 1 else f"{len(left)} steps are left"
    if not times:
        return f"{steps}; no minute is known at which it may be done."
    return f"{steps},{'' if len(left) == 1 else ' the next'} due {clock(min(times), card.zone)} there."


def snooze(card: Card, user: Any, *, until: datetime, reason: str) -> str:
    """Snooze a task. Return a sentence for the user about the new time."""
    snooze_task(card.task.pk, until, act=Act.by(user, reason=reason))
    return f"Step {card.task.step} of {card.name} is put off until {clock(until, card.zone)} there."


def skip(card: Card, user: Any, *, reason: str) -> str:
    """Skip a task. Return a sentence for the user about the task, and about what follows."""
    skip_task(card.task.pk, act=Act.by(user, reason=reason))
    return f"Step {card.task.step} of {card.name} is skipped. {what_follows(card)}"


def _renew(card: Card, user: User) -> str:
    renewal = renew_leases(task_ids=[card.task.pk], act=Act(label_of(user), user, at=card.now))
    return f"{card.name} is yours until {clock(renewal.leased_until, card.zone)} there."


def _give_back(card: Card, user: User) -> str:
    release_leases(task_ids=[card.task.pk], act=Act.by(user))
    return f"{card.name} is given back: whoever comes next may have it."


ACTS: dict[str, Callable[..., str]] = {
    "complete": complete,
    "snooze": snooze,
    "skip": skip,
    "renew": _renew,
    "give_back": _give_back,
}
